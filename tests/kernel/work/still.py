"""A queue whose clock stands still and whose work ends as the test says: for rules of time, order and holds."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from hydra_lab.kernel.policy import Actor, ActorKind
from hydra_lab.kernel.policy.model import Mode, ModeState
from hydra_lab.kernel.work import Item, NewItem, Work, store
from hydra_lab.kernel.work.beat import look_again, tick
from hydra_lab.kernel.work.due.apart import Apart
from hydra_lab.kernel.work.finish import Ending, ending_of, finish
from hydra_lab.kernel.work.limits.migrations import MIGRATIONS as LIMITS
from hydra_lab.kernel.work.logs.report import Reporter
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.nodes.membership import Membership
from hydra_lab.kernel.work.nodes.release import Releaser, Start
from hydra_lab.kernel.work.nodes.slots import Slots
from tests.kernel.work import bench_area
from tests.lab import OWNER, Lab

AGENT = Actor(kind=ActorKind.AGENT, name="helper", scopes=frozenset({"read", "write"}))
BOOT = "still"


class StillHydra(Lab):
    """A queue on a database of its own. ``release`` claims as the program does, and starts nothing."""

    def __init__(
        self, data_dir: Path, database_url: str, *, lanes: dict[str, int] | None = None, **options: Any
    ) -> None:
        super().__init__(
            data_dir, database_url=database_url, areas=[bench_area.AREA], integrations=[bench_area.LAMP],
            rooms={"work": WORK, "limits": LIMITS}, **options,
        )  # fmt: skip
        self.work = self.services.work = Work(self.services)
        self.started: list[Start] = []
        self.slots = Slots(lanes or {"default": 1}, any_lane=self.services.database.is_sqlite)
        self.releaser = Releaser(self.services, self.slots, BOOT, self.started.append)
        mine = Membership(self.services, boot=BOOT, name="still", alone=True)
        mine.join(pid=1, lanes=list(self.slots.lanes()), is_running=lambda _: False)

    def new(self, title: str, operation: str | None = "bench.echo", actor: Actor = OWNER, **options: Any) -> NewItem:
        """An item to add, named by its title."""
        given = {"input": {"text": title} if operation else {}} | options
        return NewItem(actor=actor, operation=operation, title=title, **given)

    def add(self, title: str, *arguments: Any, **options: Any) -> Item:
        """Add an item, named by its title."""
        [(item, _)] = self.work.add_all([self.new(title, *arguments, **options)])
        return item

    def item(self, item: Item | str) -> Item:
        """An item as it is now."""
        return self.work.get(item if isinstance(item, str) else item.id)

    def holds(self, item: Item | str) -> list[str]:
        """The kinds of an item's holds."""
        return [hold.kind.value for hold in self.item(item).holds]

    def release(self) -> list[str]:
        """Let the releaser look until nothing more starts; the titles of what it started now."""
        before = len(self.started)
        while self.releaser.release():
            pass
        return [self.item(start.item).title for start in self.started[before:]]

    def tick(self, **span: float) -> None:
        """Let time pass, and do what it sets in motion."""
        self.clock.pass_(**span)
        tick(self.services, Apart())

    def look_again(self) -> None:
        """The slow look at what waits for integrations."""
        look_again(self.services)

    def end(self, item: Item | str, state: State = State.DONE, error: Exception | None = None) -> None:
        """A running item's attempt ends: with a result, or with an error and what follows from it."""
        now = self.item(item)
        with self.services.database.read() as connection:
            row = store.row_of(connection, now.id)
        assert row is not None
        verb = self.services.registry.operation(now.operation or "")
        ending = Ending(state=state, result={"text": now.title})
        if error is not None:
            ending = ending_of(self.services, verb, error, failures=row.failures, now=self.clock.now())
        assert finish(self.services, Reporter(self.services), now.id, now.attempts, ending)
        self.slots.give_back(now.id, now.attempts)

    def set_mode(self, mode: Mode, *, until: timedelta | None = None) -> None:
        """Put all of Hydra into a mode."""
        ends = self.clock.now() + until if until else None
        with self.services.database.begin() as connection:
            self.services.policy.set_mode(connection, ModeState(mode=mode, until=ends), OWNER)

    def policy(self, text: str) -> None:
        """Put another policy into force."""
        with self.services.database.begin() as connection:
            self.services.policy.write(connection, text, OWNER)
