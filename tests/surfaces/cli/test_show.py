"""Answers for people fit 80 columns and cut no name."""

from typing import Any

import pytest

from hydra_lab.surfaces.cli.calls.columns import columns, widths
from hydra_lab.surfaces.cli.calls.help import verb_help
from hydra_lab.surfaces.cli.calls.show import show
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


def work(title: str, *reasons: str) -> dict[str, Any]:
    """A work item that waits for some reasons."""
    holds = [{"kind": "plan", "detail": one, "unblock": "Choose one."} for one in reasons]
    state = "held" if reasons else "done"
    rest = {"priority": "medium", "tier": 2, "phase": "B", "lane": "default", "created_at": "2026-01-01T00:00:00Z"}
    return {"id": ID, "title": title, "operation": "a.b", "state": state, "holds": holds, **rest}


def test_a_list_of_work_says_why_each_item_waits(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [work("Wire the porch light to the bell", "Nobody knows how.", "It is day."), work("Tidy")]
    out = printed(capsys, {"items": rows, "total": 2, "cursor": None})
    assert "waits for" in out.splitlines()[0]
    assert "Nobody knows how. (+1)" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize(("width", "shown"), [(60, ID[-8:]), (120, ID[-8:]), (150, ID)])
def test_an_items_id_is_whole_where_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, shown: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys, [work("Wire the porch light to the bell" * 3, "It waits for a reason." * 5)]).splitlines()
    assert lines[1].split()[0] == shown
    assert "It waits for" in lines[1]
    assert max(map(len, lines)) <= width


def test_what_is_about_an_item_goes_by_that_item(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, [{"id": "approval-1", "item": work("Prune"), "reason": "It deletes."}])
    assert out.splitlines()[1].split()[:2] == [ID[-8:], "Prune"]
    assert "approval-1" not in out


def test_a_thing_wrapped_in_another_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(
        capsys,
        {
            "schedules": [
                {"schedule": {"id": "nightly", "cron": "0 3 * * *"}, "last": work("Back up"), "when": "at night"}
            ]
        },
    )
    assert out.splitlines()[1].split() == ["nightly", "done", "at", "night", "0", "3", "*", "*", "*"]


def test_an_empty_list_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing here." in printed(capsys, {"items": [], "total": 0, "cursor": None})


def test_a_page_that_is_not_all_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert "1 shown, total 7, cursor abc" in printed(capsys, {"items": [{"id": "a"}], "total": 7, "cursor": "abc"})


def test_a_document_is_printed_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, {"text": "# A [bold]\n\n| x |\n", "name": "a"}) == "# A [bold]\n\n| x |\n"
    assert printed(capsys, "just [text]") == "just [text]"  # to a file it goes byte for byte


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
    rows: list[dict[str, Any]] = [
        {"name": "a", "empty": None, "none": [], "note": "x"},
        {"name": "b", "empty": "", "none": [], "note": ""},
    ]
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


def test_why_is_told_whole_however_narrow_the_terminal_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    reason = "this deletes data, which always asks a person, for what is deleted cannot be brought back"
    hold = {"kind": "approval", "detail": reason, "unblock": "Approve or reject it in the inbox.", "since": None}
    out = " ".join(printed(capsys, {"state": "held", "rule": "One thing holds it.", "holds": [hold]}).split())
    assert f"{reason}. Approve or reject it in the inbox." in out


def test_numbers_within_numbers_are_told_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, {"lanes": {"default": {"slots": 8, "busy": 0, "note": None}, "all": {"of_it": {"a": 1}}}})
    assert "slots 8, busy 0" in out
    assert "of it (a 1)" in out
    assert "{" not in out


def test_bytes_are_told_in_units(capsys: Any) -> None:
    show({"name": "a-backup", "size": 4907008, "load": {"used_bytes": 900}, "rows": 1412})
    told = capsys.readouterr().out
    assert "4.7 MiB" in told
    assert "900 B" in told
    assert "1412" in told


def test_what_was_measured_is_shown_before_what_says_where_to_look() -> None:
    card = {"node": "atlas", "index": 0, "uuid": "GPU-5f2e8c1a-0d3b-4e6f-9a7c", "name": "NVIDIA GeForce RTX 3090",
            "label": "GPU 0 of atlas", "total_gib": 24.0, "used_gib": 8.0, "at": "2026-11-23T16:00:50Z",
            "free_gib": 16.0}  # fmt: skip
    assert {"name", "free_gib", "total_gib"} <= set(columns([card], 80))
    figure = {"name": "time to first token", "case": "1024 words in, up to 128 tokens out, 4 at once", "unit": "ms",
              "better": "lower", "count": 8, "typical": 1089.0}  # fmt: skip
    assert {"name", "unit", "typical", "case"} <= set(columns([figure], 80))
