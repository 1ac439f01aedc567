"""Answers for people fit 80 columns and cut no name."""

from typing import Any

import pytest

from hydra_lab.surfaces.cli.calls.help import verb_help
from hydra_lab.surfaces.cli.calls.show import columns, show, widths
from tests.surfaces import toys
from tests.surfaces.cli.test_arguments import verb

ID = "01a2061f-f698-7056-8657-2b122778882f"


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


def printed(capsys: pytest.CaptureFixture[str], data: Any) -> str:
    """What is shown of some data."""
    show(data)
    return capsys.readouterr().out


def test_a_table_keeps_ids_whole_and_shortens_sentences(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": ID, "state": "done", "title": "A very long title " * 5, "lane": "default", "input": {"a": 1}}]
    out = printed(capsys, {"items": rows, "total": 1, "cursor": None})
    assert ID in out
    assert "done" in out
    assert "…" in out
    assert max(map(len, out.splitlines())) <= 80


def test_an_empty_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing here." in printed(capsys, {"items": [], "total": 0, "cursor": None})


def test_a_page_that_is_not_all_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert "1 shown, total 7, cursor abc" in printed(capsys, {"items": [{"id": "a"}], "total": 7, "cursor": "abc"})


def test_a_document_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, {"text": "# A [bold]\n\n| x |\n", "name": "a"}) == "# A [bold]\n\n| x |\n"
    assert printed(capsys, "just [text]") == "just [text]\n"


def test_unknown_values_look_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "–" in printed(capsys, {"version": None})


def test_an_item_tells_what_it_waits_for_and_what_releases_it(capsys: pytest.CaptureFixture[str]) -> None:
    hold = {"kind": "approval", "detail": "Deletes data.", "unblock": "Approve it."}
    item = {"id": ID, "state": "held", "title": "Prune", "operation": "a.b", "input": {}, "holds": [hold]}
    out = printed(capsys, item)
    assert "waits: Deletes data. Approve it." in out


def test_markup_in_data_is_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "[red]x[/red]" in printed(capsys, [{"name": "[red]x[/red]"}])


def test_columns_that_say_nothing_are_left_out() -> None:
    rows = [{"name": "a", "empty": None, "none": [], "note": "x"}, {"name": "b", "empty": "", "none": [], "note": ""}]
    assert columns(rows, 80) == ["name", "note"]


def test_sentences_share_what_is_left() -> None:
    rows = [{"name": "a" * 20, "title": "t" * 100, "detail": "d" * 100}]
    found = widths(["name", "title", "detail"], rows, 80)
    assert found["name"] == 20
    assert sum(found.values()) + 4 <= 80


def test_help_fits_and_tells_every_field() -> None:
    text = verb_help(verb(toys.make))
    assert text.startswith("Usage: hydra toys make NAME [options]")
    for option in ("--name TEXT", "--paint.coats INTEGER", "--tags VALUE…", "--extra JSON", "--json", "--watch"):
        assert option in text
    assert max(map(len, text.splitlines())) <= 80
