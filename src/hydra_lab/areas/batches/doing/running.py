"""Asking a batch's requests, several at once: what is answered is kept before the next one is asked."""

from __future__ import annotations

import heapq
import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue

from hydra_lab.areas.batches import store
from hydra_lab.areas.batches.doing.asking import Again, Came, Stopped, asked
from hydra_lab.areas.batches.model import Ended, Request, RequestState
from hydra_lab.kernel.context import Context

NEED = "model_backend"
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
LOOK_S = 0.5
CHANCE = random.SystemRandom()
SILENCES = 3  # so many in a row, with no answer between, and it is looked whether anybody is there


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How a batch is asked, and what ends it before it is through."""

    at_once: int
    tries: int
    most_tokens: int | None = None
    ends_at: datetime | None = None


class Asking:
    """One go at a batch's requests. ``run`` returns once all have ended or a bound was reached.

    A request's place is free for the next one when its answer is kept, so at most ``at_once`` are ever asked twice.
    """

    def __init__(self, ctx: Context, item: str, bounds: Bounds) -> None:
        self._ctx, self._item, self._bounds = ctx, item, bounds
        self._came: SimpleQueue[tuple[Request, int, Came]] = SimpleQueue()
        self._later: list[tuple[float, int, Request, int]] = []  # when it is tried again, its number, its next try
        self._asking = 0
        self._last_read = 0
        self._numbers: list[int] = []
        self._silent = 0
        self._stopped: BaseException | None = None
        self.problems: Counter[str] = Counter()
        with ctx.read() as connection:
            found = store.batch(connection, item)
            self.counts = store.counted(connection, item)
        self.total = (found.total if found else None) or 0

    def run(self) -> RequestState | None:
        """Ask; ``None`` when all have ended, else what becomes of those that were left."""
        with self._ctx.begin() as connection:
            store.taken_up(connection, self._item, self._ctx.clock.now(), self.counts)
        began, from_ = time.monotonic(), self.counts.ended
        left: RequestState | None = None
        pool = ThreadPoolExecutor(self._bounds.at_once, thread_name_prefix="hydra-batch")
        try:
            while True:
                left = left or self._bound()
                if left is None and self._stopped is None:
                    self._fill(pool)
                if not self._asking and (left or self._stopped or not self._later):
                    break
                self._keep(self._gathered())
                self._tell(began, from_)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            self._keep(self._at_hand())
        if self._stopped is not None:
            raise self._stopped
        return left if self.counts.ended < self.total else None

    def _bound(self) -> RequestState | None:
        bounds = self._bounds
        if bounds.ends_at is not None and self._ctx.services.clock.now() >= bounds.ends_at:
            return RequestState.EXPIRED
        if bounds.most_tokens is not None and self.counts.tokens >= bounds.most_tokens:
            return RequestState.OVER_BUDGET
        return None

    def _fill(self, pool: ThreadPoolExecutor) -> None:
        """Ask as many as there are places, first those whose pause is over."""
        while self._asking < self._bounds.at_once:
            found = self._due() or self._next()
            if found is None:
                return
            self._asking += 1
            pool.submit(self._ask, *found)

    def _due(self) -> tuple[Request, int] | None:
        if not self._later or self._later[0][0] > time.monotonic():
            return None
        _, _, request, tries = heapq.heappop(self._later)
        return request, tries

    def _next(self) -> tuple[Request, int] | None:
        """The next one that nobody asked; none while many wait to be tried again."""
        if len(self._later) >= 2 * self._bounds.at_once:
            return None
        with self._ctx.read() as connection:
            if not self._numbers:
                self._numbers = store.waiting(connection, self._item, self._last_read)[::-1]
            if not self._numbers:
                return None
            self._last_read = self._numbers.pop()
            found = store.request(connection, self._item, self._last_read)
        return (found, 1) if found else None

    def _ask(self, request: Request, tries: int) -> None:
        """In a thread of the pool."""
        self._came.put((request, tries, asked(self._ctx, request, tries)))

    def _gathered(self) -> list[Ended]:
        """What has come by now; waits a moment where that is nothing. Raises ``Cancelled`` where the work was."""
        self._ctx.check_cancelled()
        wait_s = LOOK_S
        if self._later:
            wait_s = min(wait_s, max(0.0, self._later[0][0] - time.monotonic()))
        try:
            first = self._came.get(timeout=wait_s) if self._asking else None
            if first is None:
                time.sleep(wait_s)
        except Empty:
            return []
        return [*self._sorted(first), *self._at_hand()] if first else []

    def _at_hand(self) -> list[Ended]:
        found: list[Ended] = []
        while True:
            try:
                found += self._sorted(self._came.get_nowait())
            except Empty:
                return found

    def _sorted(self, one: tuple[Request, int, Came]) -> list[Ended]:
        """An ending, or nothing yet: then it is tried again later."""
        request, tries, came = one
        self._asking -= 1
        if isinstance(came, Stopped):
            self._stopped = self._stopped or came.error
            return []
        if isinstance(came, Ended):
            self._silent = 0
            return [came]
        if self._is_outage(came, tries):
            self._stopped = self._stopped or came.silent
            return []
        if tries >= self._bounds.tries:
            return [came.last]
        pause_s = came.wait_s or min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (tries - 1)) * CHANCE.uniform(0.7, 1.3)
        heapq.heappush(self._later, (time.monotonic() + pause_s, request.number, request, tries + 1))
        return []

    def _is_outage(self, came: Again, tries: int) -> bool:
        """Whether no model server is there at all, so that the work as a whole had better wait for one."""
        self._silent = self._silent + 1 if came.silent else 0
        if not self._silent or (self._silent % SILENCES and tries < self._bounds.tries):
            return False
        return not self._ctx.services.integrations.check(NEED)

    def _keep(self, ended: list[Ended]) -> None:
        if not ended:
            return
        for one in ended:
            self.counts = self.counts.plus(one)
            if one.error:
                self.problems[one.error["message"]] += 1
        with self._ctx.begin() as connection:
            store.keep(connection, self._item, ended, self.counts)

    def _tell(self, began: float, from_: int) -> None:
        ended, passed_s = self.counts.ended, time.monotonic() - began
        left = ""
        if ended > from_:
            left = f", {spoken((self.total - ended) * passed_s / (ended - from_))} left"
        failed = f", {self.counts.failed:,} failed" if self.counts.failed else ""
        again = f", {len(self._later)} to be tried again" if self._later else ""
        self._ctx.progress(ended / self.total if self.total else None,
                           f"{ended:,} of {self.total:,} asked{failed}{again}{left}")  # fmt: skip


def spoken(seconds: float) -> str:
    """A time span for a person, about."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {round(seconds / 60)} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"
