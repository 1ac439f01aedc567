"""Starting attempts as DBOS workflows, going on from kept steps, and reading what was recorded."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import create_engine, event

from hydra_lab.kernel.database.connect import Database, postgres_url
from hydra_lab.kernel.work.engine.loading import DBOS, SetWorkflowID
from hydra_lab.kernel.work.engine.recorded import RecordedJson
from hydra_lab.kernel.work.engine.records import Beside, Inside, Records
from hydra_lab.kernel.work.model import Step

# Changed only when a durable operation's steps change so that a replay of the old ones would be wrong.
APPLICATION_VERSION = "hydra-1"
WORKFLOW = "hydra.attempt"
MOST_AT_ONCE = 10_000  # threads; how many attempts really run at once is for the slots to say
FORKS_POLLED_S = 1.0  # how soon an attempt goes on that keeps steps of an earlier one


def workflow_id(item: str, attempt: int) -> str:
    """An attempt's workflow: ``<item>:<attempt>``."""
    return f"{item}:{attempt}"


class Engine:
    """Runs ``body(item, attempt, records)`` for each started attempt.

    An attempt either starts fresh, directly in a thread of Hydra's, with a workflow once it takes a step; or it goes on
    from another one: then it is a fork that keeps the finished steps, handed over through the queue that only this boot
    listens to, and runs in DBOS's threads.
    """

    def __init__(self, database: Database, boot: str, body: Callable[[str, int, Records], None]) -> None:
        self._database = database
        self._boot = boot
        self._body = body
        self._queue = f"boot:{boot}"
        self._workflow: Callable[[str], None] | None = None
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="hydra-attempt")
        self._beside: dict[str, Beside] = {}  # by workflow, until that has begun
        self._forks = threading.Lock()
        self._takes_forks = False
        self._stopping = threading.Event()

    @property
    def is_stopping(self) -> bool:
        """Whether the process is on its way down."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Launch DBOS on Hydra's own database. Nothing is recovered here: ``recover`` decides what goes on."""
        for name in ("dbos", "dbos.logger"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        config: dict[str, Any] = {
            "name": "hydra",
            "system_database_url": self._url(),
            "application_version": APPLICATION_VERSION,
            "executor_id": self._boot,
            "serializer": RecordedJson(),
            "log_level": "CRITICAL",
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": 0.2,  # it sleeps so long at stop; idle it asks nothing
            "scheduler_polling_interval_sec": 3600.0,
            "enable_otlp": False,
            "system_database_engine": self._system_engine(),
        }
        DBOS(config=config)  # type: ignore[arg-type]

        @DBOS.workflow(name=WORKFLOW)
        def attempt(item: str) -> None:
            """The one workflow. A fork is given its original's arguments, so the attempt is read from its own id."""
            own = DBOS.workflow_id or ""
            beside = self._beside.pop(own, None)
            if beside:
                beside.serve()
            else:
                self._body(item, int(own.rpartition(":")[2]), Inside())

        self._workflow = attempt
        DBOS.listen_queues([self._queue])
        DBOS.launch()

    def _url(self) -> str:
        return self._database.url if self._database.is_sqlite else postgres_url(self._database.url)

    def _system_engine(self) -> Any:
        if not self._database.is_sqlite:
            return self._database.postgres_engine(pool_size=5, max_overflow=15)
        engine = create_engine(self._database.url, pool_size=4, max_overflow=16)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = "IMMEDIATE"
            for pragma in ("busy_timeout=30000", "synchronous=NORMAL", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

        self._database.share_turns(engine)
        return engine

    def begin(self, item: str, attempt: int) -> None:
        """Start an attempt with no earlier steps, at once."""
        if self._stopping.is_set():
            raise RuntimeError("the engine is not running")
        self._threads.submit(self._fresh, item, attempt)

    def _fresh(self, item: str, attempt: int) -> None:
        """In a thread of Hydra's: an attempt whose workflow begins with its first step."""
        beside = Beside(lambda: self._begin_workflow(item, workflow_id(item, attempt), beside))
        try:
            self._body(item, attempt, beside)
        finally:
            beside.close()

    def _begin_workflow(self, item: str, own: str, beside: Beside) -> None:
        if self._workflow is None or self._stopping.is_set():
            raise RuntimeError("the engine is not running")
        self._beside[own] = beside  # until the workflow finds it, which may be after the body is over
        with SetWorkflowID(own):
            DBOS.start_workflow(self._workflow, item)

    def go_on(self, item: str, attempt: int, *, from_step: int | None = None) -> None:
        """Start an attempt that keeps the finished steps of the newest earlier one that has any.

        ``from_step`` runs that step and all after it again; default: the first that did not finish.
        """
        kept, recorded = self.newest_recorded(item, attempt - 1)
        if not recorded:
            self.begin(item, attempt)
            return
        if self._stopping.is_set():
            raise RuntimeError("the engine is not running")
        last = recorded[-1]
        # A step that failed before the last one was forgiven by the body: its error is replayed like a result.
        first = from_step or (last.number if last.state == "failed" else last.number + 1)
        self._take_forks()
        with SetWorkflowID(workflow_id(item, attempt)):
            DBOS.fork_workflow(workflow_id(item, kept), first, queue_name=self._queue)

    def _take_forks(self) -> None:
        """Have DBOS look for forks, from the first one on: each look costs three reads, also while nothing goes on."""
        with self._forks:
            if not self._takes_forks:
                DBOS.register_queue(self._queue, polling_interval_sec=FORKS_POLLED_S)
                self._takes_forks = True

    def newest_recorded(self, item: str, attempt: int) -> tuple[int, list[Step]]:
        """The newest attempt up to this one that recorded steps, and those; attempt 0 and none if there is no such.

        Attempts in between may have ended, or their process died, before they recorded anything.
        """
        for number in range(attempt, 0, -1):
            steps = self.recorded(item, number)
            if steps:
                return number, steps
        return 0, []

    def cancel(self, item: str, attempt: int) -> None:
        """Have DBOS refuse further steps of an attempt."""
        with contextlib.suppress(Exception):  # it may never have been started, or be over
            DBOS.cancel_workflow(workflow_id(item, attempt))

    def recorded(self, item: str, attempt: int) -> list[Step]:
        """The steps an attempt has recorded, those it kept from earlier ones among them."""
        return [
            Step(
                number=step["function_id"], name=step["function_name"], attempt=attempt,
                state="failed" if step["error"] else "done", output=step["output"],
                started_at=time_of(step["started_at_epoch_ms"]), finished_at=time_of(step["completed_at_epoch_ms"]),
                error=str(step["error"]) if step["error"] else None,
            )
            for step in DBOS.list_workflow_steps(workflow_id(item, attempt))
        ]  # fmt: skip

    def forget(self, attempts: list[tuple[str, int]]) -> None:
        """Drop what was recorded of items that are pruned: every attempt up to the given number."""
        ids = [workflow_id(item, number) for item, last in attempts for number in range(1, last + 1)]
        if ids:
            DBOS.delete_workflows(ids)

    def drop_queues(self, boots: Iterable[str]) -> None:
        """Forget the queues of boots that ended, and end what still waits in them."""
        for boot in boots:
            with contextlib.suppress(Exception):  # it may never have got as far as having one
                DBOS.delete_queue(f"boot:{boot}")

    def stop_starting(self) -> None:
        """Start nothing more; what runs goes on."""
        self._stopping.set()

    def stop(self) -> None:
        """Let go of everything: what still runs goes on after a restart."""
        self._stopping.set()
        self.drop_queues([self._boot])
        self._threads.shutdown(wait=False, cancel_futures=True)
        DBOS.destroy()


def time_of(epoch_ms: int | None) -> datetime | None:
    """DBOS's milliseconds as a UTC time."""
    return None if epoch_ms is None else datetime.fromtimestamp(epoch_ms / 1000, UTC)
