"""Threads of the leading process that go on for as long as they are wanted, and end by themselves after."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError

log = structlog.get_logger()
UNWANTED_S = 20.0


class Kept(threading.Thread):
    """One thread for something, such as a source; ``want``, called every few seconds, keeps it going."""

    def __init__(self, ctx: Context, of: str, *, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.ctx, self.of = ctx, of
        self._wanted_at = time.monotonic()

    def want(self) -> None:
        """It is still wanted."""
        self._wanted_at = time.monotonic()

    @property
    def wanted(self) -> bool:
        """Whether it is."""
        return time.monotonic() - self._wanted_at < UNWANTED_S


class Turns(Kept):
    """Does the same again and again, with a pause between. What fails is said once, and once when it works again."""

    def __init__(self, ctx: Context, name: str, turn: Callable[[], None], every_s: float) -> None:
        super().__init__(ctx, name, name=name)
        self._turn, self._every_s = turn, every_s
        self._at_once = threading.Event()

    def take(self) -> None:
        """Take the next turn now."""
        self._at_once.set()

    def run(self) -> None:
        """Take turns for as long as it is wanted."""
        failed = False
        while self.wanted:
            try:
                self._turn()
                if failed:
                    log.info("turns.recovered", thread=self.name)
                failed = False
            except Exception as error:  # the database is gone for a moment, or for good: then nobody wants it
                if not failed:
                    detail = error.detail if isinstance(error, HydraError) else repr(error)
                    log.warning("turns.failed", thread=self.name, error=detail)
                failed = True
            self._at_once.wait(self._every_s)
            self._at_once.clear()


K = TypeVar("K", bound=Kept)


def kept(ctx: Context, kind: type[K]) -> dict[str, K]:
    """The threads of a kind that run for this Hydra, by what they are for."""
    there = (one for one in threading.enumerate() if isinstance(one, kind))
    return {one.of: one for one in there if one.ctx.services is ctx.services}


def keep_each(ctx: Context, kind: type[K], begin: Callable[[Context, str], K], wanted: Iterable[str]) -> None:
    """Have exactly one thread of a kind run for each that is wanted, if this is called every few seconds."""
    running = kept(ctx, kind)
    for of in wanted:
        if of in running:
            running[of].want()
        else:
            begin(ctx, of).start()


def keep_taking(ctx: Context, name: str, begin: Callable[[Context], Callable[[], None]], every_s: float) -> None:
    """Have exactly one thread of a name take turns, if this is called every few seconds.

    ``begin`` gives what one turn does; whatever that remembers lasts as long as the thread.
    """
    keep_each(ctx, Turns, lambda ctx, name: Turns(ctx, name, begin(ctx), every_s), [name])


def take_at_once(ctx: Context, name: str) -> None:
    """Have the thread of that name, if it runs, take its next turn now."""
    if found := kept(ctx, Turns).get(name):
        found.take()
