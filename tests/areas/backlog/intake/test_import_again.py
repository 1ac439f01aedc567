"""Importing again: what was edited is taken over, what is done stays done, nothing is doubled."""

from collections.abc import Callable

import pytest

from hydra_lab.areas.backlog.intake.again import look_again
from hydra_lab.kernel.work import HoldKind, Priority, State
from tests.areas.backlog.conftest import LATER, BacklogLab
from tests.areas.backlog.documents import EXAMPLE, SEED, document
from tests.lab import OWNER

LAMP = "### 1.1 Lamp\n**Priority:** HIGH\n**Run:** docs.api\n"


def counts(lab: BacklogLab, text: str) -> tuple[int, int, int, int]:
    report = lab.take(text)
    return report.created, report.updated, report.unchanged, report.cancelled


@pytest.mark.parametrize("text", [SEED, EXAMPLE], ids=["seed", "example"])
def test_the_same_text_changes_nothing(lab: BacklogLab, text: str) -> None:
    created = lab.take(text).created
    assert counts(lab, text) == (0, 0, created, 0)
    assert len(lab.items()) == created


def test_an_edited_item_is_the_same_item_with_new_values(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    before = lab.item("1.1")
    assert counts(lab, document(LAMP.replace("HIGH", "LOW").replace("docs.api", "state.write"))) == (0, 1, 0, 0)
    after = lab.item("1.1")
    assert (after.id, after.operation, after.priority) == (before.id, "state.write", "low")
    assert after.state is State.QUEUED


def test_an_edit_can_block_and_unblock_an_item(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    lab.take(document(LAMP.replace("HIGH", "BLOCKED (needs Discord webhook)")))
    assert [(hold.kind, hold.ref) for hold in lab.item("1.1").holds] == [(HoldKind.REQUIREMENT, "discord")]
    lab.take(document(LAMP))
    assert lab.item("1.1").state is State.QUEUED


def test_an_item_that_moved_is_still_the_same(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    before = lab.item("1.1").id
    lab.take(document("### 1.1 Fence\n" + LAMP.replace("1.1", "1.2")))
    assert lab.item("1.2").id == before
    assert lab.by_id(before).section == "1.2"


def test_other_work_under_an_old_number_is_another_item(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    before = lab.item("1.1").id
    lab.set(before, state="done", result={"said": "x"}, attempt=1)
    assert counts(lab, document("### 1.1 Paint the fence\n")) == (1, 0, 0, 0)
    assert lab.item("1.1").state is State.HELD
    assert lab.by_id(before).state is State.DONE


def test_what_a_person_set_survives_an_edit_of_something_else(lab: BacklogLab) -> None:
    lab.take(document("### 1.1 Lamp\n"))
    item = lab.item("1.1")
    lab.services.work.choose(item.id, "docs.api", {}, OWNER)
    lab.services.work.prioritise(item.id, Priority.CRITICAL, OWNER)
    lab.take(document("### 1.1 Lamp\n**Impact:** Light\n"))
    after = lab.by_id(item.id)
    assert (after.operation, after.priority, after.impact, after.state) == (
        "docs.api", "critical", "Light", State.QUEUED,
    )  # fmt: skip


def test_a_pause_survives_an_edit(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    lab.services.work.pause(lab.item("1.1").id, OWNER)
    lab.take(document(LAMP + "**Impact:** Light\n"))
    assert [hold.kind for hold in lab.item("1.1").holds] == [HoldKind.PAUSED]


ASKS = "### 1.1 Prune\n**Run:** maintenance.prune\n"


def test_an_approval_survives_an_edit_that_changes_nothing_of_the_work(lab: BacklogLab) -> None:
    lab.take(document(ASKS))
    lab.services.work.approve(lab.item("1.1").id, OWNER)
    lab.take(document(ASKS + "**Impact:** Room\n"))
    assert lab.item("1.1").state is State.QUEUED


def test_an_approval_does_not_survive_other_work(lab: BacklogLab) -> None:
    asks = "### 1.1 Lamp\n**Run:** docs.api\n### Requires User Input\n- 1.1\n"
    lab.take(document(asks))
    lab.services.work.approve(lab.item("1.1").id, OWNER)
    lab.take(document(asks.replace("docs.api", "state.write")))
    assert [hold.kind for hold in lab.item("1.1").holds] == [HoldKind.APPROVAL]


def test_what_is_done_stays_done_when_it_is_edited(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    lab.set(lab.item("1.1").id, state="done", result={"said": "x"}, attempt=1)
    assert counts(lab, document(LAMP + "**Impact:** Light\n")) == (0, 1, 0, 0)
    assert lab.item("1.1").result == {"said": "x"}


def test_what_hydra_did_keeps_its_result_when_the_document_agrees(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    lab.set(lab.item("1.1").id, state="done", result={"said": "x"}, attempt=1)
    assert counts(lab, lab.call("backlog.export")) == (0, 0, 1, 0)
    assert lab.item("1.1").result == {"said": "x"}


def test_an_older_copy_without_the_mark_undoes_nothing(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    lab.set(lab.item("1.1").id, state="done", result={"said": "x"}, attempt=1)
    lab.take(lab.call("backlog.export"))
    lab.take(document(LAMP))
    assert lab.item("1.1").state is State.DONE
    assert len(lab.items()) == 1


MARKED = LAMP.replace("Lamp", "Lamp ✅ COMPLETE")


def test_a_waiting_item_the_document_now_reports_is_concluded(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    before = lab.item("1.1").id
    assert counts(lab, document(MARKED)) == (0, 1, 0, 0)
    after = lab.item("1.1")
    assert (after.id, after.state, after.result["source"]) == (before, State.DONE, "document")


def test_a_mark_that_is_taken_away_makes_it_work_again(lab: BacklogLab) -> None:
    lab.take(document(MARKED))
    assert counts(lab, document(LAMP)) == (0, 1, 0, 0)
    assert lab.item("1.1").state is State.QUEUED


def test_a_failed_item_is_tried_anew_when_its_work_was_corrected(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    failed = lab.item("1.1").id
    lab.set(failed, state="failed", attempt=1)
    lab.take(document(LAMP + "**Impact:** Light\n"))
    assert lab.item("1.1").id == failed
    lab.take(document(LAMP.replace("docs.api", "state.write")))
    assert (lab.item("1.1").state, lab.by_id(failed).state) == (State.QUEUED, State.FAILED)


def test_a_running_item_is_left_alone_and_looked_at_again(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    item = lab.item("1.1").id
    lab.set(item, state="running", attempt=1)
    edited = document(LAMP.replace("docs.api", "state.write"))
    lab.take(edited)
    assert lab.by_id(item).operation == "docs.api"
    lab.set(item, state="failed")
    lab.take(edited)
    assert lab.item("1.1").operation == "state.write"


def test_kept_steps_are_never_those_of_other_work(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    tried = lab.item("1.1").id
    lab.set(tried, attempt=1)
    lab.take(document(LAMP.replace("docs.api", "state.write")))
    assert lab.item("1.1").id != tried
    assert lab.by_id(tried).state is State.CANCELLED


def test_a_removed_item_is_cancelled_only_if_it_never_ran(lab: BacklogLab) -> None:
    lab.take(document(LAMP + "### 1.2 Fence\n### 1.3 Door\n"))
    fence, door = lab.item("1.2").id, lab.item("1.3").id
    lab.set(door, attempt=1)
    report = lab.take(document(LAMP))
    assert (report.cancelled, report.kept, report.unchanged) == (1, 1, 1)
    assert (lab.by_id(fence).state, lab.by_id(door).state) == (State.CANCELLED, State.HELD)


def test_a_removed_item_that_comes_back_is_work_again(lab: BacklogLab) -> None:
    lab.take(document(LAMP + "### 1.2 Fence\n**Run:** docs.api\n"))
    lab.take(document(LAMP))
    assert lab.take(document(LAMP + "### 1.2 Fence\n**Run:** docs.api\n")).created == 1
    assert lab.item("1.2").state is State.QUEUED


def test_an_operation_that_came_with_a_newer_hydra_releases_what_waited_for_it(
    make_lab: Callable[..., BacklogLab], database_url: str
) -> None:
    old = make_lab(database_url=database_url)
    old.take(document("### 1.1 Research: Fish\n**Topic:** Koi\n"))
    item = old.item("1.1").id
    new = make_lab(LATER, database_url=database_url)
    look_again(new.context())
    after = new.by_id(item)
    assert (after.operation, after.input) == ("research.run", {"topic": "Koi"})
    assert [hold.kind for hold in after.holds] == [HoldKind.WINDOW]
    assert new.take(document("### 1.1 Research: Fish\n**Topic:** Koi\n")).unchanged == 1


def test_looking_again_asks_what_the_document_wants_asked(
    make_lab: Callable[..., BacklogLab], database_url: str
) -> None:
    text = document("### 1.1 Research: Fish\n### Requires User Input\n- 1.1 which fish\n")
    make_lab(database_url=database_url).take(text)
    new = make_lab(LATER, database_url=database_url)
    look_again(new.context())
    assert HoldKind.APPROVAL in [hold.kind for hold in new.item("1.1").holds]


def test_looking_again_leaves_alone_what_a_person_chose(lab: BacklogLab) -> None:
    lab.take(document("### 1.1 Research: Fish\n"))
    item = lab.item("1.1").id
    lab.services.work.choose(item, "docs.api", {}, OWNER)
    look_again(lab.context())
    assert lab.by_id(item).operation == "docs.api"


def test_looking_again_keeps_what_is_still_unknown_held_once(lab: BacklogLab) -> None:
    lab.take(SEED)
    look_again(lab.context())
    assert [hold.kind for hold in lab.item("1.1").holds] == [HoldKind.PLAN]
