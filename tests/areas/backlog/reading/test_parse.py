"""Reading documents that are not as tidy as the owner's."""

import pytest

from hydra_lab.areas.backlog.model import Entry, Status, Unread
from hydra_lab.areas.backlog.reading import parse as reading
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.errors import Invalid
from tests.areas.backlog.documents import EXAMPLE, document


def only(text: str) -> Entry:
    (entry,) = parse(text).entries
    return entry


def missed(text: str) -> list[str]:
    return [one.text for one in parse(text).unread]


@pytest.mark.parametrize("text", ["", "\n\n", "just words", "# A title\n\nwords", "## TIER 1: EMPTY", "- [ ] a task"])
def test_a_document_without_items_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse(text)
    assert "### 1.1 Title" in (caught.value.fix or "")


def test_more_items_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_ENTRIES", 2)
    with pytest.raises(Invalid, match="more than 2 items"):
        parse(document("### 1.1 a\n### 1.2 b\n### 1.3 c\n"))


def test_the_example_is_understood_to_the_last_line() -> None:
    assert parse(EXAMPLE).unread == ()


def test_windows_line_ends_change_nothing() -> None:
    found = only(
        document("### 1.1 Fix it\n**Priority:** HIGH | **Effort:** 1 hr\n**Tasks:**\n- one\n").replace("\n", "\r\n")
    )
    assert (found.priority, found.effort_minutes, found.tasks) == ("high", 60, ("one",))


def test_tabs_and_nested_lists_are_read() -> None:
    assert only(document("### 1.1\tFix it\n**Tasks:**\n-\tone\n\t- two\n\t\t* three\n")).tasks == (
        "one",
        "two",
        "three",
    )


def test_a_list_below_a_heading_is_its_tasks() -> None:
    assert only(document("### 1.1 Fix it\n\n- one\n- two\n")).tasks == ("one", "two")


def test_a_wrapped_line_continues_its_field() -> None:
    assert only(document("### 1.1 Fix it\n**Task:** one\ntwo\n")).task == "one\ntwo"


def test_a_list_below_a_run_field_is_its_tasks() -> None:
    found = only(document("### 1.1 Fix it\n**Run:** docs.api\n- one\n"))
    assert (found.tasks, found.run and found.run.operation) == (("one",), "docs.api")


def test_prose_below_a_run_field_is_no_part_of_it() -> None:
    text = document("### 1.1 Fix it\n**Run:** docs.api\nand more\n")
    assert missed(text) == ["and more"]


def test_prose_is_kept_with_its_item_and_reported() -> None:
    text = document("### 1.1 Fix it\n**Task:** one\n\nSome prose.\n")
    assert only(text).notes == ("Some prose.",)
    assert missed(text) == ["Some prose."]


def test_repeated_numbers_are_items_of_their_own() -> None:
    found = parse(document("### 1.1 One\n### 1.1 Two\n"))
    assert [(entry.key, entry.title) for entry in found.entries] == [("1.1", "One"), ("1.1#2", "Two")]
    assert [one.text for one in found.unread] == ["### 1.1 Two"]


def test_a_heading_without_number_is_an_item_when_fields_follow() -> None:
    found = parse(document("### Fix it\n**Priority:** LOW\n### Just words\nmore\n"))
    assert [(entry.key, entry.section) for entry in found.entries] == [("~fix-it", None)]
    assert [one.line for one in found.unread] == [7, 8]


def test_an_item_without_a_tier_gets_its_numbers_first_part() -> None:
    assert only("### 4.2 Fix it\n").tier == 4


def test_code_is_never_structure() -> None:
    found = parse(document("### 1.1 Fix it\n```bash\n### 1.2 no item\n```\n### 1.3 Real\n"))
    assert [entry.key for entry in found.entries] == ["1.1", "1.3"]


def test_a_forgotten_fence_hides_no_item() -> None:
    found = parse(document("### 1.1 Fix it\n```bash\n### 1.2 Next\n"))
    assert [entry.key for entry in found.entries] == ["1.1", "1.2"]


def test_a_command_may_stand_in_a_code_block() -> None:
    assert only(document("### 1.1 Fix it\n**Command:**\n```\nPOST /docs/api\n```\n")).command == "POST /docs/api"


def test_implemented_without_a_mark_is_reported_as_done() -> None:
    found = only(document("### 1.1 Fix it\n**Status:** IMPLEMENTED - in main\n"))
    assert (found.status, found.reported_done) == (Status.IMPLEMENTED, True)


def test_a_status_can_block_as_well_as_a_priority() -> None:
    found = only(document("### 1.1 Fix it\n**Priority:** HIGH\n**Status:** BLOCKED (needs a key)\n"))
    assert (found.status, found.priority, found.blocked_on) == (Status.BLOCKED, "high", "a key")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("**Priority:** VERY", "is no priority"),
        ("**Assignee:** Bob", "Assignee is no field"),
        ("**Run:** not an operation", "cannot be read"),
        ("| a | b |", "belongs to no field"),
        ("#### Details", "a heading inside an item"),
    ],
)
def test_what_is_not_understood_is_reported_with_its_line(line: str, why: str) -> None:
    (found,) = parse(document(f"### 1.1 Fix it\n{line}\n")).unread
    assert (found.line, found.text) == (6, line)
    assert why in found.why


def test_a_second_value_of_a_field_is_reported_and_the_first_counts() -> None:
    text = document("### 1.1 Fix it\n**Priority:** HIGH\n**Priority:** LOW\n")
    assert only(text).priority == "high"
    assert missed(text) == ["**Priority:** LOW"]


def test_unknown_sections_are_reported_line_by_line() -> None:
    found = parse(document("### 1.1 Fix it\n\n## Ideas\nsome words\n- a dream\n"))
    assert [one.line for one in found.unread] == [7, 8, 9]


def test_an_earlier_hydra_line_says_nothing_new() -> None:
    found = only(document("### 1.1 Fix it\n**Hydra:** held: no\n- one\n"))
    assert (found.tasks, found.notes, found.facts) == (("one",), (), ())


def test_lines_are_counted_as_editors_count_them() -> None:
    found = parse("\ufeff# A\r\n\x0c\u2028\r\n### 1.1 Fix it\r\nhm\r\n")
    assert (found.entries[0].line, found.entries[0].end) == (3, 4)


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert parse("\ufeff### 1.1 Fix it\n").entries[0].title == "Fix it"


def test_every_line_is_reported_once() -> None:
    found = parse(document("### 1.1 Fix it\n**A:** 1 | **B:** 2\n"))
    assert found.unread == (
        Unread(line=6, text="**A:** 1 | **B:** 2", why="A is no field Hydra knows; kept with the item; "
               "B is no field Hydra knows; kept with the item"),
    )  # fmt: skip
