"""What triggers start, and what keeps them from it."""

from collections.abc import Callable
from typing import Any

import pytest

from hydra_lab.areas.triggers import AREA
from hydra_lab.areas.triggers.feeds import CONTRIBUTIONS
from hydra_lab.kernel.journal.acting.reading import go_on
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.work import HoldKind, Work
from hydra_lab.kernel.work.limits.migrations import MIGRATIONS as LIMITS
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK
from tests.kernel.work import bench_area
from tests.lab import OWNER, Lab

HOOK = Actor(kind=ActorKind.HOOK, name="/hooks/forge")
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
