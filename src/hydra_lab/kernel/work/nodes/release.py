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
from hydra_lab.kernel.work.limits.judge import budget_holds, resource_holds
from hydra_lab.kernel.work.model import NewHold, State
from hydra_lab.kernel.work.nodes import store as nodes
from hydra_lab.kernel.work.nodes.slots import Slots
from hydra_lab.kernel.work.ordering import order

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Start:
    """An item that was claimed: its attempt's number, whether earlier ones may have steps to keep, and where a person
    asked to begin."""

    item: str
    attempt: int
    lane: str
    continues: bool
    from_step: int | None = None


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
        self._failing = False
        self._behind = True  # whether something ready may be waiting for a slot
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

    def slot_freed(self) -> None:
        """Look again if something waits for a slot; what is ready for another reason comes with a wake of its own."""
        if self._behind:
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
                self._failing = False
            except Exception as error:
                if not self._failing:  # said once, e.g. while the disk is full
                    log.exception("release.failed", error=str(error))
                self._failing = True
                self._stop.wait(1.0)
                self._wake.set()

    def release(self) -> bool:
        """Claim and start what there is room for, in every lane; whether it is worth looking again at once.

        It is when some of what was next had to be held or failed: then there is still room for what comes behind.
        """
        self._behind = True  # until this look knows better
        if self.blocked or self._services.policy.mode().mode in (Mode.PAUSED, Mode.STOPPED):
            return False
        with self._services.database.read() as connection:
            ready = [lane for lane in store.lanes_with_ready_work(connection) if self._slots.size(lane)]
        lanes = [(lane, self._slots.free(lane)) for lane in ready]
        wanted = [(lane, free) for lane, free in lanes if free > 0]
        behind, again = len(wanted) < len(ready), False
        started: list[Start] = []
        if wanted:
            with self._services.database.begin() as connection:
                # A frozen process that wakes must not start anything before it learns that it was given up.
                if connection.dialect.name != "sqlite" and not nodes.is_living(connection, self._boot):
                    return False
                for lane, free in wanted:
                    starts, judged = self._claim(connection, lane, free)
                    started += starts
                    behind = behind or judged == free
                    again = again or len(starts) < judged == free
        for start in started:
            self._slots.take(start.lane, start.item, start.attempt)
        self._behind = behind
        for start in started:
            self._hand_over(start)
        return again

    def _claim(self, connection: Connection, lane: str, free: int) -> tuple[list[Start], int]:
        """The best ready items of a lane, marked running, and how many were looked at.

        Those that may not run after all are held or failed.
        """
        services = self._services
        now = services.clock.now()
        rows = {row.id: row for row in store.candidates(connection, lane, free, lock=True)}
        aging = timedelta(hours=services.settings.current.aging_h)
        best = order((store.ready_of(row) for row in rows.values()), now, aging)[:free]
        if not best:
            return [], 0
        granted = Granted(connection, [ready.id for ready in best])
        chosen = [rows[ready.id] for ready in best if self._may_run(connection, rows[ready.id], granted)]
        if not chosen:
            return [], len(best)
        claimed = changes.claim(connection, [row.id for row in chosen], self._boot, now)
        chosen = [row for row in chosen if row.id in claimed]
        entries = [
            services.journal.row(
                "items.started", actor=HYDRA, item=row.id, subject=row.title, cause=row.cause,
                data={"operation": row.operation, "attempt": claimed[row.id], "lane": lane},
            )
            for row in chosen
        ]  # fmt: skip
        services.journal.write_many(connection, entries)
        starts = [
            Start(
                item=row.id, attempt=claimed[row.id], lane=lane, continues=row.attempt > 0, from_step=row.restart_step
            )
            for row in chosen
        ]
        return starts, len(best)

    def _may_run(self, connection: Connection, row: Row[Any], granted: "Granted") -> bool:
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
                "fix": "`hydra policy show` lists the rules; an owner may change them, then retry it.",
                "rule": decision.rule,
            }
            self._fail(connection, row, said)
            return False
        if decision.verdict is Verdict.ASK and not verb.shows and not granted.to(row):
            ask_again(services, connection, row, decision, now)
            return self._hold(connection, row, [approval_hold(decision, now)])
        holds = requirement_holds(services, verb.needs) + budget_holds(services, connection, verb, now)
        if row.window and (closed := window_hold(services, row.window, now)):
            holds.append(closed)
        holds += resource_holds(services, connection, verb, row, now, claiming=not holds)
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
            if self._stop.is_set():
                return  # the next start of Hydra, or another node, goes on with it
            log.exception("start.failed", item=start.item, attempt=start.attempt)
            # The item stays running by name; the node sees that nothing runs it and makes it ready again.
            self._slots.give_back(start.item, start.attempt)
            return
        if start.from_step:
            with self._services.database.begin() as connection:
                changes.forget_restart(connection, start.item, start.attempt)


class Granted:
    """Which of some items a person said yes to; asked only when one of them needs it."""

    def __init__(self, connection: Connection, ids: list[str]) -> None:
        self._connection = connection
        self._ids = ids
        self._found: set[tuple[str, str, str]] | None = None

    def to(self, row: Row[Any]) -> bool:
        """Whether a yes binds to this operation with this input."""
        if self._found is None:
            self._found = approvals.granted_items(self._connection, self._ids)
        return (row.id, row.operation, hash_of(row.operation, row.input)) in self._found
