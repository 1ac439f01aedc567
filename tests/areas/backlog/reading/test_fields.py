"""What the bold fields of an item mean."""

from typing import Any

import pytest

from hydra_lab.areas.backlog.reading import fields


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("**Priority:** HIGH | **Effort:** 30 min", [("Priority", "HIGH"), ("Effort", "30 min")]),
        ("**Priority**: HIGH |**Effort** : 30 min", [("Priority", "HIGH"), ("Effort", "30 min")]),
        ("**Task:** pipe a | b and **bold:** words", [("Task", "pipe a | b and **bold:** words")]),
        ("**Tasks:**", [("Tasks", "")]),
        ("**just bold** words", []),
        ("words **Task:** later", []),
        ("", []),
    ],
)
def test_fields_are_split(text: str, pairs: list[tuple[str, str]]) -> None:
    assert fields.split_fields(text) == pairs


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("30 min", 30), ("1 hr", 60), ("2 hours", 120), ("1.5 hr", 90), ("1h 30m", 90), ("1-2 hr", 120),
        ("~45 minutes", 45), ("about 1 hr", 60), ("Ongoing", None), ("Research task", None), ("2 days", None),
        ("30 min per node", None), ("0 min", None), ("", None),
    ],
)  # fmt: skip
def test_efforts_are_minutes_where_they_have_a_length(text: str, minutes: int | None) -> None:
    assert fields.minutes(text) == minutes


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("HIGH", "high"),
        ("Critical!", "critical"),
        ("p2", "medium"),
        ("low (later)", "low"),
        ("BLOCKED", None),
        ("", None),
    ],
)
def test_priorities(text: str, priority: str | None) -> None:
    assert fields.priority(text) == priority


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("BLOCKED (needs webhook URL)", "webhook URL"), ("blocked (requires HA_TOKEN)", "HA_TOKEN"),
        ("BLOCKED", ""), ("BLOCKED (", ""), ("🚫 BLOCKED (needs a disk)", "a disk"),
        ("blocked - waiting for Grafana token", "Grafana token"), ("Blocked by: the plumber.", "the plumber"),
        ("waiting on parts (two weeks)", "parts (two weeks)"), ("blocked until 2027", "2027"),
        ("HIGH", None), ("UNBLOCKED", None), ("Waiting", None),
    ],
)  # fmt: skip
def test_blocked_says_what_it_needs(text: str, needs: str | None) -> None:
    assert fields.blocked_on(text) == needs


@pytest.mark.parametrize(
    ("text", "known", "shelved"),
    [
        ("CANCELLED", True, True), ("❌ Won't do", True, True), ("deferred to spring", True, True),
        ("**On hold** - money", True, True), ("In progress", True, False), ("⏳ TODO", True, False),
        ("✅ Done in May", True, False), ("BLOCKED (needs a disk)", True, False), ("purple", False, False),
    ],
)  # fmt: skip
def test_a_status_that_says_nobody_wants_it_done_is_no_open_one(text: str, known: bool, shelved: bool) -> None:
    assert (fields.is_status(text), fields.shelved(text)) == (known, shelved)


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("`POST /self-improvement/benchmarks/run`", ("POST", "/self-improvement/benchmarks/run", "", None)),
        ("GET /models/loaded - what runs", ("GET", "/models/loaded", "what runs", None)),
        ('`POST /maintenance/run {"action": "backup"}`', ("POST", "/maintenance/run", "", {"action": "backup"})),
        ("GET /queue?state=held", ("GET", "/queue", "", None)),
        ("docker system prune", None),
        ("GET models", None),
    ],
)
def test_calls_are_read(text: str, route: tuple[str, str, str, Any] | None) -> None:
    found = fields.route(text)
    assert (found and (found.method, found.path, found.text, found.body)) == route


@pytest.mark.parametrize(
    ("text", "operation", "input"),
    [
        ("maintenance.run", "maintenance.run", {}),
        ("`maintenance.run`", "maintenance.run", {}),
        ('maintenance.run {"action": "backup"}', "maintenance.run", {"action": "backup"}),
        ('`maintenance.run` `{"action": "backup"}`', "maintenance.run", {"action": "backup"}),
        ("`maintenance.run action=backup`", "maintenance.run", {"action": "backup"}),
        (
            "a.b n=3 yes=true text='two words' list=[1,2]",
            "a.b",
            {"n": 3, "yes": True, "text": "two words", "list": [1, 2]},
        ),
        ("a.b outer.inner=1 outer.other=x", "a.b", {"outer": {"inner": 1, "other": "x"}}),
        ("a.b n=NaN big=1e999", "a.b", {"n": "NaN", "big": "1e999"}),
    ],
)
def test_run_fields_name_an_operation_and_its_input(text: str, operation: str, input: dict[str, Any]) -> None:
    found = fields.run_field(text)
    assert (found.operation, found.input, found.problem) == (operation, input, None)


@pytest.mark.parametrize(
    "text",
    ["", "rm -rf /", "Maintenance.Run", 'a.b {"x": ', "a.b [1]", "a.b word", "a.b x='open", "a.b x=1 x.y=2",
     'a.b {"x": NaN}',
     "a.b " + '{"x":' * 5000],
)  # fmt: skip
def test_run_fields_that_cannot_be_read_say_why(text: str) -> None:
    assert fields.run_field(text).problem
