"""Lines of requests: which are, which are not, and why."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.areas.batches.doing.reading import Checker, crossed, lines_of
from hydra_lab.areas.batches.model import LARGEST_LINE, Request, Wrong, span
from hydra_lab.kernel.errors import Invalid
from tests.areas.batches.lab import line


def checked(told: object, **more: str) -> Request | Wrong:
    """One line alone."""
    return Checker(**more).check(1, told if isinstance(told, bytes) else json.dumps(told).encode())


@given(
    st.lists(st.binary(max_size=20).filter(lambda one: b"\n" not in one and one == one.strip()), max_size=20),
    st.integers(1, 7),
)
def test_lines_are_the_same_however_they_come(lines: list[bytes], size: int) -> None:
    whole = b"\n".join(lines)
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert list(lines_of(pieces)) == [(place + 1, one) for place, one in enumerate(lines) if one]


def test_a_line_that_is_too_long_is_told_and_the_next_one_read() -> None:
    long = [b"x" * (LARGEST_LINE // 2)] * 3
    assert list(lines_of([b"{}\n", *long, b"\n{}"])) == [(1, b"{}"), (2, None), (3, b"{}")]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (b"{", "invalid_json_line"),
        (b"[1]", "invalid_json_line"),
        (b'{"custom_id": NaN}', "invalid_json_line"),
        ({**line("a"), "custom_id": 7}, "missing_required_parameter"),
        ({**line("a"), "custom_id": ""}, "missing_required_parameter"),
        ({**line("a"), "method": "GET"}, "invalid_method"),
        ({**line("a"), "url": "/v1/images"}, "invalid_url"),
        ({**line("a"), "url": ["/v1"]}, "invalid_url"),
        ({**line("a"), "body": None}, "missing_required_parameter"),
        (line("a", model=""), "missing_required_parameter"),
        (line("a", messages=[]), "missing_required_parameter"),
        (line("a", stream=True), "invalid_parameter"),
    ],
)
def test_what_is_wrong_with_a_line_has_openais_word(told: object, code: str) -> None:
    found = checked(told)
    assert isinstance(found, Wrong)
    assert found.code == code


def test_an_id_may_be_there_once() -> None:
    checker, told = Checker(), json.dumps(line("a")).encode()
    assert isinstance(checker.check(1, told), Request)
    found = checker.check(2, told)
    assert isinstance(found, Wrong)
    assert (found.number, found.code) == (2, "duplicate_custom_id")


def test_a_batch_for_one_path_takes_no_other() -> None:
    found = checked(line("a"), endpoint="/v1/embeddings")
    assert isinstance(found, Wrong)
    assert found.code == "mismatched_endpoint"


def test_a_model_is_filled_in_only_where_none_is_named() -> None:
    told = line("a")
    assert checked(told, model="large").model == "small"
    del told["body"]["model"]
    assert checked(told, model="large").model == "large"


def test_prompts_are_crossed_with_parameters() -> None:
    lines = list(crossed(["x", "y"], [{"model": "b"}, {"top_p": 0.5}], model="a", system="Be short."))
    checker = Checker()
    found = [checker.check(*one) for one in lines]
    assert [(one.number, one.custom_id, one.model) for one in found] == [
        (1, "prompt-1-parameters-1", "b"), (2, "prompt-1-parameters-2", "a"),
        (3, "prompt-2-parameters-1", "b"), (4, "prompt-2-parameters-2", "a"),
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "hours"), [("24h", 24), ("7d", 168), ("90m", 1.5)])
def test_a_window_is_a_number_with_a_unit(text: str, hours: float) -> None:
    assert span(text).total_seconds() == hours * 3600


@pytest.mark.parametrize("text", ["", "h", "0h", "-1h", "24", "1y", "٣h"])
def test_a_window_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        span(text)
