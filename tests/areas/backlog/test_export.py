"""Writing statuses back without disturbing anything else."""

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.backlog.export import MARK, Outcome, export, is_hydra_line
from hydra_lab.areas.backlog.reading.lines import split
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.errors import Invalid
from tests.areas.backlog.documents import SEED, document
from tests.areas.backlog.texts import documents

HELD = Outcome(words="held: waits for a Discord webhook")
DONE = Outcome(done=True)


def exported(text: str, outcomes: dict[str, Outcome] | None = None) -> str:
    return export(text, parse(text), outcomes or {})


def test_without_outcomes_the_document_is_the_same() -> None:
    assert exported(SEED) == SEED


def test_a_done_item_changes_its_heading_and_nothing_else() -> None:
    changed = [
        line for line in difflib.ndiff(SEED.split("\n"), exported(SEED, {"6.1": DONE}).split("\n")) if line[0] in "+-"
    ]
    assert changed == ["- ### 6.1 Run Full Benchmark Suite", "+ ### 6.1 Run Full Benchmark Suite ✅ COMPLETE"]


def test_any_other_state_is_one_line_below_the_heading() -> None:
    lines = exported(SEED, {"5.1": HELD}).split("\n")
    at = lines.index("### 5.1 Wire Discord Notifications to All Handlers")
    assert lines[at + 1] == "**Hydra:** held: waits for a Discord webhook"
    assert "\n".join(lines[: at + 1] + lines[at + 2 :]) == SEED


def test_a_new_state_takes_the_place_of_the_old() -> None:
    text = exported(SEED, {"5.1": HELD})
    assert exported(text, {"5.1": Outcome(words="queued")}).count("**Hydra:**") == 1


def test_a_done_item_loses_its_hydra_line() -> None:
    text = exported(SEED, {"5.1": HELD})
    assert exported(text, {"5.1": DONE}) == exported(SEED, {"5.1": DONE})


def test_what_the_document_reported_done_is_not_marked_twice() -> None:
    assert exported(SEED, {"2.3": DONE}) == SEED


@pytest.mark.parametrize(
    ("heading", "marked"),
    [
        ("### 1.1 Fix it", "### 1.1 Fix it ✅ COMPLETE"),
        ("### 1.1 Fix it  ", "### 1.1 Fix it ✅ COMPLETE  "),
        ("### 1.1 Fix it ###", "### 1.1 Fix it ✅ COMPLETE ###"),
        ("### 1.1 Learn C#", "### 1.1 Learn C# ✅ COMPLETE"),
        ("### 1.1", "### 1.1 ✅ COMPLETE"),
    ],
)
def test_the_mark_comes_after_the_title(heading: str, marked: str) -> None:
    text = exported(document(heading + "\n"), {"1.1": DONE})
    assert text == document(marked + "\n")
    assert parse(text).entries[0].reported_done


def test_a_byte_order_mark_is_kept() -> None:
    text = "\ufeff### 1.1 Fix it\n"
    assert exported(text, {"1.1": DONE}) == "\ufeff### 1.1 Fix it ✅ COMPLETE\n"


def test_windows_line_ends_are_kept() -> None:
    text = document("### 1.1 Fix it\n**Task:** it\n").replace("\n", "\r\n")
    found = exported(text, {"1.1": HELD})
    assert found.count("\r\n") == found.count("\n") == text.count("\n") + 1


def test_a_document_without_a_last_line_end_gets_none() -> None:
    text = document("### 1.1 Fix it")
    once = exported(text, {"1.1": HELD})
    assert once == text + "\n**Hydra:** held: waits for a Discord webhook"
    assert exported(once, {"1.1": HELD}) == once


def test_state_words_cannot_break_the_document() -> None:
    text = exported(SEED, {"1.1": Outcome(words="failed: a\n### 9.9 New **Run:** x")})
    assert [entry.key for entry in parse(text).entries] == [entry.key for entry in parse(SEED).entries]
    assert parse(text).entries[0].run is None


def test_a_field_beside_an_old_state_is_not_lost() -> None:
    text = document("### 1.1 Fix it\n**Hydra:** queued | **Priority:** HIGH\n")
    assert parse(exported(text, {"1.1": HELD})).entries[0].priority == "high"


def test_code_that_looks_like_a_state_is_kept() -> None:
    text = document("### 1.1 Fix it\n```\n**Hydra:** queued\n```\n")
    assert exported(text, {"1.1": DONE}).count("**Hydra:**") == 1


def without_statuses(text: str) -> str:
    """A document as it was before an export: no Hydra lines, no marks."""
    lines = [line + ending for line, ending in split(text) if not is_hydra_line(line)]
    return "".join(lines).replace(MARK, "")


@settings(deadline=None)
@given(documents, st.lists(st.sampled_from([None, HELD, DONE]), min_size=1, max_size=6))
def test_an_export_changes_no_byte_but_statuses(text: str, states: list[Outcome | None]) -> None:
    try:
        read = parse(text)
    except Invalid:
        return
    chosen = {entry.key: states[number % len(states)] for number, entry in enumerate(read.entries)}
    written = export(text, read, {key: outcome for key, outcome in chosen.items() if outcome})
    # A status below the last line gives that line the end it lacked.
    assert without_statuses(written).rstrip("\r\n") == without_statuses(text).rstrip("\r\n")


@settings(deadline=None)
@given(
    documents, st.lists(st.sampled_from([None, HELD, DONE, Outcome(words="x ✅ **Run:** | y")]), min_size=1, max_size=6)
)
def test_exporting_twice_is_exporting_once(text: str, states: list[Outcome | None]) -> None:
    try:
        first = parse(text)
    except Invalid:
        return
    chosen = {entry.key: states[number % len(states)] for number, entry in enumerate(first.entries)}
    outcomes = {key: outcome for key, outcome in chosen.items() if outcome}
    once = export(text, first, outcomes)
    again = parse(once)
    assert [entry.key for entry in again.entries] == [entry.key for entry in first.entries]
    assert export(once, again, outcomes) == once
