"""Recurring work: fired once per time, never while the last is open, missed times folded into one."""

from datetime import timedelta

import pytest

from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.work import Item, State
from hydra_lab.kernel.work.schedules import store
from hydra_lab.kernel.work.schedules.model import Schedule
from tests.kernel.work.still import StillHydra
from tests.lab import OWNER


def nightly(still: StillHydra, cron: str = "0 * * * *") -> Schedule:
    """A schedule that fires each hour."""
    verb = still.services.registry.operation("bench.echo")
    return still.work.schedules.create(
        id="nightly", title="Nightly", verb=verb, input={"text": "night"}, cron=cron, actor=OWNER
    )


def fired(still: StillHydra) -> list[Item]:
    """What the schedule has added, oldest first."""
    return still.work.page(limit=100)[0][::-1]


def run(still: StillHydra) -> None:
    """Run what is ready to its end."""
    while still.release():
        still.end(still.started[-1].item)


def test_a_schedule_fires_at_its_time(still: StillHydra) -> None:
    assert nightly(still).next_at == still.clock.now() + timedelta(hours=1)
    still.tick(minutes=59)
    assert fired(still) == []
    still.tick(minutes=1)
    [item] = fired(still)
    assert (item.title, item.state, item.created_by) == ("Nightly", State.QUEUED, "schedule:nightly")
    assert item.key == "schedule:nightly:2025-12-19T13:00:00+00:00"


def test_a_firing_adds_one_item_however_often_it_is_looked_at(still: StillHydra) -> None:
    nightly(still)
    still.tick(hours=1)
    still.tick()
    still.tick(seconds=1)
    assert len(fired(still)) == 1


def test_a_firing_is_skipped_while_the_last_is_open(still: StillHydra) -> None:
    nightly(still)
    still.tick(hours=1)
    still.tick(hours=1)
    assert (len(fired(still)), still.work.schedules.get("nightly").missed) == (1, 1)
    assert still.names("schedules.")[-1] == "schedules.skipped"
    run(still)
    still.tick(hours=1)
    assert len(fired(still)) == 2


def test_missed_firings_are_folded_into_one(still: StillHydra) -> None:
    nightly(still)
    still.tick(hours=10)
    assert (len(fired(still)), still.work.schedules.get("nightly").missed) == (1, 9)
    assert still.work.schedules.get("nightly").next_at == still.clock.now() + timedelta(hours=1)


def test_a_paused_schedule_fires_no_more_and_makes_up_for_nothing(still: StillHydra) -> None:
    nightly(still)
    still.work.schedules.set_paused("nightly", True, OWNER)
    still.tick(hours=5)
    assert fired(still) == []
    still.work.schedules.set_paused("nightly", False, OWNER)
    still.tick(minutes=1)
    assert fired(still) == []
    still.tick(hours=1)
    assert len(fired(still)) == 1


def test_a_schedule_can_be_run_now_but_not_twice_at_once(still: StillHydra) -> None:
    nightly(still)
    item = still.work.schedules.run_now("nightly")
    with pytest.raises(Conflict, match="open already"):
        still.work.schedules.run_now("nightly")
    run(still)
    assert still.item(item).state is State.DONE
    assert still.work.schedules.get("nightly").last_item == item.id


def test_a_removed_schedule_leaves_its_work(still: StillHydra) -> None:
    nightly(still)
    item = still.work.schedules.run_now("nightly")
    still.work.schedules.remove("nightly", OWNER)
    with pytest.raises(NotFound):
        still.work.schedules.get("nightly")
    assert still.item(item).state is State.QUEUED


def test_a_schedule_of_an_operation_that_is_gone_says_so_and_goes_on(still: StillHydra) -> None:
    nightly(still)
    del still.services.registry.verbs["bench.echo"]
    still.tick(hours=1)
    assert still.names("schedules.")[-1] == "schedules.refused"
    assert still.work.schedules.get("nightly").next_at == still.clock.now() + timedelta(hours=1)


@pytest.mark.parametrize("cron", ["every night", "* * * *"])
def test_what_is_no_cron_line_makes_no_schedule(still: StillHydra, cron: str) -> None:
    with pytest.raises(Invalid):
        nightly(still, cron)


def test_a_schedule_again_by_another_line_keeps_its_pause_and_history(still: StillHydra) -> None:
    nightly(still)
    still.work.schedules.set_paused("nightly", True, OWNER)
    verb = still.services.registry.operation("bench.echo")
    changed = still.work.schedules.create(
        id="nightly", title="Nightly", verb=verb, input={}, cron="30 * * * *", actor=OWNER,
        keep=still.work.schedules.get("nightly"),
    )  # fmt: skip
    assert (changed.paused, changed.cron) == (True, "30 * * * *")


def test_a_schedule_that_nobody_can_read_any_more_holds_up_nothing_else(still: StillHydra) -> None:
    broken = nightly(still)
    late = still.add("late", window="overnight", deadline=still.clock.now() + timedelta(hours=1))
    opens = still.add("opens", not_before=still.clock.now() + timedelta(hours=1))
    with still.services.database.begin() as connection:
        store.change(connection, broken.id, time_zone="Atlantis/Harbour")
    still.tick(hours=2)
    assert (still.item(late).state, still.item(opens).state) == (State.FAILED, State.QUEUED)
