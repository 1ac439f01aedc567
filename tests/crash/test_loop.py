"""A process is killed again and again at random under load; what was acknowledged is done, once."""

import random
import time
from collections.abc import Callable

import pytest

from tests.crash.area import STEPS
from tests.crash.left import Left
from tests.crash.serve import Process

pytestmark = pytest.mark.crash
BATCH, BATCHES = 4, 8
DONE = {"crash.steps": STEPS, "crash.once": ("plain once",)}  # what each kind of work has done in the end


class Load:
    """Adds work and cancels some of it, as quickly as it is answered, and remembers what was acknowledged."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.added: list[str] = []
        self.cancelled: set[str] = set()
        self.perhaps_cancelled: set[str] = set()

    def until(self, process: Process, at: float) -> None:
        """Load a process until a time, with no more than it may do until the end of the test."""
        for _ in range(BATCHES):
            if time.monotonic() >= at:
                return
            pause = {"pause_s": self.chance.choice([0, 0.02, 0.1])}
            work = [{"operation": self.chance.choice(("crash.steps", *DONE)), "input": pause} for _ in range(BATCH)]
            self.added += process.ask("add", work)
            if self.chance.random() < 0.3:
                self.cancel(process, self.chance.choice(self.added[-BATCH * 3 :]))
        time.sleep(max(0.0, at - time.monotonic()))

    def cancel(self, process: Process, id: str) -> None:
        """Cancel an item; whether that took is known only if it is answered."""
        self.perhaps_cancelled.add(id)
        if process.ask("cancel", id):
            self.cancelled.add(id)


@pytest.mark.timeout(1800)
def test_nothing_is_lost_doubled_or_stuck(process: Callable[..., Process], left: Left, kills: int) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    load, hydra = Load(chance), process(node="one")
    for _ in range(kills):
        hydra.start()
        load.until(hydra, time.monotonic() + chance.uniform(0.05, 0.8))
        hydra.kill()
    hydra.start()
    left.wait_until_over(load.added)
    again = judged(load, left)
    print(f"{kills} kills, {len(load.added)} items, {len(load.cancelled)} cancelled, {again} plain steps done again")


def judged(load: Load, left: Left) -> int:
    """Hold what was left against what was acknowledged; returns how many plain steps were done more than once."""
    effects, lines = left.effects(), left.lines()
    assert [key for key, count in effects.items() if count > 1] == [], "transactional effects were doubled"
    for id in load.added:
        item = left.item(id)
        if id in load.cancelled:
            assert item.state == "cancelled", item
            continue
        if id in load.perhaps_cancelled and item.state == "cancelled":
            continue
        steps = DONE[item.operation or ""]
        assert (item.state, item.result) == ("done", {"said": list(steps)}), item
        assert all((id, step) in (effects if step.startswith("effect") else lines) for step in steps), item
    known = set(load.added)
    unknown = [id for id, _ in effects if id not in known]  # added, but killed before that was answered
    left.wait_until_over(sorted(set(unknown)))
    return sum(count - 1 for count in lines.values() if count > 1)
