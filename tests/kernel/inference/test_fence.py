"""Doors of two processes on one Postgres: a switch in one shuts the doors of both, and the dead hold up nobody."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from hydra_lab.kernel.database import Database
from hydra_lab.kernel.errors import Busy
from hydra_lab.kernel.inference import Doors, store
from hydra_lab.kernel.work.nodes.store import end_sessions


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[Doors, Doors]]:
    """The doors of two processes."""
    databases = [Database(postgres_url), Database(postgres_url)]
    doors = [Doors(database) for database in databases]
    yield doors[0], doors[1]
    for one, database in zip(doors, databases, strict=True):
        one.close()
        database.close()


def until(holds: Callable[[], bool]) -> None:
    """Return once something is so."""
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def waits(doors: Doors) -> bool:
    """Whether somebody waits before the door."""
    return "a" in doors.servers() and doors.servers()["a"][2]


class Visit:
    """A request in a thread and on a loop of its own, which stays inside until it is let go."""

    def __init__(self, doors: Doors) -> None:
        self.came, self.leave = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(doors)), daemon=True)
        self._thread.start()

    async def _run(self, doors: Doors) -> None:
        async with doors.inside("a", wait_s=30):
            self.came.set()
            await asyncio.to_thread(self.leave.wait, 30)

    def end(self) -> None:
        """It ends."""
        self.leave.set()
        self._thread.join(30)


def test_a_switch_waits_for_who_is_inside_elsewhere_and_keeps_them_out(two: tuple[Doors, Doors]) -> None:
    here, there = two
    first = Visit(there)
    assert first.came.wait(30)
    with ThreadPoolExecutor(1) as pool:
        shut, go = threading.Event(), threading.Event()

        def switch() -> int:
            with here.shut("a", wait_s=30) as still_inside:
                shut.set()
                go.wait(30)
                return still_inside

        switching = pool.submit(switch)
        until(lambda: not there.servers()["a"][0])
        assert not shut.is_set()
        first.end()
        assert shut.wait(30)
        second, third = Visit(there), Visit(here)
        until(lambda: waits(there) and waits(here))
        assert not second.came.is_set()
        turns = there.turns("a")
        go.set()
        assert switching.result(30) == 0
        assert second.came.wait(30)
        assert third.came.wait(30)
        assert there.turns("a") > turns  # what was known of its models is asked again
        second.end()
        third.end()


def test_who_does_not_leave_is_told_of_and_another_switch_waits_its_turn(two: tuple[Doors, Doors]) -> None:
    here, there = two
    visit = Visit(there)
    assert visit.came.wait(30)
    with here.shut("a", wait_s=0.1) as still_inside:
        assert still_inside == 1
        with pytest.raises(Busy), there.shut("a", wait_s=0, turn_s=0.3):
            pass
        with there.shut("b", wait_s=0):
            pass  # another server's door is another door
    visit.end()
    with there.shut("a", wait_s=10) as still_inside:
        assert still_inside == 0


def test_a_process_that_was_given_up_holds_up_nobody(two: tuple[Doors, Doors], postgres_url: str) -> None:
    here, _ = two
    frozen = Database(postgres_url)
    with pytest.raises(DBAPIError), frozen.read() as connection:
        assert store.take_shared(connection, store.ASKS, "a")
        with here.shut("a", wait_s=0) as still_inside:
            assert still_inside == 1
        other = Database(postgres_url)
        with other.begin() as another:
            end_sessions(another, frozen.name)
        other.close()
        with here.shut("a", wait_s=30) as still_inside:
            assert still_inside == 0
        connection.scalar(select(1))
    frozen.close()
