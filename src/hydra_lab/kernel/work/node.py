"""A process that runs work: its boot, its slots, its heartbeat, and taking over from the dead."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog

from hydra_lab.kernel.errors import Cancelled, HydraError, TimedOut, describe
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.beat import overdue
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.engine import Engine
from hydra_lab.kernel.work.engine.run import EngineRun
from hydra_lab.kernel.work.finish import Ending, ending_of, error_row, finish
from hydra_lab.kernel.work.logs.report import Reporter
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.nodes import store as nodes
from hydra_lab.kernel.work.release import Releaser, Slots, Start

log = structlog.get_logger()

BEAT_S = 2.0
SILENT_FOR = timedelta(seconds=8)
LEASE = timedelta(seconds=8)


class Node:
    """Runs attempts. ``alone`` says that no other process shares the database: then every other boot is dead."""

    def __init__(
        self, services: Services, *, name: str, lanes: dict[str, int], alone: bool, gone: Callable[[], None]
    ) -> None:
        self._services = services
        self._name = name
        self._alone = alone
        self._gone = gone
        self.boot = services.ids.new(services.clock.now())
        self.slots = Slots(lanes, any_lane=alone)
        self.reporter = Reporter(services)
        self.engine = Engine(services.database, self.boot, self._body)
        self.releaser = Releaser(services, self.slots, self.boot, self._begin)
        self._running: dict[tuple[str, int], EngineRun] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        """Announce this boot, start the engine, take over what dead boots left, begin releasing."""
        now = self._services.clock.now()
        boot = nodes.Boot(
            id=self.boot, node=self._name, lanes=list(self.slots.lanes()), pid=os.getpid(), started_at=now, beat_at=now,
            ended_at=None,
        )  # fmt: skip
        with self._services.database.begin() as connection:
            replaced = [one for one in nodes.living(connection) if self._alone or one.node == self._name]
            for one in replaced:
                nodes.end(connection, one.id, now)
            nodes.begin(connection, boot)
        self.engine.start()
        self.reporter.start()
        self.take_over()
        self.releaser.start()
        self.releaser.wake()

    def stop(self, patience_s: float = 5.0) -> None:
        """Release nothing more, give running work some seconds, keep what is left for the next start."""
        self.releaser.stop()
        with self._lock:
            running = list(self._running.values())
        self.engine.stop(patience_s if running else 0)
        for run in running:
            run.cancel("Hydra is stopping; the work goes on from its last step after the next start.")
        self.reporter.stop()
        with self._services.database.begin() as connection:
            nodes.end(connection, self.boot, self._services.clock.now())
            nodes.drop_lease(connection, self.boot)

    def beat(self) -> bool:
        """Say that this process lives, take over from those that do not; returns whether it leads.

        When others have declared this boot dead (it was frozen, or lost its database for long), its running work is
        no longer its own: it is told so and the process must end.
        """
        now = self._services.clock.now()
        with self._services.database.begin() as connection:
            alive = nodes.beat(connection, self.boot, now)
            lost = [] if self._alone else nodes.silent(connection, now - SILENT_FOR, self.boot)
            lost = [one for one in lost if alive and nodes.end(connection, one.id, now)]
            leads = alive and nodes.lead(connection, "leader", self.boot, now, LEASE)
        if not alive:
            log.error("node.declared_dead", node=self._name, fix="start it again")
            self.end_all("This node was taken for dead and its work went to others.")
            self._gone()
            return False
        for one in lost:
            log.warning("node.lost", node=one.node, boot=one.id)
        if lost or not self._alone:
            self.take_over()
        return leads

    def take_over(self) -> None:
        """Give each running item of a dead boot, in lanes this one serves, a next attempt here.

        It goes on from the last finished step. It is no failure of the work, so it uses up no try.
        """
        with self._services.database.read() as connection:
            dead = set(nodes.ended_ids(connection))
            left = [row for row in store.running(connection) if row.owner in dead and self.slots.size(row.lane) > 0]
        for row in left:
            now = self._services.clock.now()
            with self._services.database.begin() as connection:
                if not changes.take_over(connection, row.id, row.attempt, self.boot, now):
                    continue
                self._services.journal.write(
                    connection, "items.recovered", actor=HYDRA, item=row.id, subject=row.title, cause=row.cause,
                    data={"operation": row.operation, "attempt": row.attempt + 1, "node": self._name},
                )  # fmt: skip
            self.slots.take(row.lane, row.id, row.attempt + 1)
            self.engine.cancel(row.id, row.attempt)
            self._begin(Start(item=row.id, attempt=row.attempt + 1, continues=True))

    def _begin(self, start: Start) -> None:
        if start.continues:
            self.engine.go_on(start.item, start.attempt, from_attempt=start.attempt - 1, from_step=start.from_step)
        else:
            self.engine.begin(start.item, start.attempt)

    def _body(self, item: str, attempt: int) -> None:
        """One attempt, from its row to its ending. Runs in the engine's thread."""
        try:
            with self._services.database.read() as connection:
                row = store.row_of(connection, item)
            if row is None or row.state != State.RUNNING or row.attempt != attempt or row.owner != self.boot:
                return
            ending = self._attempt(row)
            if ending is not None:
                finish(self._services, self.reporter, item, attempt, ending)
        except Exception:
            log.exception("attempt.lost", item=item, attempt=attempt)
            raise
        finally:
            self.slots.give_back(item, attempt)
            self.releaser.wake()

    def _attempt(self, row: Any) -> Ending | None:
        """Run the handler and say what became of it; ``None`` when the process is stopping, so nothing is decided."""
        services = self._services
        verb = services.registry.verbs.get(row.operation)
        if verb is None:
            error = {"code": "not_found", "detail": f"This Hydra has no operation {row.operation}.", "fix": None}
            return Ending(state=State.FAILED, error=error, failed=True)
        cpu = bool(verb.durable and verb.durable.cpu)
        run = EngineRun(services, self.reporter, row.id, row.attempt, cpu=cpu)
        with self._lock:
            self._running[row.id, row.attempt] = run
        try:
            return self._handled(verb, row, run)
        finally:
            with self._lock:
                self._running.pop((row.id, row.attempt), None)

    def _handled(self, verb: Operation, row: Any, run: EngineRun) -> Ending | None:
        services = self._services
        try:
            parsed = services.gate.parse(verb, row.input)
            actor = store.actor_of(row.actor)
            output = services.gate.run(verb, parsed, actor=actor, cause=row.cause, run=run)
            return Ending(state=State.DONE, result=services.journal.scrub(verb.dump(output)))
        except Cancelled as error:
            return self._cancelled(row, error)
        except Exception as error:
            if not isinstance(error, HydraError):
                log.exception("attempt.failed", item=row.id, operation=row.operation)
            run.log(f"{type(error).__name__}: {error}", "error")
            return ending_of(services, verb, error, failures=row.failures, now=services.clock.now())

    def _cancelled(self, row: Any, error: Cancelled) -> Ending | None:
        """Whoever cancelled has written the item's state, or the next start goes on with it: write nothing.

        Only a handler that cancels itself ends as cancelled.
        """
        with self._services.database.read() as connection:
            now = store.row_of(connection, row.id)
        if now is None or now.state != State.RUNNING or now.attempt != row.attempt:
            return None
        if not self.engine.is_stopping and now.owner == self.boot and not self._was_ended(row):
            return Ending(state=State.CANCELLED, error=describe(error))
        return None

    def _was_ended(self, row: Any) -> bool:
        with self._lock:
            run = self._running.get((row.id, row.attempt))
        return run is None or run.ended

    def end(self, item: str, attempt: int, why: str) -> None:
        """Stop an attempt whose item was cancelled or held meanwhile; its children die at once."""
        with self._lock:
            run = self._running.get((item, attempt))
        if run:
            run.cancel(why)
        self.engine.cancel(item, attempt)

    def end_all(self, why: str) -> None:
        """Stop every attempt that runs here."""
        with self._lock:
            running = list(self._running)
        for item, attempt in running:
            self.end(item, attempt, why)

    def end_strays(self) -> None:
        """Stop attempts running here whose item is no longer theirs: cancelled or held through another node."""
        with self._lock:
            mine = list(self._running)
        if not mine:
            return
        with self._services.database.read() as connection:
            still = {(row.id, row.attempt) for row in store.running(connection, self.boot)}
        for item, attempt in mine:
            if (item, attempt) not in still:
                self.end(item, attempt, "It was cancelled.")

    def end_overdue(self) -> None:
        """Fail attempts that took longer than their operation allows, and end them."""
        now = self._services.clock.now()
        with self._services.database.read() as connection:
            late = overdue(self._services, store.running(connection, self.boot), now)
        for item, attempt, limit in late:
            error = TimedOut(f"It took longer than {limit}.", fix="Retry it, or give the operation more time.")
            ending = Ending(state=State.FAILED, error=error_row(describe(error)), failed=True)
            if finish(self._services, self.reporter, item, attempt, ending):
                self.end(item, attempt, "It took too long.")
