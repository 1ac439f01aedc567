"""A Hydra that runs in the test's own process, with the operations of the bench."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hydra_lab.app import Application, layers
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.journal import store as journal_store
from hydra_lab.kernel.policy.model import Actor, Mode, ModeState
from hydra_lab.kernel.registry import Registry
from hydra_lab.kernel.work import Item, NewItem, Work, measure, queue
from hydra_lab.kernel.work.engine import engine
from hydra_lab.kernel.work.logs import store as logs
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.nodes.node import Node
from tests.kernel.work import bench_area
from tests.lab import OWNER

PATIENCE_S = 60.0
# Tests look more often than the program, so that they need not wait for its next look.
queue.LOOK_S = 0.05
engine.FORKS_POLLED_S = 0.05


def until(condition: Callable[[], Any], what: str, within_s: float = PATIENCE_S) -> Any:
    """Wait until a condition is true; returns what it gave."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {within_s:g} s for {what}"
        time.sleep(0.005)
    return found


class RunningHydra:
    """Can be started, stopped and started again on the same data."""

    def __init__(self, data_dir: Path, database_url: str | None = None, **settings: Any) -> None:
        self.settings = {"data_dir": data_dir, "time_zone": "UTC", **settings}
        if database_url:
            self.settings["database_url"] = database_url
        self.application: Application | None = None

    def start(self) -> "RunningHydra":
        """Start on what there is."""
        registry = Registry(areas={"bench": bench_area.AREA}, integrations={"lamp": bench_area.LAMP})
        self.application = Application(layers(overrides=self.settings, registry=registry), registry=registry).open()
        self.application.start()
        return self

    def stop(self) -> None:
        """Stop in order."""
        if self.application:
            self.application.stop()
        self.application = None

    def restart(self) -> None:
        """Stop, and start again."""
        self.stop()
        self.start()

    @property
    def services(self) -> Any:
        """What it is made of."""
        assert self.application
        return self.application.services

    @property
    def work(self) -> Work:
        """Its queue."""
        work: Work = self.services.work
        return work

    @property
    def node(self) -> Node:
        """What runs work in it."""
        assert self.work.node
        return self.work.node

    def add(self, operation: str = "bench.echo", actor: Actor = OWNER, **options: Any) -> Item:
        """Queue work; ``text`` is short for an input of that text."""
        if "text" in options:
            options["input"] = {"text": options.pop("text")}
        [(item, _)] = self.work.add_all([NewItem(actor=actor, operation=operation, **options)])
        return item

    def item(self, item: Item) -> Item:
        """An item as it is now."""
        return self.work.get(item.id)

    def wait(self, item: Item, *states: State, within_s: float = PATIENCE_S) -> Item:
        """The item once it is in one of some states; default: over."""

        def reached() -> Item | None:
            now = self.item(item)
            return now if (now.state in states if states else now.state.is_over) else None

        try:
            found: Item = until(reached, f"{item.title} to be {states or 'over'}", within_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; it is {self.item(item)!r}") from None
        return found

    def running(self, text: str) -> None:
        """Wait until the bench was called with some words."""
        until(lambda: text in bench_area.calls, f"“{text}” to be called")

    def effects(self, item: Item) -> list[int]:
        """Which transactional steps an item did."""
        with self.services.database.read() as connection:
            return bench_area.effects(connection, item.id)

    def events(self, item: Item) -> list[Event]:
        """What the journal says of an item."""
        with self.services.database.read() as connection:
            return [one for one in journal_store.after(connection, 0, 100_000) if one.item == item.id]

    def names(self, item: Item) -> list[str]:
        """What happened to an item, in order."""
        return [one.name for one in self.events(item)]

    def log(self, item: Item) -> list[str]:
        """What an item said."""
        with self.services.database.read() as connection:
            return [line.text for line in logs.lines(connection, item.id)]

    def configure_lamp(self) -> None:
        """Say where the lamp is."""
        with self.services.database.begin() as connection:
            self.services.integrations.configure(connection, "lamp", {"url": "http://lamp.example"}, OWNER)

    def set_mode(self, mode: Mode, reason: str | None = None) -> None:
        """Put all of Hydra into a mode."""
        with self.services.database.begin() as connection:
            self.services.policy.set_mode(connection, ModeState(mode=mode, reason=reason), OWNER)

    def quiet(self) -> None:
        """Cancel what waits and wait until nothing runs."""
        for state in ("held", "queued", "running"):
            for item in self.work.page(limit=500, state=state)[0]:
                if not self.item(item).state.is_over:
                    self.work.cancel(item.id, OWNER)
        until(lambda: not self.node.slots.taken(), "nothing to run")

    def counts(self) -> dict[str, int]:
        """Items by state."""
        with self.services.database.read() as connection:
            return measure.counts(connection)
