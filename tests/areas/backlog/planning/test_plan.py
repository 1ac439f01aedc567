"""Which operation does an item, and what it waits for."""

from dataclasses import replace

import pytest

from hydra_lab.app import found_rooms
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.planning.catalogue import Catalogue
from hydra_lab.areas.backlog.planning.plan import Plan, plan, question
from hydra_lab.areas.backlog.planning.rules import shipped_rules
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.work.model import HoldKind
from tests.areas.backlog.documents import catalogue, document, known

RULES = shipped_rules()


def entry(body: str, title: str = "Fix the Aquarium") -> Entry:
    return parse(document(f"### 1.1 {title}\n{body}\n")).entries[0]


def planned(body: str, title: str = "Fix the Aquarium") -> Plan:
    return plan(entry(body, title), catalogue(), RULES)


def test_the_run_field_decides_first() -> None:
    made = planned("**Run:** health.show\n**Command:** `POST /docs/api`", "Update STATE.json")
    assert (made.operation, made.by) == ("health.show", "run")


def test_the_command_decides_before_rules() -> None:
    made = planned("**Command:** `POST /docs/api`", "Update STATE.json")
    assert (made.operation, made.by) == ("docs.api", "command")


def test_rules_decide_where_the_item_names_nothing() -> None:
    made = planned("", "Update STATE.json")
    assert (made.operation, made.by) == ("state.write", "STATE.json")
    assert made.because


def test_a_commands_body_and_path_values_are_the_input() -> None:
    more = known("lamp.set", "POST /lamps/{id}/set", "Set a lamp.")
    made = plan(entry('**Command:** `POST /lamps/7/set {"on": true}`'), catalogue(more), RULES)
    assert (made.operation, made.input) == ("lamp.set", {"id": "7", "on": True})


def test_literal_routes_come_before_parameters() -> None:
    more = [known("lamp.one", "POST /lamps/{id}", "One."), known("lamp.all", "POST /lamps/all", "All.")]
    assert plan(entry("**Command:** `POST /lamps/all`"), catalogue(*more), RULES).operation == "lamp.all"


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ("**Run:** lamp.set", "There is no operation lamp.set in this Hydra."),
        ("**Run:** rm -rf /", "cannot be read"),
        ("**Run:** queue.show id=1", "cannot be queued"),
        ("**Command:** docker system prune", "is no call of Hydra"),
        ("**Command:** `POST /lamps/on`", "POST /lamps/on is not part of this Hydra yet."),
        ("**Window:** sometime", "is not a time window"),
        ("", "Nobody knows yet"),
    ],
)
def test_what_cannot_be_followed_is_held_and_said(body: str, detail: str) -> None:
    made = planned(body)
    assert made.operation is None
    assert [hold.kind for hold in made.holds] == [HoldKind.PLAN]
    assert detail in made.holds[0].detail


def test_a_wrong_input_is_held_with_what_is_wrong() -> None:
    more = known("lamp.set", "POST /lamps", "Set a lamp.", wrong="It wants an id.")
    made = plan(entry("**Run:** lamp.set"), catalogue(more), RULES)
    assert made.operation is None
    assert "It wants an id." in made.holds[0].detail


def test_an_unreadable_run_field_is_not_passed_over_for_a_rule() -> None:
    assert planned("**Run:** state.wrong", "Update STATE.json").operation is None


def test_suggestions_share_words_with_the_item() -> None:
    made = planned("", "Document the API of the aquarium")
    assert made.holds[0].data["suggestions"] == ["docs.api"]
    assert "(near: docs.api)" in made.holds[0].unblock


@pytest.mark.parametrize(
    ("title", "task"),
    [
        ("Sort the Holiday Photos by Faces", "Group the pictures of the summer by who is in them"),
        ("Push the Lab Notes to the Remote Repository", "Commit what changed since the last push"),
        ("Plan the birthday party", "Show every guest a message"),
        ("Buy a new keyboard", ""),
    ],
)
def test_nothing_is_suggested_by_chance(title: str, task: str) -> None:
    real = [known(verb.name, f"{verb.method} {verb.path}", verb.summary) for verb in found_rooms().operations()]
    made = plan(entry(f"**Task:** {task}" if task else "", title), Catalogue(real), RULES)
    assert made.holds[0].data["suggestions"] == ["http.call", "notify.send"]
    assert made.holds[0].unblock == (
        "Hydra looks again at every start, or choose an operation: none is near, but http.call hands it to another "
        "system and notify.send hands it to a person."
    )


def test_handing_over_is_suggested_only_where_nobody_named_anything_and_to_what_there_is() -> None:
    bare = Catalogue([known("http.call", "POST /http/call", "Call a URL.")])
    made = plan(entry("", "Plan the birthday party"), bare, RULES)
    assert made.holds[0].data["suggestions"] == ["http.call"]
    for body, title in [("**Run:** lamp.set", "Fix the Aquarium"), ("", "Research: Fish")]:
        named = planned(body, title).holds[0]
        assert (named.data["suggestions"], named.unblock.endswith("or choose an operation.")) == ([], True)


def test_what_does_what_policy_has_a_floor_for_is_near_without_sharing_words() -> None:
    push = replace(known("git.push", "POST /git/push", "Hand over a branch."), floor="pushes git")
    item = entry("**Task:** Commit the changes", "Push the Lab Notes to the Remote Repository")
    made = plan(item, Catalogue([push, known("lamp.set", "POST /lamps", "Set a lamp.")]), RULES)
    assert made.holds[0].data["suggestions"] == ["git.push"]


def test_everything_that_a_person_must_bring_is_said() -> None:
    text = document("### 1.1 Buy a Lamp\n**Priority:** BLOCKED (needs 20 EUR)\n")
    asked = question(parse(f"{text}\n### What Requires User Input:\n- Tier 1.1: money\n").entries[0], RULES)
    assert asked is not None
    assert "money" in asked
    assert "needs 20 EUR" in asked


def test_a_rule_runs_its_operation_once_hydra_has_it() -> None:
    research = known("research.run", "POST /research/run", "Answer a question with sources.")
    made = plan(entry("**Topic:** fish", "Research: Fish"), catalogue(research), RULES)
    assert (made.operation, made.input, made.window) == ("research.run", {"topic": "fish"}, "overnight")


def test_a_topic_is_taken_from_the_title_where_there_is_none() -> None:
    research = known("research.run", "POST /research/run", "Answer a question with sources.")
    assert plan(entry("", "Research: Fish"), catalogue(research), RULES).input == {"topic": "Fish"}


def test_a_command_that_moved_finds_the_operation_its_rule_names() -> None:
    bench = known("benchmarks.run", "POST /benchmarks", "Run benchmarks.")
    item = entry("**Command:** `POST /self-improvement/benchmarks/run`", "Run Full Benchmark Suite")
    assert plan(item, catalogue(bench), RULES).operation == "benchmarks.run"


@pytest.mark.parametrize(
    ("needs", "title", "integration"),
    [
        ("webhook URL", "Wire Discord", "discord"),
        ("HA_TOKEN", "Fix lamps", "home_assistant"),
        ("an API key", "Wire n8n flows", "n8n"),
        ("Docker", "Clean up", "docker"),
        ("a bigger disk for the Docker host", "Move images", None),
        ("a quiet weekend", "Wire Discord", None),
    ],
)
def test_blocked_items_wait_for_what_they_need(needs: str, title: str, integration: str | None) -> None:
    made = planned(f"**Priority:** BLOCKED (needs {needs})\n**Run:** health.show", title)
    assert [hold.ref for hold in made.holds] == ([integration] if integration else [])
    asked = question(entry(f"**Priority:** BLOCKED (needs {needs})", title), RULES)
    assert (asked is None) == (integration is not None)


def test_the_items_own_window_comes_before_its_phases() -> None:
    made = plan(entry("**Window:** 12:00-13:00\n**Run:** health.show"), catalogue(), RULES, night="overnight")
    assert made.window == "12:00-13:00"


@pytest.mark.parametrize(
    "title",
    ["Back up the Nextcloud database", "Silence the fans", "Buy music stands", "Check disk usage by container",
     "Set up n8n", "Write a knowledge test", "Restore the old desk", "Fix the API", "Presence of mind"],
)  # fmt: skip
def test_rules_take_nothing_that_only_sounds_similar(title: str) -> None:
    assert planned("", title).by == "nothing"
