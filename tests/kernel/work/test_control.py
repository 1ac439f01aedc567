"""Ending, pausing and stopping work that runs, and starting again."""

import os
import threading
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import Connection, Row

from hydra_lab.kernel.errors import Conflict, NotReady, Unavailable
from hydra_lab.kernel.policy.model import Mode
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.model import State
from tests.kernel.work.bench_area import calls, failing, gate, script
from tests.kernel.work.running import RunningHydra, until
from tests.lab import OWNER


def test_cancelled_work_ends_and_stays_cancelled(hydra: RunningHydra) -> None:
    item = hydra.add("bench.wait", text="w")
    hydra.running("w")
    assert hydra.work.cancel(item.id, OWNER).state is State.CANCELLED
    until(lambda: not hydra.node.slots.taken(), "its slot to be free")
    assert hydra.item(item).state is State.CANCELLED
    assert hydra.names(item)[-1] == "items.cancelled"


def test_children_die_with_cancelled_work(hydra: RunningHydra, tmp_path: Path) -> None:
    told = tmp_path / "pids"
    item = hydra.add("bench.child", input={"path": str(told)})
    pids = [
        int(pid)
        for pid in until(lambda: told.exists() and told.read_text().endswith("\n"), "it") and told.read_text().split()
    ]
    assert all(psutil.pid_exists(pid) for pid in pids)
    hydra.work.cancel(item.id, OWNER)
    until(lambda: not any(alive(pid) for pid in pids), "the child and the grandchild to die", within_s=5)


def alive(pid: int) -> bool:
    """Whether a process lives; one that only waits to be reaped does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_cancel_between_two_steps_starts_no_further_step(hydra: RunningHydra) -> None:
    entered, leave = os.pipe()

    def block() -> None:
        os.read(entered, 1)

    script["third"] = block
    item = hydra.add("bench.steps")
    hydra.running("third")
    hydra.work.cancel(item.id, OWNER)
    os.write(leave, b"x")
    until(lambda: not hydra.node.slots.taken(), "its slot to be free")
    assert hydra.effects(item) == [2]
    assert hydra.item(item).state is State.CANCELLED


def test_what_is_over_cannot_be_cancelled(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add(text="x"))
    with pytest.raises(Conflict, match="is done"):
        hydra.work.cancel(item.id, OWNER)


def test_a_cancel_and_a_finish_at_once_leave_one_of_the_two(hydra: RunningHydra) -> None:
    for number in range(20):
        item = hydra.add(text=f"race {number}")
        try:
            hydra.work.cancel(item.id, OWNER)
            assert hydra.wait(item).state is State.CANCELLED
            assert "items.done" not in hydra.names(item)
        except Conflict:
            assert hydra.wait(item).state is State.DONE
    until(lambda: not hydra.node.slots.taken(), "no slot to leak")


def test_cancelling_what_waits_to_go_on_leaks_no_slot(hydra: RunningHydra) -> None:
    for _ in range(5):
        script["third"] = failing(1, Unavailable("gone"))
        item = hydra.add("bench.steps")
        until(lambda item=item: hydra.item(item).attempts == 2 or hydra.item(item).state is State.DONE, "attempt 2")
        if not hydra.item(item).state.is_over:
            hydra.work.cancel(item.id, OWNER)
    until(lambda: not hydra.node.slots.taken(), "no slot to leak")


def test_work_that_takes_too_long_fails_and_says_so(hydra: RunningHydra) -> None:
    item = hydra.wait(hydra.add("bench.brief", text="slow"))
    assert item.error
    assert (item.state, item.error.code) == (State.FAILED, "timed_out")
    until(lambda: not hydra.node.slots.taken(), "its slot to be free")


def test_a_pause_of_everything_lets_running_work_finish(hydra: RunningHydra) -> None:
    item = hydra.add("bench.wait", text="w")
    hydra.running("w")
    hydra.set_mode(Mode.PAUSED, "lunch")
    later = hydra.add(text="later")
    gate.set()
    assert hydra.wait(item).state is State.DONE
    [hold] = hydra.item(later).holds
    assert (hold.kind, "lunch" in hold.detail) == ("paused", True)
    hydra.set_mode(Mode.AUTONOMOUS)
    hydra.work.wake()
    assert hydra.wait(later).state is State.DONE


def test_an_emergency_stop_holds_work_at_its_last_finished_step(hydra: RunningHydra) -> None:
    script["third"] = failing(0, Unavailable("never"))
    entered, leave = os.pipe()
    script["third"] = lambda: os.read(entered, 1) and None
    item = hydra.add("bench.steps")
    hydra.running("third")
    hydra.set_mode(Mode.STOPPED, "smoke")
    hydra.work.stop_running(OWNER, None, "smoke")
    held = hydra.item(item)
    assert held.state is State.HELD
    assert {hold.kind.value for hold in held.holds} == {"paused"}
    assert any("smoke" in hold.detail for hold in held.holds)
    script.clear()
    os.write(leave, b"x")
    until(lambda: not hydra.node.slots.taken(), "it to end")
    assert hydra.effects(item) == [2]
    hydra.set_mode(Mode.AUTONOMOUS)
    hydra.work.restart_stopped(OWNER)
    done = hydra.wait(item)
    assert (done.state, done.attempts) == (State.DONE, 2)
    assert (calls.count("first"), hydra.effects(item)) == (1, [2, 4])


def test_a_stop_ends_what_was_started_while_it_was_said(hydra: RunningHydra) -> None:
    item = hydra.add("bench.wait", text="w")
    hydra.running("w")
    hydra.set_mode(Mode.STOPPED)  # and nobody ended what runs
    assert hydra.wait(item, State.HELD)
    hydra.set_mode(Mode.AUTONOMOUS)
    gate.set()
    assert hydra.wait(item).state is State.DONE


def test_work_goes_on_after_a_restart(hydra: RunningHydra) -> None:
    entered, leave = os.pipe()
    script["third"] = lambda: os.read(entered, 1) and None
    item = hydra.add("bench.steps")
    hydra.running("third")
    hydra.node.stop(patience_s=0)
    script.clear()
    os.write(leave, b"x")
    hydra.restart()
    done = hydra.wait(item)
    assert (done.state, done.attempts) == (State.DONE, 2)
    assert (calls.count("first"), hydra.effects(item)) == (1, [2, 4])
    assert "items.recovered" in hydra.names(item)


def test_a_stop_waits_for_work_that_ends_soon(hydra: RunningHydra) -> None:
    item = hydra.add("bench.wait", text="w")
    hydra.running("w")
    gate.set()
    hydra.restart()
    assert (hydra.item(item).state, hydra.item(item).attempts) == (State.DONE, 1)


def test_a_claimed_item_that_was_never_begun_is_taken_back(
    hydra: RunningHydra, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost: list[str] = []

    def lose(item: str, attempt: int) -> None:
        lost.append(item)
        if len(lost) == 2:
            raise RuntimeError("the engine had a hiccup")
        if len(lost) > 2:
            monkeypatch.undo()
            hydra.node.engine.begin(item, attempt)

    monkeypatch.setattr(hydra.node.engine, "begin", lose)
    item = hydra.add(text="lost")
    until(lambda: lost, "it to be claimed")
    hydra.node.slots.give_back(item.id, 1)  # as if nothing ran it
    done = hydra.wait(item)
    assert (done.state, done.attempts, lost.count(item.id)) == (State.DONE, 3, 3)


def test_work_that_begins_while_it_is_looked_after_goes_on(
    hydra: RunningHydra, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, begun = store.running, []

    def slowly(connection: Connection, owner: str | None = None) -> list[Row[Any]]:
        rows = real(connection, owner)
        if threading.current_thread() is threading.main_thread():
            begun.append(hydra.add("bench.wait", text="begun meanwhile"))
            hydra.running("begun meanwhile")
        return rows

    hydra.add("bench.wait", text="w")
    hydra.running("w")
    monkeypatch.setattr(store, "running", slowly)
    hydra.node.look_after()
    monkeypatch.undo()
    assert hydra.wait(hydra.add("bench.follow")).state is State.DONE  # time enough for a cancel to be noticed
    gate.set()
    [item] = [hydra.wait(one) for one in begun]
    assert (item.state, item.attempts) == (State.DONE, 1)


def test_an_attempt_that_was_overtaken_before_its_first_step_takes_none(
    hydra: RunningHydra, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hydra.node, "look_after", lambda: None)  # this process has not noticed yet
    entered, leave = os.pipe()
    script["slow"] = lambda: os.read(entered, 1) and None
    item = hydra.add("bench.late", text="slow")
    hydra.running("slow")
    script.clear()
    with hydra.services.database.begin() as connection:  # as another node does when this one seems dead
        assert changes.requeue(connection, item.id, 1)
    hydra.work.wake()
    done = hydra.wait(item)
    os.write(leave, b"x")
    until(lambda: not hydra.node.slots.taken(), "the first attempt to end")
    assert (done.state, done.attempts, calls.count("slow"), calls.count("late step")) == (State.DONE, 2, 2, 1)
    assert hydra.item(item).state is State.DONE


def test_an_ending_waits_for_the_database(hydra: RunningHydra, monkeypatch: pytest.MonkeyPatch) -> None:
    from hydra_lab.kernel.work.nodes import node

    refusals, real = [1, 2, 3], node.finish

    def full(*arguments: object) -> bool:
        if refusals:
            refusals.pop()
            raise NotReady("The disk is full.")
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(node, "finish", full)
    item = hydra.wait(hydra.add(text="patient"))
    assert (item.state, item.attempts, refusals) == (State.DONE, 1, [])
