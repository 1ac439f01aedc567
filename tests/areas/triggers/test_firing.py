"""What triggers start, and what keeps them from it."""

from collections.abc import Callable
from typing import Any

import pytest

from hydra_lab.areas.triggers import AREA
from hydra_lab.areas.triggers.feeds import CONTRIBUTIONS
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.journal.acting.reading import go_on
from hydra_lab.kernel.policy.model import HYDRA, Actor, ActorKind
from hydra_lab.kernel.work import HoldKind, Work
from hydra_lab.kernel.work.limits.migrations import MIGRATIONS as LIMITS
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK
from tests.kernel.work import bench_area
from tests.lab import OWNER, Lab

HOOK = Actor(kind=ActorKind.HOOK, name="/hooks/forge")
AGENT = Actor(kind=ActorKind.AGENT, name="helper", scopes=frozenset({"read", "write"}))
READER = CONTRIBUTIONS[0]


class Firing:
    """A queue that nothing runs, a trigger on it, and things that happen."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.services = lab.services
        self.services.work = Work(lab.services)
        go_on(lab.context(), READER)

    def set(self, **options: Any) -> None:
        """Set the trigger, which echoes the body of what came."""
        start = {"operation": "bench.echo", "input": {"text": "{{ data.text }}"}, "title": "{{ data.text }}"}
        when = {"event": "hooks.received"}
        self.lab.call("triggers.set", id="echo", when=when, start=start | options.pop("start", {}), **options)

    def happen(self, text: str, actor: Actor = OWNER, **data: Any) -> None:
        """Let something happen, and the trigger decide about it."""
        with self.services.database.begin() as connection:
            self.services.journal.write(
                connection, "hooks.received", actor=actor, subject="forge", data={"text": text, **data}
            )
        go_on(self.lab.context(), READER)

    def titles(self) -> list[str]:
        """The titles of all work."""
        return sorted(item.title for item in self.services.work.page()[0])

    @property
    def outcome(self) -> str:
        """What became of the last event."""
        return str(self.lab.call("triggers.show", id="echo").last_outcome)


def made(make_lab: Callable[..., Lab], **options: Any) -> Firing:
    """One on a new database."""
    areas, rooms = [bench_area.AREA, AREA], {"work": WORK, "limits": LIMITS}
    return Firing(make_lab(areas=areas, integrations=[bench_area.LAMP], rooms=rooms, **options))


@pytest.fixture
def firing(make_lab: Callable[..., Lab]) -> Firing:
    """One on SQLite."""
    return made(make_lab)


@pytest.fixture
def anywhere(make_lab: Callable[..., Lab], database_url: str) -> Firing:
    """One on a database of each kind."""
    return made(make_lab, database_url=database_url)


def test_what_happens_starts_work_with_the_event_as_its_cause(anywhere: Firing) -> None:
    anywhere.set()
    anywhere.happen("a")
    (item,) = anywhere.services.work.page()[0]
    (came,) = anywhere.lab.events("hooks.")
    assert (item.title, item.input["text"], item.cause, anywhere.outcome) == ("a", "a", came.id, "started")
    assert [event.cause for event in anywhere.lab.events("triggers.started")] == [came.id]


def test_what_an_outsider_set_going_asks_a_person_first(firing: Firing) -> None:
    firing.set()
    firing.happen("by a hook", actor=HOOK)
    firing.happen("by Hydra")
    holds = {item.title: [hold.kind for hold in item.holds] for item in firing.services.work.page()[0]}
    assert holds == {"by a hook": [HoldKind.APPROVAL], "by Hydra": []}


def test_a_cooldown_passes_over_what_comes_too_soon(firing: Firing) -> None:
    firing.set(cooldown_minutes=10)
    firing.happen("a")
    firing.happen("b")
    assert firing.outcome == "cooling down"
    firing.lab.clock.pass_(minutes=10)
    firing.happen("c")
    assert firing.titles() == ["a", "c"]


def test_work_is_started_once_for_each(anywhere: Firing) -> None:
    anywhere.set(once_per="{{ data.branch }}")
    anywhere.happen("a", branch="main")
    anywhere.happen("b", branch="main")
    anywhere.happen("c", branch="next")
    assert anywhere.titles() == ["a", "c"]


def test_a_storm_is_stopped_and_told_once(anywhere: Firing) -> None:
    anywhere.set(most_an_hour=2)
    for text in "abcd":
        anywhere.happen(text)
    assert anywhere.titles() == ["a", "b"]
    assert len(anywhere.lab.events("triggers.too_many")) == 1
    anywhere.lab.clock.pass_(hours=2)
    anywhere.happen("e")
    assert anywhere.titles() == ["a", "b", "e"]


def test_a_dry_run_starts_nothing_and_says_what_it_would(firing: Firing) -> None:
    firing.set(dry_run=True)
    firing.happen("a")
    assert (firing.titles(), firing.outcome) == ([], "would start")
    (tried,) = firing.lab.call("triggers.test", id="echo").fitting
    assert tried.input == {"text": "a"}


def test_an_event_that_lacks_a_part_is_refused_and_the_next_one_is_not(firing: Firing) -> None:
    firing.set(start={"input": {"text": "{{ data.branch }}"}})
    firing.happen("a")
    assert "data.branch" in str(firing.lab.call("triggers.show", id="echo").last_detail)
    firing.happen("b", branch="main")
    assert firing.titles() == ["b"]


def test_a_paused_trigger_passes_over_what_happens(firing: Firing) -> None:
    firing.set()
    firing.lab.call("triggers.pause", id="echo")
    firing.happen("a")
    firing.lab.call("triggers.resume", id="echo")
    firing.happen("b")
    assert firing.titles() == ["b"]


def test_what_followed_from_its_own_work_starts_nothing_again(anywhere: Firing) -> None:
    """Two triggers that answer to each other's work, and to each other's refusals, come to rest."""
    anywhere.set()
    again = {"operation": "bench.echo", "input": {"text": "{{ data.operation }}"}}
    anywhere.lab.call("triggers.set", id="ping", when={"event": "items.created"}, start=again)
    anywhere.lab.call("triggers.set", id="pong", when={"event": "items.created"}, start=again)
    missing = {"operation": "bench.echo", "input": {"text": "{{ data.never }}"}}
    anywhere.lab.call("triggers.set", id="grumble", when={"event": "triggers.*"}, start=missing)
    anywhere.lab.call("triggers.set", id="mutter", when={"event": "triggers.*"}, start=missing)
    anywhere.happen("a")
    for _ in range(5):
        go_on(anywhere.lab.context(), READER)
    told = len(anywhere.lab.events())
    go_on(anywhere.lab.context(), READER)
    assert len(anywhere.lab.events()) == told
    assert len(anywhere.services.work.page()[0]) == 5  # echo, ping and pong of it, and each once of the other's
    outcomes = {one.id: one.last_outcome for one in anywhere.lab.call("triggers.list").triggers}
    assert (outcomes["ping"], outcomes["grumble"]) == ("own work", "own work")


def test_nobody_gains_by_a_step_in_between(firing: Firing) -> None:
    """What follows from the work of an agent is the agent's, also where Hydra tells of it."""
    firing.set()
    firing.lab.call("triggers.set", id="after", when={"event": "items.started"},
                    start={"operation": "bench.echo", "title": "after"})  # fmt: skip
    work = firing.services.work
    ours, theirs = (work.add(actor=actor, operation="bench.look") for actor in (OWNER, AGENT))
    with firing.services.database.begin() as connection:
        for item in (ours, theirs):
            firing.services.journal.write(connection, "items.started", actor=HYDRA, item=item.id, cause=item.cause)
    go_on(firing.lab.context(), READER)
    found = [item for item in work.page()[0] if item.title == "after"]
    assert sorted(len(item.holds) for item in found) == [0, 1]


def test_long_texts_that_differ_at_their_ends_are_different(firing: Firing) -> None:
    firing.set(once_per="{{ data.branch }}")
    firing.happen("a", branch="x" * 300 + "1")
    firing.happen("b", branch="x" * 300 + "2")
    assert firing.titles() == ["a", "b"]


def test_a_dry_run_holds_to_the_guards_and_counts_for_nothing_afterwards(firing: Firing) -> None:
    firing.set(dry_run=True, cooldown_minutes=60)
    firing.happen("a")
    firing.happen("b")
    assert firing.outcome == "cooling down"
    assert len(firing.lab.events("triggers.would_start")) == 1
    firing.set(cooldown_minutes=60)
    firing.happen("c")
    assert firing.titles() == ["c"]


@pytest.mark.parametrize(
    ("field", "trigger"),
    [
        ("start.operation", {"start": {"operation": "bench.eco"}}),
        ("start.operation", {"start": {"operation": "bench.direct"}}),
        ("start.input.txt", {"start": {"input": {"txt": "{{ data.text }}"}}}),
        ("start.input.text", {"start": {"input": {"text": ["a"]}}}),
        ("start.input.text", {"start": {"input": {"text": "{{ body.text }}"}}}),
        ("start.input.text", {"start": {"input": {"text": "{{ data.text }"}}}),
        ("start.title", {"start": {"title": "{{ subject.name }}"}}),
        ("start.window", {"start": {"window": "late"}}),
        ("when.where.body.text", {"when": {"event": "hooks.received", "where": {"body.text": "a"}}}),
        ("id", {"id": "new"}),
    ],
)
def test_a_trigger_that_could_not_work_is_refused_where_it_is_wrong(
    firing: Firing, field: str, trigger: dict[str, Any]
) -> None:
    start = {"operation": "bench.echo", **trigger.pop("start", {})}
    with pytest.raises(Invalid) as refused:
        firing.lab.call("triggers.set", **{"id": "x", "when": {"event": "a.b"}, "start": start, **trigger})
    assert field in [one["field"] for one in refused.value.data["problems"]]
    assert refused.value.fix
