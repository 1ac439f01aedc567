"""Releasing work just in time: as many items as there are free slots, the best first, judged once more."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from hydra_lab.kernel.errors import HydraError, describe
from hydra_lab.kernel.policy.model import HYDRA, Decision, Mode, Verdict
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.add import approval_hold, hash_of, requirement_holds, window_hold
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.finish import ask_again, error_row, tell_dependents
from hydra_lab.kernel.work.model import NewHold, State
from hydra_lab.kernel.work.ordering import order

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Start:
    """An item that was claimed: its attempt's number, and the one before that has steps to keep."""

    item: str
    attempt: int
    continues: bool
    from_step: int | None = None


class Slots:
    """How many items each lane runs at once, and which run here now."""

    def __init__(self, lanes: dict[str, int], *, any_lane: bool) -> None:
        self._lanes = lanes
        self._any = any_lane
        self._lock = threading.Lock()
        self._busy: dict[tuple[str, int], str] = {}

    def lanes(self) -> dict[str, int]:
        """Slots of each lane this process listens to."""
        return dict(self._lanes)

    def size(self, lane: str) -> int:
        """Slots of a lane; a lane nobody configured has one where every lane is listened to, else none."""
        return self._lanes.get(lane, 1 if self._any else 0)

    def free(self, lane: str) -> int:
        """Free slots of a lane."""
        with self._lock:
            return self.size(lane) - sum(1 for busy in self._busy.values() if busy == lane)

    def take(self, lane: str, item: str, attempt: int) -> None:
        """Occupy a slot."""
        with self._lock:
            self._busy[item, attempt] = lane

    def give_back(self, item: str, attempt: int) -> None:
        """Free a slot; a second time does nothing."""
        with self._lock:
            self._busy.pop((item, attempt), None)

    def busy(self) -> dict[str, int]:
        """Occupied slots by lane."""
        with self._lock:
            counted = dict.fromkeys(self._lanes, 0)
            for lane in self._busy.values():
                counted[lane] = counted.get(lane, 0) + 1
            return counted


class Releaser:
    """A thread that wakes when something became ready or a slot became free, and starts the best."""

    def __init__(self, services: Services, slots: Slots, boot: str, start: Callable[[Start], None]) -> None:
        self._services = services
        self._slots = slots
        self._boot = boot
        self._start = start
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="hydra-releaser", daemon=True)
        self.blocked: str | None = None  # why nothing is released, e.g. a disk nearly full

    def start(self) -> None:
        """Begin releasing."""
        self._thread.start()

    def stop(self) -> None:
        """Release nothing more."""
        self._stop.set()
        self._wake.set()
        if self._thread.ident:
            self._thread.join(timeout=10)

    def wake(self) -> None:
        """Look again now."""
        self._wake.set()

    def _loop(self) -> None:
        # Between nodes a wake-up does not cross processes: there the look comes by itself.
        timeout = None if self._services.database.is_sqlite else 0.25
        while not self._stop.is_set():
            self._wake.wait(timeout)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                while self.release():
                    pass
            except Exception:
                log.exception("release.failed")
                self._stop.wait(1.0)
                self._wake.set()

    def release(self) -> int:
        """Claim and start what there is room for, in every lane; returns how many were started."""
        if self.blocked or self._services.policy.mode().mode in (Mode.PAUSED, Mode.STOPPED):
            return 0
        with self._services.database.read() as connection:
            ready = store.lanes_with_ready_work(connection)
        lanes = [(lane, self._slots.free(lane)) for lane in ready]
        wanted = [(lane, free) for lane, free in lanes if free > 0]
        if not wanted:
            return 0
        with self._services.database.begin() as connection:
            started = [start for lane, free in wanted for start in self._claim(connection, lane, free)]
        for start in started:
            self._hand_over(start)
        return len(started)

    def _claim(self, connection: Connection, lane: str, free: int) -> list[Start]:
        """The best ready items of a lane, marked running; those that may not run after all are held or failed."""
        services = self._services
        now = services.clock.now()
        rows = {row.id: row for row in store.candidates(connection, lane, free)}
        aging = timedelta(hours=services.settings.current.aging_h)
        best = order((store.ready_of(row) for row in rows.values()), now, aging)[:free]
        granted = approvals.granted_items(connection, [ready.id for ready in best])
        chosen = [rows[ready.id] for ready in best if self._may_run(connection, rows[ready.id], granted)]
        claimed = changes.claim(connection, [row.id for row in chosen], self._boot, now)
        entries = []
        for row in chosen:
            if row.id in claimed:
                data = {"operation": row.operation, "attempt": claimed[row.id], "lane": lane}
                entries.append(services.journal.row(
                    "items.started", actor=HYDRA, item=row.id, subject=row.title, cause=row.cause, data=data
                ))  # fmt: skip
                self._slots.take(lane, row.id, claimed[row.id])
        services.journal.write_many(connection, entries)
        return [
            Start(item=row.id, attempt=claimed[row.id], continues=row.attempt > 0, from_step=row.restart_step)
            for row in chosen
            if row.id in claimed
        ]

    def _may_run(self, connection: Connection, row: Row[Any], granted: set[tuple[str, str, str]]) -> bool:
        """Judge a ready item once more, as its creator: policy, window, requirements. Holds or fails it if not."""
        services = self._services
        now = services.clock.now()
        try:
            verb = services.registry.operation(row.operation)
            decision = self._decide(row)
        except HydraError as error:
            self._fail(connection, row, describe(error))
            return False
        if decision.verdict is Verdict.DENY:
            said = {
                "code": "denied",
                "detail": f"Policy says no: {decision.reason}",
                "fix": None,
                "rule": decision.rule,
            }
            self._fail(connection, row, said)
            return False
        if (
            decision.verdict is Verdict.ASK
            and (row.id, row.operation, hash_of(row.operation, row.input)) not in granted
        ):
            ask_again(services, connection, row, decision, now)
            return self._hold(connection, row, [approval_hold(decision, now)])
        holds = requirement_holds(services, verb.needs)
        if row.window and (closed := window_hold(services, row.window, now)):
            holds.append(closed)
        return self._hold(connection, row, holds) if holds else True

    def _decide(self, row: Row[Any]) -> Decision:
        verb = self._services.registry.operation(row.operation)
        parsed = self._services.gate.parse(verb, row.input)
        subject = getattr(parsed, verb.subject, None) if verb.subject else None
        confirm = (str(subject) if subject is not None else verb.name) if row.confirmed else None
        return self._services.gate.decide(verb, parsed, store.actor_of(row.actor), confirm)

    def _hold(self, connection: Connection, row: Row[Any], holds: list[NewHold]) -> bool:
        now = self._services.clock.now()
        changes.mark_held(connection, row.id, from_=(State.QUEUED,))
        for hold in holds:
            changes.put_hold(connection, row.id, hold, now)
            self._services.journal.write(
                connection, "items.held", actor=HYDRA, item=row.id, subject=row.title, cause=row.cause,
                data={"operation": row.operation, "hold": {"kind": hold.kind, "detail": hold.detail}},
            )  # fmt: skip
        return False

    def _fail(self, connection: Connection, row: Row[Any], error: dict[str, Any]) -> None:
        now = self._services.clock.now()
        values = {"state": State.FAILED, "error": error_row(error), "finished_at": now, "ready_at": None}
        changes.change(connection, row.id, values, from_=(State.QUEUED,))
        self._services.journal.write(
            connection, "items.failed", actor=HYDRA, item=row.id, subject=row.title, cause=row.cause,
            data={"operation": row.operation, "error": error_row(error)},
        )  # fmt: skip
        tell_dependents(self._services, connection, row.id, State.FAILED, now)

    def _hand_over(self, start: Start) -> None:
        """Start a claimed item; if the engine cannot, the slot and the item are given back."""
        try:
            self._start(start)
        except Exception:
            log.exception("start.failed", item=start.item, attempt=start.attempt)
            self._slots.give_back(start.item, start.attempt)
            with self._services.database.begin() as connection:
                values = {"state": State.QUEUED, "owner": None, "ready_at": self._services.clock.now()}
                changes.change(connection, start.item, values, from_=(State.RUNNING,), attempt=start.attempt)
            self._stop.wait(1.0)
            self._wake.set()
