"""Importing an edited document: which item is which."""

import pytest

from hydra_lab.areas.backlog.intake.merge import Known, fingerprint, pair, removed
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.reading.parse import parse
from tests.areas.backlog.documents import document


def entries(*headings: str) -> tuple[Entry, ...]:
    return parse(document("".join(f"### {heading}\n**Priority:** LOW\n" for heading in headings))).entries


def imported(*headings: str) -> list[Known]:
    return [
        Known(key=one.key, section=one.section, title=one.title, item=one.heading[4:], fingerprint=fingerprint(one),
              reported_done=one.reported_done)
        for one in entries(*headings)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        (["1.1 Fix the lamp"], ["1.1 Fix the lamp"], {"1.1": "1.1 Fix the lamp"}),
        (["1.1 Fix the lamp"], ["1.2 Fix the LAMP"], {"1.2": "1.1 Fix the lamp"}),
        (["1.1 Fix the lamp"], ["1.1 Repair the hall lamp"], {"1.1": "1.1 Fix the lamp"}),
        (["1.1 Fix the lamp"], ["1.1 Paint the fence"], {}),
        (["1.1 Lamp", "1.2 Fence"], ["1.1 Door", "1.2 Lamp", "1.3 Fence"], {"1.2": "1.1 Lamp", "1.3": "1.2 Fence"}),
        (["1.1 Lamp", "1.2 Fence"], ["1.1 Fence", "1.2 Lamp"], {"1.1": "1.2 Fence", "1.2": "1.1 Lamp"}),
        (["1.1 Lamp", "1.1 Fence"], ["1.1 Fence", "1.1 Lamp"], {"1.1": "1.1 Fence", "1.1#2": "1.1 Lamp"}),
        (["1.1 Lamp", "1.1 Lamp"], ["1.1 Lamp"], {"1.1": "1.1 Lamp"}),
        (["Fix the lamp"], ["1.1 Fix the lamp"], {"1.1": "Fix the lamp"}),
    ],
)
def test_items_are_known_again(old: list[str], new: list[str], pairs: dict[str, str]) -> None:
    assert {key: known.item for key, known in pair(imported(*old), entries(*new)).items()} == pairs


def test_what_the_new_text_lacks_is_removed() -> None:
    before = imported("1.1 Lamp", "1.2 Fence")
    assert [one.key for one in removed(before, pair(before, entries("1.1 Lamp")))] == ["1.2"]


def same(first: str, second: str) -> bool:
    a, b = (fingerprint(parse(document(text)).entries[0]) for text in (first, second))
    return a == b


def test_where_an_item_stands_does_not_matter() -> None:
    assert same("### 1.1 Lamp\n**Task:** it\n", "\n\nwords\n### 1.1 Lamp\n\n**Task:** it\n\n")


@pytest.mark.parametrize("line", ["**Hydra:** held: x", "", "**Completed:** a part"])
def test_what_tells_of_progress_does_not_matter(line: str) -> None:
    assert same("### 1.1 Lamp\n**Task:** it\n", f"### 1.1 Lamp\n{line}\n**Task:** it\n")


def test_a_mark_that_says_done_is_no_edit() -> None:
    assert same("### 1.1 Lamp\n", "### 1.1 Lamp ✅ COMPLETE\n")


@pytest.mark.parametrize(
    "line",
    [
        "**Priority:** LOW",
        "**Task:** that",
        "**Run:** a.b x=1",
        "**Window:** overnight",
        "**Priority:** BLOCKED (needs x)",
    ],
)
def test_what_changes_the_work_matters(line: str) -> None:
    assert not same("### 1.1 Lamp\n**Task:** it\n", f"### 1.1 Lamp\n{line}\n")
