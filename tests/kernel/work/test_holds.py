"""Everything that holds work, and what releases it."""

from datetime import timedelta

import pytest

from hydra_lab.kernel.errors import Conflict, Denied, Invalid, NotFound
from hydra_lab.kernel.work import HoldKind, NewHold, Priority, State
from tests.kernel.work.bench_area import LampState
from tests.kernel.work.still import AGENT, StillHydra
from tests.lab import OWNER

NIGHT = "22:00-07:00"  # it is noon


def test_a_window_holds_until_it_opens(still: StillHydra) -> None:
    item = still.add("at night", window="overnight")
    [hold] = item.holds
    assert (hold.kind, hold.due) == ("window", still.clock.now() + timedelta(hours=10))
    still.tick(hours=9)
    assert still.release() == []
    still.tick(hours=1, seconds=1)
    assert still.release() == ["at night"]


def test_a_window_that_is_open_holds_nothing(still: StillHydra) -> None:
    assert still.add("now", window="09:00-13:00").state is State.QUEUED


def test_a_window_is_looked_at_again_before_the_start(still: StillHydra) -> None:
    item = still.add("in the morning", window="09:00-13:00")
    still.clock.pass_(hours=3)
    assert (still.release(), still.holds(item)) == ([], ["window"])
    still.tick(hours=18)
    assert still.release() == ["in the morning"]


def test_a_start_time_holds_until_it_comes(still: StillHydra) -> None:
    item = still.add("later", not_before=still.clock.now() + timedelta(hours=1))
    assert still.holds(item) == ["not_before"]
    still.tick(hours=1)
    assert still.release() == ["later"]


def test_work_that_misses_its_deadline_fails_and_says_so(still: StillHydra) -> None:
    item = still.add("late", window="overnight", deadline=still.clock.now() + timedelta(hours=1))
    still.tick(hours=2)
    failed = still.item(item)
    assert failed.error
    assert (failed.state, failed.error.code, failed.holds) == (State.FAILED, "conflict", [])
    assert "deadline" in failed.error.detail


def test_a_deadline_is_for_the_start_not_for_the_end(still: StillHydra) -> None:
    item = still.add("in time", deadline=still.clock.now() + timedelta(hours=1))
    assert still.release() == ["in time"]
    still.tick(hours=2)
    assert still.item(item).state is State.RUNNING


def test_a_retry_after_a_missed_deadline_forgets_the_deadline(still: StillHydra) -> None:
    item = still.add("late", window="overnight", deadline=still.clock.now() + timedelta(hours=1))
    still.tick(hours=2)
    still.work.retry(item.id, OWNER)
    still.tick(minutes=1)
    assert (still.item(item).state, still.holds(item), still.item(item).deadline) == (State.HELD, ["window"], None)


def test_a_deadline_in_the_past_is_refused(still: StillHydra) -> None:
    with pytest.raises(Invalid, match="passed already"):
        still.add("x", deadline=still.clock.now())


def test_work_waits_for_what_it_depends_on(still: StillHydra) -> None:
    first, second = still.add("first", key="the first"), still.add("second")
    both = still.add("both", depends_on=("the first", second.id))
    assert still.holds(both) == ["dependency", "dependency"]
    still.release()
    still.end(first)
    assert still.holds(both) == ["dependency"]
    still.release()
    still.end(second)
    assert still.release() == ["both"]


def test_what_is_done_already_holds_nothing(still: StillHydra) -> None:
    first = still.add("first")
    still.release()
    still.end(first)
    assert still.add("second", depends_on=(first.id,)).state is State.QUEUED


def test_a_failed_dependency_keeps_its_dependent_and_says_so(still: StillHydra) -> None:
    first = still.add("first")
    second = still.add("second", depends_on=(first.id,))
    still.release()
    still.end(first, State.FAILED, Denied("no"))
    [hold] = still.item(second).holds
    assert "failed" in hold.detail
    assert "Retry" in hold.unblock
    still.work.retry(first.id, OWNER)
    assert still.item(second).holds[0].detail == "Waits for “first”, which is ready and waits for its turn."
    still.release()
    still.end(first)
    assert still.release() == ["second"]


def test_a_dependency_is_told_by_its_title_and_its_state_as_they_are_now(still: StillHydra) -> None:
    first = still.add("first", window="overnight")
    second, third = still.work.add_all([
        still.new("second", key="2", depends_on=(first.id,)), still.new("third", depends_on=("2",)),
    ])  # fmt: skip
    assert second[0].holds[0].detail == "Waits for “first”, which is held itself."
    assert third[0].holds[0].detail == "Waits for “second”, which is held itself."
    still.work.hurry(first.id, OWNER)
    still.release()
    [hold] = still.work.why(second[0].id).holds
    assert (hold.detail, hold.ref) == ("Waits for “first”, which runs now.", first.id)


def test_a_cancelled_dependency_keeps_its_dependent_and_says_so(still: StillHydra) -> None:
    first = still.add("first", window="overnight")
    second = still.add("second", depends_on=(first.id,))
    still.work.cancel(first.id, OWNER)
    assert "was cancelled" in still.item(second).holds[0].detail


def test_cancelled_work_that_is_retried_still_waits_for_what_it_depends_on(still: StillHydra) -> None:
    first = still.add("first", window="overnight")
    second = still.add("second", depends_on=(first.id,))
    still.work.cancel(second.id, OWNER)
    assert [hold.kind for hold in still.work.retry(second.id, OWNER).holds] == ["dependency"]


def test_circles_are_refused_at_the_door(still: StillHydra) -> None:
    with pytest.raises(Invalid, match="wait for each other: “a” → “b” → “a”"):
        still.work.add_all([still.new("a", key="a", depends_on=("b",)), still.new("b", key="b", depends_on=("a",))])
    with pytest.raises(Invalid, match="wait for each other"):
        still.work.add_all([still.new("self", key="self", depends_on=("self",))])
    assert still.work.page()[1] == 0


def test_a_dependency_that_does_not_exist_is_refused(still: StillHydra) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        still.add("x", depends_on=("nowhere",))


def test_a_requirement_names_what_is_missing_and_wakes_with_it(still: StillHydra) -> None:
    item = still.add("light", "bench.lamp")
    [hold] = still.item(item).holds
    assert (hold.kind, hold.ref, hold.detail) == ("requirement", "lamp", "waits for a lamp")
    with still.services.database.begin() as connection:
        still.services.integrations.configure(connection, "lamp", {"url": "http://lamp.example"}, OWNER)
    assert still.release() == ["light"]
    assert "items.released" in still.names("items.")


def test_what_nobody_was_told_of_wakes_at_the_slow_look(still: StillHydra) -> None:
    LampState.answers = True
    with still.services.database.begin() as connection:
        still.services.integrations.configure(connection, "lamp", {"url": "http://lamp.example"}, OWNER)
    missed = NewHold(kind=HoldKind.REQUIREMENT, detail="It did not answer.", unblock="It answers.", ref="lamp")
    item = still.add("light", "bench.lamp", holds=(missed,))
    still.clock.pass_(seconds=15)
    still.look_again()
    assert still.item(item).state is State.QUEUED


def test_a_person_pauses_and_resumes_an_item(still: StillHydra) -> None:
    item = still.add("x")
    still.work.pause(item.id, OWNER)
    assert (still.release(), still.holds(item)) == ([], ["paused"])
    still.work.resume(item.id, OWNER)
    assert still.release() == ["x"]


def test_a_pause_of_an_item_may_end_by_itself(still: StillHydra) -> None:
    item = still.add("x")
    still.work.pause(item.id, OWNER, until=still.clock.now() + timedelta(hours=1))
    still.tick(hours=1)
    assert still.release() == ["x"]


def test_running_work_cannot_be_paused(still: StillHydra) -> None:
    item = still.add("x")
    still.release()
    with pytest.raises(Conflict, match="is running"):
        still.work.pause(item.id, OWNER)


def test_work_without_an_operation_names_what_is_missing(still: StillHydra) -> None:
    with pytest.raises(Invalid, match="plan hold"):
        still.add("vague", None, input={})
    plan = NewHold(kind=HoldKind.PLAN, detail="Nobody knows what does this.", unblock="Choose an operation.")
    item = still.add("vague", None, input={}, holds=(plan,))
    assert (item.operation, still.holds(item)) == (None, ["plan"])
    chosen = still.work.choose(item.id, "bench.echo", {"text": "so be it"}, OWNER)
    assert (chosen.operation, chosen.state) == ("bench.echo", State.QUEUED)


def test_hurrying_drops_windows_start_times_and_back_off(still: StillHydra) -> None:
    item = still.add("x", window=NIGHT, not_before=still.clock.now() + timedelta(days=1))
    assert still.work.hurry(item.id, OWNER).state is State.QUEUED
    assert still.release() == ["x"]


def test_the_holds_of_an_item_are_told_in_the_order_that_matters(still: StillHydra) -> None:
    item = still.add("much", "bench.lamp", actor=AGENT, window=NIGHT)
    assert still.holds(item) == ["approval", "requirement", "window"]


def test_a_priority_can_change_while_work_waits(still: StillHydra) -> None:
    still.add("first")
    later = still.add("later")
    still.work.prioritise(later.id, Priority.CRITICAL, OWNER)
    assert still.release() == ["later"]
