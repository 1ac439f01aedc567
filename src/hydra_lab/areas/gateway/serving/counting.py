"""What requests took: numbers in memory for metrics and limits, written to the database in batches."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from hydra_lab.areas.gateway import store
from hydra_lab.areas.gateway.store import Used
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
WRITE_S = 5.0  # how much of the usage a crash may lose
MOST = 500  # series kept apart; further ones are counted together, so that memory stays flat
OTHER = "other"
SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0)


@dataclass(frozen=True, kw_only=True)
class Record:
    """What became of one request. ``failure`` is an error's code."""

    key: str
    model: str
    server: str
    seconds: float
    queued_s: float
    first_token_s: float | None = None
    prompt: int | None = None
    completion: int | None = None
    failure: str | None = None


@dataclass
class Spread:
    """How values are spread: how many are up to each bound, and their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    total: float = 0.0

    def add(self, value: float) -> None:
        """Count one."""
        self.counts[bisect_left(SECONDS, value)] += 1
        self.total += value

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.counts)


@dataclass
class Series:
    """Numbers of one model on one server for one key, since the start of the process."""

    requests: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    prompt: int = 0
    completion: int = 0
    generating_s: float = 0.0  # from the first token to the end, of answers with counted tokens
    generated: int = 0  # tokens in that time
    seconds: Spread = field(default_factory=Spread)
    queued: Spread = field(default_factory=Spread)
    first_token: Spread = field(default_factory=Spread)


class Counting:
    """Counts requests of this process, and knows what each key has used today."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self.series: dict[tuple[str, str, str], Series] = {}
        self.failed_over: dict[tuple[str, str], int] = {}
        self._unwritten: dict[tuple[datetime, str, str, str], Used] = {}
        self._day: date | None = None
        self._spent: dict[str, tuple[int, int]] = {}  # requests and tokens of the day, by key
        self._timer: threading.Timer | None = None

    def add(self, record: Record) -> None:
        """Count a request that has ended."""
        hour = self._services.clock.now().replace(minute=0, second=0, microsecond=0)
        used = Used.of(record)
        with self._lock:
            label = (record.model, record.server, record.key)
            if label not in self.series and len(self.series) >= MOST:
                label = (OTHER, OTHER, OTHER)
            count(self.series.setdefault(label, Series()), record)
            place = (hour, record.key, record.model, record.server)
            self._unwritten[place] = self._unwritten.get(place, Used()) + used
            requests, tokens = self._spent.get(record.key, (0, 0))
            self._spent[record.key] = (requests + 1, tokens + used.prompt + used.completion)
            if self._timer is None:
                self._timer = threading.Timer(WRITE_S, self.write)
                self._timer.daemon = True
                self._timer.start()

    def add_fail_over(self, model: str, server: str) -> None:
        """Count that a request for a model went on to another server than this one."""
        with self._lock:
            if len(self.failed_over) < MOST:
                self.failed_over[model, server] = self.failed_over.get((model, server), 0) + 1

    def spent(self, key: str) -> tuple[int, int] | None:
        """Requests and tokens of a key today; ``None`` where they have to be read first."""
        with self._lock:
            return self._spent.get(key, (0, 0)) if self._day == self._today() else None

    def read(self) -> None:
        """Read what was used today, at the start and when a day begins."""
        day = self._today()
        zone = self._services.settings.current.zone
        begins = datetime.combine(day, datetime.min.time(), zone)
        self.write()
        with self._services.database.read() as connection:
            spent = store.spent_since(connection, begins)
        with self._lock:
            self._day, self._spent = day, spent

    def write(self) -> None:
        """Write what was counted since the last time."""
        with self._writing:
            with self._lock:
                rows, self._unwritten, self._timer = self._unwritten, {}, None
            if not rows:
                return
            try:
                with self._services.database.begin() as connection:
                    store.add_usage(connection, rows)
                    for server, model in sorted({(server, model) for _, _, model, server in rows}):
                        ledger.used(connection, server, model, self._services.clock.now())
            except Exception as error:  # a full disk or a database that is gone must not lose what was counted
                log.warning("gateway.usage_unwritten", error=repr(error))
                with self._lock:
                    for place, used in rows.items():
                        self._unwritten[place] = self._unwritten.get(place, Used()) + used
                return
        tokens = sum(one.prompt + one.completion for one in rows.values())
        if tokens:
            quietly(lambda: self._services.work.spend("tokens", tokens))

    def local_now(self) -> datetime:
        """The lab's time."""
        return self._services.clock.now().astimezone(self._services.settings.current.zone)

    def _today(self) -> date:
        return self.local_now().date()


def quietly(work: Callable[[], object]) -> None:
    """Do it; what goes wrong is logged, for nobody waits for it."""
    try:
        work()
    except HydraError as error:
        log.warning("gateway.unwritten", error=error.detail)


def count(series: Series, record: Record) -> None:
    """Add a request to a series."""
    series.requests += 1
    if record.failure:
        series.failures[record.failure] = series.failures.get(record.failure, 0) + 1
    series.prompt += record.prompt or 0
    series.completion += record.completion or 0
    series.seconds.add(record.seconds)
    series.queued.add(record.queued_s)
    if record.first_token_s is not None:
        series.first_token.add(record.first_token_s)
        if record.completion and record.completion > 1:
            series.generating_s += max(0.0, record.seconds - record.first_token_s)
            series.generated += record.completion - 1
