"""Several nodes on one Postgres: each its lanes, the dead's work taken over, the frozen harmless."""

import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.left import Left
from tests.crash.serve import Process

pytestmark = pytest.mark.crash
BOTH = {"default": 4, "elsewhere": 4}
TAKEN_OVER_S = 15


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """Nodes share a Postgres."""
    return postgres_url


@pytest.fixture
def pair(process: Callable[..., Process]) -> tuple[Process, Process]:
    """Two nodes that serve the same lanes."""
    return process("a", node="a", lanes=BOTH).start(), process("b", node="b", lanes=BOTH).start()


def slow(count: int, operation: str = "crash.steps", pause_s: float = 0.5) -> list[dict[str, object]]:
    """Work that takes about four pauses each."""
    return [{"operation": operation, "input": {"pause_s": pause_s}}] * count


def started_by(left: Left) -> Counter[tuple[str, int]]:
    """How often each attempt of each item was started."""
    return Counter((e.item or "", e.data["attempt"]) for e in left.events() if e.name == "items.started")


def test_each_node_takes_only_its_lanes(process: Callable[..., Process], left: Left) -> None:
    a = process("a", node="a", lanes={"default": 2}).start()
    b = process("b", node="b", lanes={"elsewhere": 2}).start()
    here, there = a.ask("add", slow(4, pause_s=0)), a.ask("add", slow(4, "crash.elsewhere", pause_s=0))
    left.wait_until_over(here + there)
    pids = {line.split()[0]: int(line.split()[3]) for line in left.outside.read_text().splitlines()}
    assert {pids[id] for id in here} == {a.pid}
    assert {pids[id] for id in there} == {b.pid}


def test_work_in_a_lane_nobody_serves_waits(process: Callable[..., Process], left: Left) -> None:
    a = process("a", node="a", lanes={"default": 2}).start()
    [waiting] = a.ask("add", slow(1, "crash.elsewhere", pause_s=0))
    left.wait_until_over(a.ask("add", slow(2, pause_s=0)))
    assert left.item(waiting).state == "queued"
    process("b", node="b", lanes={"elsewhere": 1}).start()
    left.wait_until_over([waiting])


def test_two_claimers_never_start_the_same_attempt(pair: tuple[Process, Process], left: Left) -> None:
    a, b = pair
    with ThreadPoolExecutor(2) as both:
        told = list(both.map(lambda one: one.ask("add", slow(100, pause_s=0)), (a, b)))
    ids = told[0] + told[1]
    left.wait_until_over(ids)
    assert set(started_by(left).values()) == {1}
    again = [id for id in ids if left.item(id).attempts > 1]
    assert not again, [(e.name, e.data) for e in left.events() if e.item == again[0]]
    assert set(left.effects().values()) == {1}
    assert len({line.split()[3] for line in left.outside.read_text().splitlines()}) == 2, "both had some"


def test_a_dead_nodes_work_is_taken_over(pair: tuple[Process, Process], left: Left) -> None:
    a, b = pair
    ids = a.ask("add", slow(8, pause_s=1.0))
    wait_for_lines(left, 8)
    a.kill()
    died = time.monotonic()
    left.wait_until_over(ids)
    recovered = [event for event in left.events() if event.name == "items.recovered"]
    assert recovered, "the dead node ran nothing"
    assert time.monotonic() - died < TAKEN_OVER_S + 8, "taken over, and then four steps of a second"
    assert set(left.effects().values()) == {1}
    assert {left.item(id).state for id in ids} == {"done"}
    assert b.ask("add", slow(1, pause_s=0))


def test_a_frozen_node_that_wakes_does_no_second_effect_and_ends(pair: tuple[Process, Process], left: Left) -> None:
    a, b = pair
    ids = a.ask("add", slow(8, pause_s=1.0))
    wait_for_lines(left, 8)
    a.signal(signal.SIGSTOP)
    left.wait_until_over(ids)
    a.signal(signal.SIGCONT)
    assert a.died(within_s=20) is not None
    log = (left.outside.parent / "a.log").read_text()
    assert "node.declared_dead" in log
    assert set(left.effects().values()) == {1}
    assert all(left.effects()[id, step] == 1 for id in ids for step in ("effect 2", "effect 4"))
    assert Counter(left.item(id).state for id in ids) == {"done": 8}
    left.wait_until_over(b.ask("add", slow(1, pause_s=0)))


def test_another_node_leads_when_the_leader_dies(pair: tuple[Process, Process], left: Left) -> None:
    a, b = pair
    [later] = b.ask("add", [{"operation": "crash.steps", "not_before": left.soon(seconds=2)}])
    a.kill()
    left.wait_until_over([later], stalled_s=TAKEN_OVER_S + 10)


def test_the_journals_ids_are_in_the_order_in_which_they_are_seen(pair: tuple[Process, Process], left: Left) -> None:
    a, b = pair
    seen: list[int] = []
    with ThreadPoolExecutor(2) as both:
        added = [both.submit(one.ask, "add", slow(60, pause_s=0)) for one in (a, b)]
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            seen += left.journal_after(seen[-1] if seen else 0)
            if all(one.done() for one in added) and left.counts()["done"] == 120:
                break
    seen += left.journal_after(seen[-1])
    assert seen == [event.id for event in left.events()], "a reader that follows misses nothing"


def wait_for_lines(left: Left, count: int) -> None:
    """Wait until so many plain steps were done."""
    deadline = time.monotonic() + 60
    while sum(left.lines().values()) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)
