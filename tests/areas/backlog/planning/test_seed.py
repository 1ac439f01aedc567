"""The owner's own document, read."""

import pytest

from hydra_lab.areas.backlog.model import Status
from hydra_lab.areas.backlog.planning.plan import plan
from hydra_lab.areas.backlog.planning.rules import shipped_rules
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.work.model import HoldKind
from tests.areas.backlog.documents import SEED, catalogue

DOCUMENT = parse(SEED)
ENTRIES = {entry.key: entry for entry in DOCUMENT.entries}


def test_it_has_37_items_in_7_tiers() -> None:
    assert (len(DOCUMENT.entries), [tier.number for tier in DOCUMENT.tiers]) == (37, [1, 2, 3, 4, 5, 6, 7])


def test_every_line_of_it_is_understood() -> None:
    assert DOCUMENT.unread == ()


def test_four_items_are_reported_as_complete() -> None:
    assert [entry.key for entry in DOCUMENT.entries if entry.reported_done] == ["2.3", "2.4", "2.5", "2.6"]


def test_its_four_phases_name_fourteen_items() -> None:
    steps = {phase.letter: [step.key for step in phase.steps] for phase in DOCUMENT.phases}
    assert steps == {
        "A": ["1.1", "1.3", "2.1", "4.4"],
        "B": ["6.1", "1.4", "6.2", "2.4"],
        "C": ["3.1", "3.2", "3.4"],
        "D": ["4.2", "4.1", "4.3"],
    }


def test_phases_keep_their_titles_and_hours() -> None:
    assert [(phase.title, phase.hours) for phase in DOCUMENT.phases] == [
        ("Immediate Fixes", "Next 2 hours"),
        ("Core Enhancements", "Hours 3-6"),
        ("Research Queue", "Queue for overnight"),
        ("Documentation", "Low priority, fill gaps"),
    ]


def test_tiers_keep_what_stands_in_brackets() -> None:
    assert DOCUMENT.tiers[1].title == "FEATURE ENHANCEMENTS"
    assert DOCUMENT.tiers[1].note == "Can Build Autonomously"


def test_an_item_keeps_all_its_fields() -> None:
    entry = ENTRIES["1.1"]
    assert (entry.section, entry.title, entry.tier, entry.phase) == ("1.1", "Fix Memory Status Endpoint", 1, "A")
    assert (entry.priority, entry.effort_minutes, entry.impact) == ("high", 30, "Core functionality")
    assert entry.problem == "`/memory/status` returns null values"
    assert entry.location == "`src/hydra_tools/memory_architecture.py`"
    assert entry.task == "Debug and fix the status endpoint to return actual memory counts"


def test_task_lists_are_kept() -> None:
    assert ENTRIES["1.3"].tasks == (
        "Integrate container updates with Docker API",
        "Integrate GPU metrics with actual Prometheus queries",
        "Wire agent scheduler events to SSE stream",
    )


def test_endpoints_are_kept() -> None:
    routes = [(one.method, one.path, one.text) for one in ENTRIES["2.3"].endpoints]
    assert len(routes) == 6
    assert routes[0] == ("GET", "/models/available", "List EXL2 and Ollama models")


def test_efforts_without_length_keep_their_words() -> None:
    assert (ENTRIES["3.1"].effort_minutes, ENTRIES["3.1"].effort_text) == (None, "Research task")
    assert (ENTRIES["4.1"].effort_minutes, ENTRIES["4.1"].effort_text) == (None, "Ongoing")


def test_a_complete_item_keeps_what_its_status_says() -> None:
    entry = ENTRIES["2.4"]
    assert entry.status is Status.COMPLETE
    assert entry.title == "Create Background Scene Generator"
    assert entry.status_text == "IMPLEMENTED - src/hydra_tools/scene_backgrounds.py (717 lines)"
    assert len(entry.completed) == 4


def test_blocked_items_say_what_they_need() -> None:
    blocked = {entry.key: entry.blocked_on for entry in DOCUMENT.entries if entry.status is Status.BLOCKED}
    assert blocked == {"5.1": "webhook URL", "5.2": "HA_TOKEN"}


def test_what_requires_user_input_is_tied_to_items_and_floors() -> None:
    assert [(rule.keys, rule.floor, rule.requirement) for rule in DOCUMENT.requires_input] == [
        (("5.1",), None, "discord"),
        (("5.2",), None, "home_assistant"),
        ((), "changes production compose", None),
        ((), "pushes git", None),
        ((), "changes host configuration", None),
    ]


def test_the_protocol_is_kept() -> None:
    assert len(DOCUMENT.protocol) == 6


NOW = {
    "2.1": ("maintenance.run", {"action": "health_check"}),
    "4.1": ("knowledge.audit", {}),
    "4.2": ("docs.api", {}),
    "4.3": ("docs.troubleshooting", {}),
    "4.4": ("state.write", {}),
}
LATER = {
    "1.1": "memory.status", "1.2": "alerts.silences", "1.3": "events.sources", "1.4": "benchmarks.history",
    "1.5": "reconcile.desired", "1.6": "presence.apply", "1.7": "containers.remediations", "2.2": "inference.run",
    "3.1": "research.run", "3.2": "research.run", "3.3": "research.run", "3.4": "cache.analyze",
    "3.5": "benchmarks.run", "3.6": "images.cleanup", "5.1": "notifications.route", "5.2": "presence.watch",
    "5.3": "n8n.harden", "6.1": "benchmarks.run", "6.2": "characters.portrait", "6.3": "voice.chat",
    "6.4": "search.hybrid", "6.5": "characters.validate", "7.1": "chapters.create", "7.2": "voices.samples",
    "7.3": "characters.expressions", "7.4": "scenes.transitions", "7.5": "music.catalogue",
}  # fmt: skip
NOBODY = ["2.7"]


def test_every_open_item_has_a_decided_fate() -> None:
    assert sorted([*NOW, *LATER, *NOBODY]) == sorted(one.key for one in DOCUMENT.entries if not one.reported_done)


@pytest.mark.parametrize("key", NOW)
def test_what_a_bare_hydra_does_is_planned(key: str) -> None:
    made = plan(ENTRIES[key], catalogue(), shipped_rules())
    assert (made.operation, made.input, made.holds) == (*NOW[key], ())


@pytest.mark.parametrize("key", LATER)
def test_what_later_parts_bring_is_held_and_named(key: str) -> None:
    made = plan(ENTRIES[key], catalogue(), shipped_rules())
    hold = made.holds[0]
    assert (made.operation, hold.kind, hold.ref) == (None, HoldKind.PLAN, LATER[key])
    assert LATER[key] in hold.detail


def test_what_no_rule_knows_is_held_without_a_guess_and_could_be_handed_over() -> None:
    made = plan(ENTRIES["2.7"], catalogue(), shipped_rules())
    assert made.operation is None
    assert made.holds[0].data["suggestions"] == ["http.call", "notify.send"]


@pytest.mark.parametrize(("key", "integration"), [("5.1", "discord"), ("5.2", "home_assistant")])
def test_blocked_items_wait_for_their_integration(key: str, integration: str) -> None:
    made = plan(ENTRIES[key], catalogue(), shipped_rules())
    assert [hold.ref for hold in made.holds if hold.kind is HoldKind.REQUIREMENT] == [integration]


def test_research_is_done_at_night() -> None:
    assert plan(ENTRIES["3.3"], catalogue(), shipped_rules()).window == "overnight"
