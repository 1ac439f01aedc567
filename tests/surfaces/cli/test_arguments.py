"""Words typed after a command become one input: positions, dotted options, lists, files, JSON."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.surfaces.cli.calls.arguments import parse
from hydra_lab.surfaces.cli.calls.catalogue import Verb
from tests.surfaces import toys


def verb(handler: Any) -> Verb:
    """A toy's verb as the server tells of it."""
    one = handler.__operation__
    return Verb(
        name=one.name, summary=one.summary, description=one.description, method=one.method, path=one.path,
        effect=one.effect.value, kind=one.kind.value, durable=one.durable is not None, input=one.input_schema(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["bear"], {"name": "bear"}),
        (["bear", "3"], {"name": "bear", "count": 3}),
        (["--name", "bear", "--count=3"], {"name": "bear", "count": 3}),
        (["bear", "--paint.coats", "3"], {"name": "bear", "paint": {"coats": 3}}),
        (["bear", "--paint.colour=blue", "--paint.coats=2"], {"name": "bear", "paint": {"colour": "blue", "coats": 2}}),
        (["bear", "--tags", "a", "--tags", "b"], {"name": "bear", "tags": ["a", "b"]}),
        (["bear", "--tags", '["a","b"]'], {"name": "bear", "tags": ["a", "b"]}),
        (["bear", "--extra.size", "7"], {"name": "bear", "extra": {"size": 7}}),
        (["bear", "--tags", "5.1", "--tags", "12345678"], {"name": "bear", "tags": ["5.1", "12345678"]}),
        (["bear", "--labels.X-Code", "7"], {"name": "bear", "labels": {"X-Code": "7"}}),
        (["bear", "--extra.how-big", "7"], {"name": "bear", "extra": {"how_big": 7}}),
        (["bear", "--extra.headers.X-Code", "a b"], {"name": "bear", "extra": {"headers": {"X-Code": "a b"}}}),
        (["bear", "--extra.deep.er", "x y"], {"name": "bear", "extra": {"deep": {"er": "x y"}}}),
        (["bear", "--extra.ok", "200", "--extra.ok", "204"], {"name": "bear", "extra": {"ok": [200, 204]}}),
        (["bear", "--extra", '{"size": 7}'], {"name": "bear", "extra": {"size": 7}}),
        (["--json", '{"name": "bear", "paint": {"coats": 2}}'], {"name": "bear", "paint": {"coats": 2}}),
        (["--json", '{"name": "bear"}', "--count", "4"], {"name": "bear", "count": 4}),
        (["--", "--bear"], {"name": "--bear"}),
        (["123"], {"name": "123"}),
        (["@@home"], {"name": "@home"}),
    ],
)
def test_words_become_an_input(words: list[str], expected: dict[str, Any]) -> None:
    assert parse(verb(toys.make), words).input == expected


def test_json_without_a_value_asks_for_json_and_with_one_gives_the_input() -> None:
    given = parse(verb(toys.make), ["bear", "--json", "--json", '{"count": 2}', "--watch"])
    assert (given.as_json, given.watch, given.input) == (True, True, {"name": "bear", "count": 2})


def test_the_fields_of_the_path_come_first() -> None:
    assert parse(verb(toys.change), ["bear", "--count", "2"]).input == {"name": "bear", "count": 2}


def test_flags_are_given_alone_or_taken_back() -> None:
    assert parse(verb(toys.list_), ["--broken"]).input == {"broken": True}
    assert parse(verb(toys.list_), ["--no-broken"]).input == {"broken": False}
    assert parse(verb(toys.list_), ["--broken=no"]).input == {"broken": False}


def test_a_text_comes_from_a_file_that_also_names_it(tmp_path: Path) -> None:
    path = tmp_path / "my notes.md"
    path.write_bytes(b"# Notes\r\n")
    assert parse(verb(toys.read), [str(path)]).input == {"text": "# Notes\r\n", "name": "my notes"}
    assert parse(verb(toys.read), ["--text", f"@{path}", "--name", "x"]).input == {"text": "# Notes\r\n", "name": "x"}


def test_a_text_comes_from_what_is_piped_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("grüße".encode())))
    assert parse(verb(toys.read), ["-"]).input == {"text": "grüße"}


def test_a_whole_input_comes_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "toy.json").write_text(json.dumps({"name": "bear", "tags": ["a"]}))
    assert parse(verb(toys.make), ["--json", f"@{tmp_path}/toy.json"]).input == {"name": "bear", "tags": ["a"]}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["bear", "--colour", "x"], "no option --colour"),
        (["bear", "--paint.coat", "x"], "no option --paint.coat"),
        (["bear", "--count"], "wants a value"),
        (["--json", "{nonsense"], "JSON object"),
        (["--json=[1]"], "JSON object"),
        (["@/nowhere"], "cannot be read"),
    ],
)
def test_wrong_words_are_told(words: list[str], said: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(verb(toys.make), words)
    assert said in caught.value.detail


def test_a_slip_in_an_option_suggests_the_right_one() -> None:
    with pytest.raises(Invalid) as caught:
        parse(verb(toys.make), ["bear", "--paint.coat", "2"])
    assert "--paint.coats" in (caught.value.fix or "")


def test_too_many_arguments_are_told() -> None:
    with pytest.raises(Invalid, match="one argument too many"):
        parse(verb(toys.show), ["bear", "cat"])
