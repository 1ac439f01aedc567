"""What a heading opens."""

import pytest

from hydra_lab.areas.backlog.reading.headings import Kind, read_heading


@pytest.mark.parametrize(
    ("text", "kind", "number", "title"),
    [
        ("## TIER 1: FIXES", Kind.TIER, "1", "FIXES"),
        ("# Tier 12 - Later on", Kind.TIER, "12", "Later on"),
        ("## TIER 3", Kind.TIER, "3", ""),
        ("## Tier IV. Dreams", Kind.TIER, "4", "Dreams"),
        ("## TIER C: Later", Kind.TIER, "3", "Later"),
        ("## Tier IVX of it", Kind.OTHER, None, "Tier IVX of it"),
        ("### B) Fix it", Kind.ITEM, "B", "Fix it"),
        ("### [ ] 1.1 Fix it", Kind.ITEM, "1.1", "Fix it"),
        ("### 1.1 Fix it", Kind.ITEM, "1.1", "Fix it"),
        ("#### 1.1.2: Fix it", Kind.ITEM, "1.1.2", "Fix it"),
        ("### 1.1. Fix it ###", Kind.ITEM, "1.1", "Fix it"),
        ("### [1.1] Fix it", Kind.ITEM, "1.1", "Fix it"),
        ("### 1.1 — Fix it", Kind.ITEM, "1.1", "Fix it"),
        ("###\t1.1\tFix it", Kind.ITEM, "1.1", "Fix it"),
        ("### 4. Fix it", Kind.ITEM, "4", "Fix it"),
        ("### 1.1", Kind.ITEM, "1.1", ""),
        ("### Phase A: Now (2 hours)", Kind.PHASE, "A", "Now"),
        ("## EXECUTION ORDER (Recommended)", Kind.ORDER, None, "EXECUTION ORDER (Recommended)"),
        ("### What I Can Do Without User Input:", Kind.WITHOUT, None, "What I Can Do Without User Input:"),
        ("### What Requires User Input:", Kind.REQUIRES, None, "What Requires User Input:"),
        ("### Continuous Work Protocol:", Kind.PROTOCOL, None, "Continuous Work Protocol:"),
        ("## Ideas", Kind.OTHER, None, "Ideas"),
    ],
)
def test_headings_are_told_apart(text: str, kind: Kind, number: str | None, title: str) -> None:
    heading = read_heading(text, tier_level=2)
    assert heading is not None
    assert (heading.kind, heading.number, heading.title) == (kind, number, title)


@pytest.mark.parametrize("text", ["", "#hashtag", "####### seven", "    # code", "1.1 Fix it", "plain # text"])
def test_other_lines_are_no_headings(text: str) -> None:
    assert read_heading(text, tier_level=2) is None


def test_a_single_number_is_an_item_only_inside_a_tier() -> None:
    heading = read_heading("## 4. Afterword", tier_level=None)
    assert heading is not None
    assert heading.kind is Kind.OTHER


@pytest.mark.parametrize(
    "mark", ["✅ COMPLETE", "✅", "✔️ DONE", "[x]", "(done)", "[COMPLETED]", "— ✅ Implemented", "✅ complete "]
)
def test_a_mark_at_the_end_says_done_and_is_no_part_of_the_title(mark: str) -> None:
    heading = read_heading(f"### 2.3 Build it {mark}", tier_level=2)
    assert heading is not None
    assert (heading.done, heading.title) == (True, "Build it")


@pytest.mark.parametrize("text", ["✅ 2.3 Build it", "2.3 ✔️ Build it", "[x] 2.3 Build it", "~~2.3 Build it~~ ✅"])
def test_a_mark_before_the_title_says_done_as_well(text: str) -> None:
    heading = read_heading(f"### {text}", tier_level=2)
    assert heading is not None
    assert (heading.done, heading.number, heading.title) == (True, "2.3", "Build it")


@pytest.mark.parametrize("text", ["~~2.3 Build it~~", "2.3 ~~Build it~~"])
def test_a_heading_that_is_struck_through_is_told(text: str) -> None:
    heading = read_heading(f"### {text}", tier_level=2)
    assert heading is not None
    assert (heading.struck, heading.done, heading.title) == (True, False, "Build it")


@pytest.mark.parametrize("title", ["Get it done", "Complete the API", "Mark ✅ items green", "Make COMPLETE"])
def test_words_that_only_sound_done_are_titles(title: str) -> None:
    heading = read_heading(f"### 2.3 {title}", tier_level=2)
    assert heading is not None
    assert (heading.done, heading.title) == (False, title)
