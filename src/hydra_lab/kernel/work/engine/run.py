"""What a durable body is given while it runs: checkpoints, recorded time and chance, children, progress."""

import functools
import random
import threading
import typing
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection

from hydra_lab.kernel.errors import Cancelled, Conflict
from hydra_lab.kernel.policy.preview import Preview
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.approvals.asking import ask
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.engine.child import Children
from hydra_lab.kernel.work.engine.loading import DBOS, engine_errors
from hydra_lab.kernel.work.engine.records import Records
from hydra_lab.kernel.work.logs.report import Reporter

T = TypeVar("T")
NOT_MINE = "Another attempt runs this item now, or it was ended."


class Here(threading.local):
    """Where one thread of a body is: in a step or not, in which of its transactions."""

    in_step: bool = False
    parts: int = 0
    connection: Connection | None = None


class EngineRun:
    """The ``Run`` of one attempt, made in the thread of its body; ``cancel`` is called from others."""

    def __init__(self, services: Services, reporter: Reporter, item_id: str, attempt: int, records: Records) -> None:
        self.item_id = item_id
        self.attempt = attempt
        self._services = services
        self._reporter = reporter
        self._records = records
        self._thread = threading.get_ident()
        self.cpu = False  # whether steps run in child processes
        self._children = Children()
        self._ended: str | None = None
        self._here = Here()

    def cancel(self, why: str) -> None:
        """Stop as soon as can be: children die now, the body at its next call into its context."""
        self._ended = why
        self._children.kill()

    @property
    def ended(self) -> bool:
        """Whether somebody ended this attempt."""
        return self._ended is not None

    def check_cancelled(self) -> None:
        """Raise ``Cancelled`` if this attempt was ended."""
        if self._ended:
            raise Cancelled(self._ended)

    def step(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """A checkpoint; inside another step it simply runs, as part of that one."""
        return self._checkpoint(name, fn, lambda: self._called(fn, args, kwargs))

    def _called(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        if self.cpu and not kwargs and is_importable(fn):
            return self.child(fn, *args)
        return fn(*args, **kwargs)

    def transaction(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """A step whose writes and checkpoint commit together, and only while this attempt still runs the item."""
        return self._checkpoint(name, fn, lambda: self._transacted(name, fn, args, kwargs))

    def _transacted(self, name: str, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        """Run ``fn(connection, …)`` unless its result is kept already.

        It is kept under the number of the DBOS step, which is the same in every attempt, and the how manieth
        transaction within that step it is.
        """
        step, part = DBOS.step_id or 0, self._here.parts
        self._here.parts += 1
        adapter = adapter_for(fn)
        with self._services.database.begin() as connection:
            if not changes.still_mine(connection, self.item_id, self.attempt):
                raise Cancelled(NOT_MINE)
            kept = changes.checkpoint(connection, self.item_id, step, part)
            if kept is not None:
                if kept.name != name:
                    raise Conflict(f"Step {step} kept “{kept.name}” and now does “{name}”.", fix="Retry it from there.")
                known: T = adapter.validate_python(kept.result)
                return known
            self._here.connection = connection
            try:
                result = fn(connection, *args, **kwargs)
            finally:
                self._here.connection = None
            kept_result, now = adapter.dump_python(result, mode="json"), self._services.clock.now()
            changes.keep_checkpoint(connection, self.item_id, step, part, name=name, result=kept_result, now=now)
        return result

    def _checkpoint(self, name: str, fn: Callable[..., T], work: Callable[[], T]) -> T:
        self.check_cancelled()
        if self._here.in_step:
            return work()
        adapter = adapter_for(fn)

        def body() -> Any:
            self._here.in_step, self._here.parts = True, 0
            self._reporter.step(self.item_id, self.attempt, name)
            try:
                return adapter.dump_python(work(), mode="json")
            except Cancelled as error:
                # What was ended has no outcome to keep: the next attempt does the step again.
                raise engine_errors.DBOSWorkflowCancelledError(error.detail) from error
            finally:
                self._here.in_step = False

        result = self._recorded(name, body)
        self.check_cancelled()
        rebuilt: T = adapter.validate_python(result)
        return rebuilt

    def _recorded(self, name: str, work: Callable[[], Any]) -> Any:
        """``work`` as a step that the engine records; raises ``Cancelled`` when this attempt takes no more steps.

        Whoever ends an attempt first says so, here or in the database, and then cancels its workflow. One that begins
        only now may have come too late for that, so both are looked at again. What a thread of the body's own asks for
        simply runs: in which order such threads come is not the same in the next attempt.
        """
        try:
            if threading.get_ident() != self._thread:
                return work()
            if self._records.open():
                self.check_cancelled()
                with self._services.database.read() as connection:
                    if not changes.still_mine(connection, self.item_id, self.attempt):
                        raise Cancelled(NOT_MINE)
            return self._records.keep(name, work)
        except engine_errors.DBOSWorkflowCancelledError as error:
            raise Cancelled(self._ended or NOT_MINE) from error

    def now(self) -> datetime:
        """The time, recorded; inside a step or a transaction, which is done again as a whole, simply the time."""
        return self._drawn("now", self._services.clock.now)

    def new_id(self) -> str:
        """An id, recorded."""
        return self._drawn("new_id", self._fresh_id)

    def _fresh_id(self) -> str:
        return self._services.ids.new(self._services.clock.now())

    def random(self) -> float:
        """A number from 0 to 1, recorded."""
        return self._drawn("random", draw)

    def _drawn(self, name: str, fn: Callable[[], T]) -> T:
        if self._here.in_step or self._services.database.is_writing:
            return fn()
        adapter = adapter_for(fn)
        self.check_cancelled()
        recorded = self._recorded(f"context.{name}", lambda: adapter.dump_python(fn(), mode="json"))
        rebuilt: T = adapter.validate_python(recorded)
        return rebuilt

    def child(self, fn: Callable[..., T], *args: Any) -> T:
        """A module-level function in a process of its own, which dies with this attempt and with Hydra."""
        self.check_cancelled()
        try:
            return self._children.run(fn, *args)
        finally:
            self.check_cancelled()

    def progress(self, fraction: float | None, message: str) -> None:
        """Keep how far the work is; written at most a few times a second."""
        self.check_cancelled()
        self._reporter.progress(self.item_id, self.attempt, fraction, message)

    def log(self, text: str, level: str) -> None:
        """Keep a log line."""
        self._reporter.line(self.item_id, self.attempt, text, level)

    def ask(self, preview: Preview, floor: str | None) -> None:
        """Go on only with a person's yes to what is shown, or policy's."""
        self.check_cancelled()
        ask(self._services, self.item_id, preview, floor)

    def artifact(self, name: str, content: bytes | Path, media_type: str) -> None:
        """Keep a file; within a transaction its facts commit with that."""
        self.check_cancelled()
        self._reporter.artifact(self.item_id, name, content, media_type, self._here.connection)


def draw() -> float:
    """A number from 0 to 1."""
    return random.SystemRandom().random()


def is_importable(fn: Callable[..., Any]) -> bool:
    """Whether a child process can import the function by its name."""
    return "." not in fn.__qualname__ and getattr(fn, "__module__", "__main__") != "__main__"


def adapter_for(fn: Callable[..., T]) -> TypeAdapter[T]:
    """What rebuilds a step's result: the function's return annotation, or any JSON where it has none.

    It is kept by that annotation and never by the function: one made within a body, or of an attempt, holds all that
    the body holds.
    """
    target = getattr(fn, "__func__", fn)
    hints = typing.get_type_hints(target) if hasattr(target, "__annotations__") else {}
    returned = hints.get("return", Any)
    try:
        return adapter_of(returned)
    except TypeError:  # it cannot be a key: Annotated with a list, say
        return TypeAdapter(returned)


@functools.lru_cache(maxsize=1024)
def adapter_of(returned: Any) -> TypeAdapter[Any]:
    """What rebuilds values of a type."""
    return TypeAdapter(type(None) if returned is None else returned)
