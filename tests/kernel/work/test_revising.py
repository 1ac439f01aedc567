"""Work that waits is changed and taken back in bulk; what runs, is over or was decided by a person is not."""

from typing import Any

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.work import HoldKind, Item, NewHold, NewItem, Priority, Revision, State
from tests.kernel.work.still import StillHydra
from tests.lab import OWNER

MISSING = NewHold(kind=HoldKind.PLAN, detail="Nobody knows how.", unblock="Choose an operation.")


def revise(still: StillHydra, *revisions: Revision) -> set[str]:
    with still.services.database.begin() as connection:
        return still.work.revise(connection, revisions, OWNER)


def withdraw(still: StillHydra, *items: Item) -> set[str]:
    with still.services.database.begin() as connection:
        return still.work.withdraw(connection, [one.id for one in items], OWNER)


def change(still: StillHydra, item: Item, *keep: str, **options: Any) -> Revision:
    return Revision(id=item.id, new=still.new(item.title, **options), keep=frozenset(keep))


def test_what_waits_is_changed_and_keeps_its_age(still: StillHydra) -> None:
    item = still.add("lamp")
    still.clock.pass_(minutes=5)
    assert revise(still, change(still, item, input={"text": "x"}, priority=Priority.LOW, tier=3)) == {item.id}
    after = still.item(item)
    assert (after.input, after.priority, after.tier, after.state) == ({"text": "x"}, "low", 3, State.QUEUED)
    assert after.ready_at == item.ready_at


def test_what_runs_or_is_over_is_never_touched(still: StillHydra) -> None:
    done = still.add("done")
    still.release()
    still.end(done)
    runs = still.add("runs")
    still.release()
    before = [still.item(done), still.item(runs)]
    assert [one.state for one in before] == [State.DONE, State.RUNNING]
    assert revise(still, *(change(still, one, tier=9) for one in before)) == set()
    assert withdraw(still, *before) == set()
    assert [still.item(done), still.item(runs)] == before


def test_it_is_journalled_with_what_changed(still: StillHydra) -> None:
    item = still.add("lamp")
    revise(still, change(still, item, input={"text": "x"}, impact="Light"))
    (event,) = still.events("items.revised")
    assert event.data == {"operation": "bench.echo", "changed": ["impact", "input"]}


def test_what_is_kept_stays_as_a_person_set_it(still: StillHydra) -> None:
    item = still.add("lamp", None, holds=(MISSING,))
    still.work.choose(item.id, "bench.echo", {"text": "mine"}, OWNER)
    still.work.prioritise(item.id, Priority.CRITICAL, OWNER)
    new = still.new("lamp", None, holds=(MISSING,), window="overnight", impact="Light")
    revise(still, Revision(id=item.id, new=new, keep=frozenset({"operation", "priority", "window"})))
    after = still.item(item)
    assert (after.operation, after.input, after.priority) == ("bench.echo", {"text": "mine"}, "critical")
    assert (after.window, after.impact, after.state) == (None, "Light", State.QUEUED)


def test_a_pause_is_not_the_plans_to_lift(still: StillHydra) -> None:
    item = still.add("lamp", None, holds=(MISSING,))
    still.work.pause(item.id, OWNER)
    revise(still, change(still, item))
    assert (still.item(item).operation, still.holds(item)) == ("bench.echo", ["paused"])


def test_new_work_is_judged_as_if_it_were_added(still: StillHydra) -> None:
    item = still.add("lamp")
    revise(still, change(still, item, ask_first="The plan says so."))
    assert still.holds(item) == ["approval"]
    still.work.approve(item.id, OWNER)
    revise(still, change(still, item, ask_first="The plan says so.", impact="Light"))
    assert (still.holds(item), still.item(item).state) == ([], State.QUEUED)
    revise(still, change(still, item, ask_first="The plan says so.", input={"text": "other"}))
    assert still.holds(item) == ["approval"]


def test_what_was_reported_done_elsewhere_wakes_what_waited_for_it(still: StillHydra) -> None:
    item = still.add("lamp", None, holds=(MISSING,))
    behind = still.add("behind", depends_on=(item.id,))
    done = NewItem(actor=OWNER, operation=None, title="lamp", finished={"source": "document"})
    revise(still, Revision(id=item.id, new=done))
    assert (still.item(item).state, still.item(item).result) == (State.DONE, {"source": "document"})
    assert still.item(behind).state is State.QUEUED


def test_what_is_taken_back_is_cancelled_with_its_question(still: StillHydra) -> None:
    item = still.add("lamp", ask_first="The plan says so.")
    behind = still.add("behind", depends_on=(item.id,))
    assert withdraw(still, item) == {item.id}
    assert (still.item(item).state, still.holds(item)) == (State.CANCELLED, [])
    assert "was cancelled" in still.item(behind).holds[0].detail


def test_a_thousand_changes_are_all_done_or_none(still: StillHydra) -> None:
    items = [item for item, _ in still.work.add_all([still.new(f"lamp {n}") for n in range(1001)])]
    bad = [*(change(still, one, tier=5) for one in items[:-1]), change(still, items[-1], input={"text": 7})]
    with pytest.raises(Invalid, match="text"):
        revise(still, *bad)
    assert {still.item(items[place]).tier for place in (0, 500, 1000)} == {None}
    assert len(revise(still, *bad[:-1])) == 1000
    assert {still.item(items[place]).tier for place in (0, 500, 999)} == {5}
