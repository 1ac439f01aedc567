"""Doors of model servers: a switch is alone with its server, and nobody waits for ever."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from hydra_lab.kernel.errors import Busy
from hydra_lab.kernel.inference import Doors


def until(holds: Callable[[], bool]) -> None:
    """Return once something is so."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def visit(doors: Doors, told: list[str], stay: threading.Event) -> None:
    """A request in a thread and on a loop of its own: it says when it is inside, and stays until it may go."""

    async def run() -> None:
        async with doors.inside("a", wait_s=10):
            told.append("in")
            while not stay.is_set():
                await asyncio.sleep(0.005)
            told.append("out")

    asyncio.run(run())


def started(*arguments: object, target: Callable[..., None] = visit) -> threading.Thread:
    """A thread that runs."""
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread


def test_a_switch_waits_for_who_is_inside_and_keeps_others_out() -> None:
    doors, told, stay = Doors(), list[str](), threading.Event()
    first = started(doors, told, stay)
    until(lambda: told == ["in"])
    threading.Timer(0.05, stay.set).start()
    with doors.shut("a", wait_s=10) as still_inside:
        assert (still_inside, told) == (0, ["in", "out"])
        second = started(doors, told, stay)
        time.sleep(0.05)
        assert len(told) == 2
        with doors.shut("b", wait_s=0):
            pass  # another server's door is another door
    for thread in (first, second):
        thread.join(10)
    assert told == ["in", "out", "in", "out"]
    assert (doors.count("a"), doors.turns("a")) == (0, 2)


def test_a_switch_goes_on_when_the_limit_has_passed_and_says_who_is_left() -> None:
    doors, told, stay = Doors(), list[str](), threading.Event()
    thread = started(doors, told, stay)
    until(lambda: told == ["in"])
    with doors.shut("a", wait_s=0.05) as still_inside:
        assert still_inside == 1
    stay.set()
    thread.join(10)
    assert doors.count("a") == 0


def test_of_two_switches_one_waits() -> None:
    doors, order = Doors(), list[str]()

    def switch() -> None:
        with doors.shut("a", wait_s=1):
            order.append("second")

    with doors.shut("a", wait_s=1):
        thread = started(target=switch)
        time.sleep(0.05)
        order.append("first")
        with pytest.raises(Busy), doors.shut("a", wait_s=1, turn_s=0.05):
            pass
    thread.join(10)
    assert order == ["first", "second"]


def test_a_request_does_not_wait_for_ever() -> None:
    doors = Doors()

    async def run() -> None:
        async with doors.inside("a", wait_s=0.05):
            raise AssertionError("the door was shut")

    with doors.shut("a", wait_s=0), pytest.raises(Busy):
        asyncio.run(run())
    assert doors.count("a") == 0


def test_a_request_that_leaves_while_it_waits_is_not_counted() -> None:
    doors = Doors()

    async def run() -> None:
        async def wait() -> None:
            async with doors.inside("a", wait_s=10):
                raise AssertionError("the door was shut")

        task = asyncio.ensure_future(wait())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with doors.shut("a", wait_s=0):
        asyncio.run(run())
    assert doors.count("a") == 0
    with doors.shut("a", wait_s=0) as still_inside:
        assert still_inside == 0
