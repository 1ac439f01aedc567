"""A process that runs work: its boot, its slots, what runs in it, and taking back what nobody runs."""

import os
import threading
from collections.abc import Callable
from typing import Any

import psutil
import structlog

from hydra_lab.kernel.errors import ApprovalNeeded, Cancelled, HydraError, TimedOut, Unavailable, describe
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.beat import overdue
from hydra_lab.kernel.work.engine import Engine
from hydra_lab.kernel.work.engine.records import Records
from hydra_lab.kernel.work.engine.run import EngineRun
from hydra_lab.kernel.work.finish import Ending, ending_of, error_row, finish, is_passing
from hydra_lab.kernel.work.logs.report import Reporter
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.nodes.membership import Membership
from hydra_lab.kernel.work.nodes.release import Releaser, Start
from hydra_lab.kernel.work.nodes.slots import Slots

log = structlog.get_logger()

PATIENCE_S = 5.0  # how long running work may take to its end when Hydra stops
LAST_WORDS_S = 1.0  # how long what was then ended may take to notice
IDLE_LOOKS = 5

Attempt = tuple[str, int]


class Node:
    """Runs attempts. ``alone`` says that no other process shares the database: then every other boot is dead."""

    def __init__(
        self, services: Services, *, name: str, lanes: dict[str, int], alone: bool, gone: Callable[[], None]
    ) -> None:
        self._services = services
        self._name = name
        self._gone = gone
        self._alone = alone
        self.boot = services.ids.new(services.clock.now())
        self.slots = Slots(lanes, any_lane=alone)
        self.reporter = Reporter(services)
        self.engine = Engine(services.database, self.boot, self._body)
        self.releaser = Releaser(services, self.slots, self.boot, self._begin)
        self._membership = Membership(services, boot=self.boot, name=name, alone=alone)
        self._running: dict[Attempt, EngineRun] = {}
        self._change = threading.Condition()
        self._ending = threading.Event()
        self._suspects: set[Attempt] = set()
        self._looks = 0

    def start(self) -> None:
        """Announce this boot, start the engine, take back what dead boots left, begin releasing."""
        replaced = self._membership.join(
            pid=os.getpid(), lanes=list(self.slots.lanes()), is_running=psutil.pid_exists
        )  # fmt: skip
        self.engine.start()
        self.reporter.start()
        self._take_back()
        self.engine.drop_queues(one.id for one in replaced)
        self.releaser.start()
        self.releaser.wake()

    def stop(self, patience_s: float = PATIENCE_S) -> None:
        """Release nothing more, give running work some seconds, keep what is left for the next start."""
        self.releaser.stop()
        self.engine.stop_starting()
        if not self._is_quiet(patience_s):
            with self._change:
                left = list(self._running.values())
            for run in left:
                run.cancel("Hydra is stopping; the work goes on from its last step after the next start.")
            self._is_quiet(LAST_WORDS_S)
        self._ending.set()
        self.engine.stop()
        self.reporter.stop()
        self._membership.leave()

    def _is_quiet(self, within_s: float) -> bool:
        """Wait until nothing runs here; ``False`` if something still does."""
        with self._change:
            return self._change.wait_for(lambda: not self._running, within_s)

    # Among other nodes --------------------------------------------------------------------------------------------

    def beat(self) -> bool:
        """Say that this process lives, take back work from those that do not; returns whether it leads.

        When others have declared this boot dead (it was frozen, or lost its database for long), its running work is
        no longer its own: it is told so and the process must end.
        """
        belongs, leads, lost = self._membership.beat()
        if not belongs:
            log.error("node.declared_dead", node=self._name, fix="Start it again; its work went to other nodes.")
            self.end_all("This node was taken for dead and its work went to others.")
            self._gone()
            return False
        if not self._alone and (lost or leads):
            self._take_back()
        self.engine.drop_queues(one.id for one in lost)
        return leads

    def _take_back(self) -> None:
        lost = self._membership.take_back()
        for item, attempt in lost:
            self.engine.cancel(item, attempt)  # a process that was only frozen does no further step of it
        if lost:
            self.releaser.wake()

    # Running one attempt ------------------------------------------------------------------------------------------

    def _begin(self, start: Start) -> None:
        if start.continues:
            self.engine.go_on(start.item, start.attempt, from_step=start.from_step)
        else:
            self.engine.begin(start.item, start.attempt)

    def _body(self, item: str, attempt: int, records: Records) -> None:
        """One attempt, from its row to its ending. Runs in the engine's thread."""
        run = EngineRun(self._services, self.reporter, item, attempt, records)
        with self._change:
            self._running[item, attempt] = run  # from here on whoever ends the item finds it
        try:
            with self._services.database.read() as connection:
                row = store.row_of(connection, item)
            if row is None or row.state != State.RUNNING or row.attempt != attempt or row.owner != self.boot:
                return
            ending = self._ended(row, run)
            if ending is not None:
                self._keep(row, ending)
        except Exception:
            log.exception("attempt.lost", item=item, attempt=attempt)
            raise
        finally:
            with self._change:
                del self._running[item, attempt]
                self._change.notify_all()
            self.slots.give_back(item, attempt)
            self.releaser.slot_freed()

    def _ended(self, row: Any, run: EngineRun) -> Ending | None:
        """Run the handler and say what became of it; ``None`` when that is not for this attempt to say.

        Whoever ended it has written the item's state, or Hydra is stopping and the next start goes on with it. Only a
        handler that cancels itself ends as cancelled.
        """
        services = self._services
        verb = services.registry.verbs.get(row.operation)
        if verb is None:
            fix = "Retry it on a version that has it, or queue it anew with another operation."
            error = {"code": "not_found", "detail": f"This Hydra has no operation {row.operation}.", "fix": fix}
            return Ending(state=State.FAILED, error=error, failed=True)
        run.cpu = bool(verb.durable and verb.durable.cpu)
        try:
            return self._done(verb, row, run)
        except Exception as error:
            if run.ended or (isinstance(error, Cancelled) and self.engine.is_stopping):
                return None
            if isinstance(error, Cancelled):
                return Ending(state=State.CANCELLED, error=describe(error))
            if is_passing(error) and not isinstance(error, HydraError):
                fix = "It is tried again; `hydra doctor` looks at the database."
                error = Unavailable(f"The database could not do it just now: {type(error).__name__}.", fix=fix)
            elif not isinstance(error, HydraError):
                log.exception("attempt.failed", item=row.id, operation=row.operation)
            if isinstance(error, ApprovalNeeded):
                run.log(f"It asks a person: {error}", "info")
            else:
                run.log(f"{type(error).__name__}: {error}", "error")
            return ending_of(services, verb, error, failures=row.failures, now=services.clock.now())

    def _done(self, verb: Operation, row: Any, run: EngineRun) -> Ending:
        services = self._services
        parsed = services.gate.parse(verb, row.input)
        output = services.gate.run(verb, parsed, actor=store.actor_of(row.actor), cause=row.cause, run=run)
        return Ending(state=State.DONE, result=services.journal.scrub(verb.dump(output)))

    def _keep(self, row: Any, ending: Ending) -> None:
        """Write an ending. While the database takes no writes the item stays running and this tries again.

        An ending that cannot be written whatever comes (a result no database takes) is a failure that says so.
        """
        pause_s = 0.1
        while True:
            try:
                finish(self._services, self.reporter, row.id, row.attempt, ending, row)
                return
            except Exception as error:
                if not is_passing(error):
                    if ending.failed:
                        raise
                    log.exception("finish.failed", item=row.id, attempt=row.attempt)
                    ending = Ending(state=State.FAILED, error=error_row(describe(error)), failed=True)
                    continue
                log.warning("finish.waits", item=row.id, attempt=row.attempt, error=str(error))
            if self._ending.wait(pause_s):
                return
            pause_s = min(pause_s * 2, 10.0)

    # Ending -------------------------------------------------------------------------------------------------------

    def end(self, item: str, attempt: int, why: str) -> None:
        """Stop an attempt whose item was cancelled or held meanwhile; its children die at once."""
        with self._change:
            run = self._running.get((item, attempt))
        if run:
            run.cancel(why)
        self.engine.cancel(item, attempt)
        if run is None:  # it waits to be begun, and will not be
            self.slots.give_back(item, attempt)
            self.releaser.wake()

    def end_all(self, why: str) -> None:
        """Stop every attempt that runs here."""
        with self._change:
            running = list(self._running)
        for item, attempt in running:
            self.end(item, attempt, why)

    def look_after(self) -> None:
        """Each second: end what is no longer this process's, fail what takes too long, take back what nobody runs.

        Something is nobody's when it says it runs here and does not. That is believed at the second look, for between
        being claimed and being begun there is a moment.
        """
        self._looks += 1
        taken = self.slots.taken()
        if not taken and not self._suspects and self._looks % IDLE_LOOKS:
            return
        with self._change:
            mine = set(self._running)  # before the rows: what begins after they were read is not among them either
        with self._services.database.read() as connection:
            rows = {(row.id, row.attempt): row for row in store.running(connection, self.boot)}
        for item, attempt in mine - rows.keys():
            self.end(item, attempt, "It was cancelled.")
        self._end_overdue(list(rows.values()))
        nobodys = (rows.keys() - taken - mine) | (taken - rows.keys() - mine)
        for item, attempt in nobodys & self._suspects:
            self.end(item, attempt, "It was not begun.")
            if (item, attempt) in rows and self._membership.make_ready(rows[item, attempt]):
                log.warning("attempt.not_begun", item=item, attempt=attempt)
                self.releaser.wake()
        self._suspects = nobodys

    def _end_overdue(self, rows: list[Any]) -> None:
        """Fail attempts that took longer than their operation allows, and end them."""
        for item, attempt, limit in overdue(self._services, rows, self._services.clock.now()):
            error = TimedOut(f"It took longer than {limit}.", fix="Retry it, or give the operation more time.")
            ending = Ending(state=State.FAILED, error=error_row(describe(error)), failed=True)
            if finish(self._services, self.reporter, item, attempt, ending):
                self.end(item, attempt, "It took too long.")
