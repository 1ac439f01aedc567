"""Importing a document makes its items work, each in an honest state."""

import pytest

from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.policy import Actor, ActorKind
from hydra_lab.kernel.work import HoldKind, State
from tests.areas.backlog.conftest import BacklogLab
from tests.areas.backlog.documents import SEED, document

AGENT = Actor(kind=ActorKind.AGENT, name="helper", scopes=frozenset({"read", "write"}))


def kinds(lab: BacklogLab, section: str) -> list[HoldKind]:
    return [hold.kind for hold in lab.item(section).holds]


def test_the_seed_makes_37_items_and_leaves_nothing_unread(lab: BacklogLab) -> None:
    report = lab.take(SEED)
    assert (report.created, report.updated, report.unchanged, report.unread) == (37, 0, 0, [])
    assert len(lab.items()) == 37


def test_what_the_seed_reports_complete_is_done_with_the_documents_words(lab: BacklogLab) -> None:
    lab.take(SEED)
    item = lab.item("2.3")
    assert item.state is State.DONE
    assert item.result["source"] == "document"
    assert item.result["line"] == 82
    assert "✅ COMPLETE" in item.result["text"]
    assert "src/hydra_tools/model_hotswap.py" in item.result["text"]
    assert (item.started_at, item.attempts) == (None, 0)


def test_no_item_is_done_but_those(lab: BacklogLab) -> None:
    lab.take(SEED)
    assert sorted(item.section for item in lab.items() if item.state is State.DONE) == ["2.3", "2.4", "2.5", "2.6"]


def test_what_a_bare_machine_can_do_is_ready(lab: BacklogLab) -> None:
    lab.take(SEED)
    ready = {item.section: item.operation for item in lab.items() if item.state is State.QUEUED}
    assert ready == {
        "2.1": "maintenance.run", "4.1": "knowledge.audit", "4.2": "docs.api",
        "4.3": "docs.troubleshooting", "4.4": "state.write",
    }  # fmt: skip


@pytest.mark.parametrize(("section", "integration"), [("5.1", "discord"), ("5.2", "home_assistant")])
def test_blocked_items_are_held_for_their_integration(lab: BacklogLab, section: str, integration: str) -> None:
    lab.take(SEED)
    refs = [hold.ref for hold in lab.item(section).holds if hold.kind is HoldKind.REQUIREMENT]
    assert refs == [integration]


def test_what_no_integration_can_reach_yet_is_said(lab: BacklogLab) -> None:
    lab.take(document("### 1.1 Paint\n**Priority:** BLOCKED (needs ComfyUI)\n**Run:** docs.api\n"))
    (hold,) = lab.item("1.1").holds
    assert (hold.ref, hold.unblock.split(";")[0]) == ("comfyui", "This Hydra has no integration for it yet")


def test_everything_else_is_held_for_a_plan_that_names_what_is_missing(lab: BacklogLab) -> None:
    lab.take(SEED)
    held = [item for item in lab.items() if item.state is State.HELD]
    assert len(held) == 28
    assert all(item.operation is None and item.holds[0].kind is HoldKind.PLAN for item in held)


def test_research_also_waits_for_the_night(lab: BacklogLab) -> None:
    lab.take(SEED)
    assert HoldKind.WINDOW in kinds(lab, "3.1")
    assert lab.item("3.1").window == "overnight"


def test_an_item_carries_what_the_document_says_of_it(lab: BacklogLab) -> None:
    lab.take(SEED)
    item = lab.item("1.1")
    assert (item.section, item.tier, item.phase, item.priority) == ("1.1", 1, "A", "high")
    assert (item.effort_minutes, item.impact, item.created_by) == (30, "Core functionality", "backlog:lab")
    assert item.origin is not None
    assert item.origin["problem"] == "`/memory/status` returns null values"
    assert item.origin["line"] == 28


def test_what_the_document_lists_as_needing_input_asks_first(lab: BacklogLab) -> None:
    body = "### 1.1 Lamp\n**Run:** docs.api\n\n### What Requires User Input:\n- Item 1.1: which lamp\n"
    lab.take(document(body))
    assert kinds(lab, "1.1") == [HoldKind.APPROVAL]
    assert "Item 1.1: which lamp" in lab.item("1.1").holds[0].detail


def test_what_needs_no_input_by_the_document_still_meets_the_floor(lab: BacklogLab) -> None:
    body = "### 1.1 Prune\n**Run:** maintenance.prune\n\n### Without User Input:\n- All Tier 1 items\n"
    lab.take(document(body))
    assert kinds(lab, "1.1") == [HoldKind.APPROVAL]


def test_a_person_may_be_the_only_one_who_knows_that_a_blocker_is_gone(lab: BacklogLab) -> None:
    lab.take(document("### 1.1 Lamp\n**Priority:** BLOCKED (needs a longer ladder)\n**Run:** docs.api\n"))
    assert kinds(lab, "1.1") == [HoldKind.APPROVAL]
    assert "a longer ladder" in lab.item("1.1").holds[0].detail


def test_a_blocked_item_without_operation_says_both(lab: BacklogLab) -> None:
    lab.take(document("### 1.1 Lamp\n**Priority:** BLOCKED (needs a longer ladder)\n"))
    assert "a longer ladder" in lab.item("1.1").holds[0].detail


@pytest.mark.parametrize(
    ("run", "said"),
    [
        ("maintenance.run action=explode", "action"),
        ("maintenance.run", "action"),
        ("access.open", "Policy says no"),
        ("backlog.import text=x", "cannot be queued"),
        ("backlog.nothing", "no operation backlog.nothing"),
    ],
)
def test_a_run_field_that_cannot_be_followed_holds_its_item_alone(lab: BacklogLab, run: str, said: str) -> None:
    report = lab.take(document(f"### 1.1 Lamp\n**Run:** {run}\n### 1.2 Fence\n**Run:** docs.api\n"))
    assert report.created == 2
    assert kinds(lab, "1.1") == [HoldKind.PLAN]
    assert said in lab.item("1.1").holds[0].detail
    assert lab.item("1.2").state is State.QUEUED


def test_a_refused_document_changes_nothing(lab: BacklogLab) -> None:
    lab.take(SEED)
    with pytest.raises(Invalid):
        lab.take("# nothing here")
    assert lab.take(SEED).unchanged == 37


def test_the_import_is_journalled_with_its_items(lab: BacklogLab) -> None:
    lab.take(SEED)
    (event,) = lab.events("backlog.imported")
    assert event.data == {"created": 37, "updated": 0, "unchanged": 0, "cancelled": 0, "kept": 0, "unread": 0}
    assert len(lab.events("items.created")) == 37


def test_a_name_is_made_from_the_title(lab: BacklogLab) -> None:
    assert lab.call("backlog.import", text=SEED).backlog == "hydra-autonomous-work-queue"
    assert lab.call("backlog.import", text="### 1.1 Fix it\n").backlog == "backlog"


def test_a_files_name_is_made_fit_for_addresses(lab: BacklogLab) -> None:
    assert lab.take(SEED, "../My old LIST (2).v1").backlog == "My-old-LIST-2-.v1"
    assert lab.call("backlog.show", name="../My old LIST (2).v1").items == 37


@pytest.mark.parametrize("name", ["export", "import", "", "../", "-", "…"])
def test_names_that_cannot_be_are_refused(lab: BacklogLab, name: str) -> None:
    with pytest.raises(Invalid):
        lab.take(SEED, name)


def test_two_backlogs_do_not_meet(lab: BacklogLab) -> None:
    lab.take(SEED, "one")
    assert lab.take(SEED, "two").created == 37
    assert [one.name for one in lab.call("backlog.list").backlogs] == ["one", "two"]


def test_an_agents_import_asks_a_person(lab: BacklogLab) -> None:
    item = lab.call("backlog.import", as_=AGENT, text=SEED)
    assert (item.operation, [hold.kind for hold in item.holds]) == ("backlog.import", [HoldKind.APPROVAL])


def test_the_list_counts_items_by_state(lab: BacklogLab) -> None:
    lab.take(SEED)
    (one,) = lab.call("backlog.list").backlogs
    assert (one.items, one.states, one.reported_done) == (37, {"done": 4, "held": 28, "queued": 5}, 4)


def test_a_backlog_is_shown_with_phases_and_entries(lab: BacklogLab) -> None:
    lab.take(SEED)
    shown = lab.call("backlog.show", name="lab")
    assert (len(shown.tiers), len(shown.phases), len(shown.entries)) == (7, 4, 37)
    assert shown.entries[7].because.startswith("Maintenance is work that Hydra runs")


def test_a_backlog_is_shown_in_pages(lab: BacklogLab) -> None:
    lab.take(SEED)
    assert [one.key for one in lab.call("backlog.show", name="lab", offset=35, limit=5).entries] == ["7.4", "7.5"]


def test_a_backlog_that_is_not_there_is_not_found(lab: BacklogLab) -> None:
    with pytest.raises(NotFound, match="no backlog"):
        lab.call("backlog.show", name="other")
