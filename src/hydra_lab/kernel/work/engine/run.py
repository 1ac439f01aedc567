"""What a durable body is given while it runs: checkpoints, recorded time and chance, children, progress."""

import random
import threading
import typing
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from dbos import DBOS
from pydantic import TypeAdapter

from hydra_lab.kernel.errors import Cancelled
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.engine.child import Children
from hydra_lab.kernel.work.logs.report import Reporter

T = TypeVar("T")


class EngineRun:
    """The ``Run`` of one attempt. Used by one thread; ``cancel`` is called from others."""

    def __init__(self, services: Services, reporter: Reporter, item_id: str, attempt: int, *, cpu: bool) -> None:
        self.item_id = item_id
        self.attempt = attempt
        self._services = services
        self._reporter = reporter
        self._cpu = cpu
        self._children = Children()
        self._ended: str | None = None
        self._in_step = threading.local()

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
        if self._cpu and not kwargs and is_importable(fn):
            return self.child(fn, *args)
        return fn(*args, **kwargs)

    def transaction(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """A step whose writes and checkpoint commit together, and only while this attempt still runs the item."""
        return self._checkpoint(name, fn, lambda: self._transacted(name, fn, args, kwargs))

    def _transacted(self, name: str, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        number = DBOS.step_id or 0
        adapter = adapter_for(fn)
        with self._services.database.begin() as connection:
            if not changes.still_mine(connection, self.item_id, self.attempt):
                raise Cancelled("Another attempt runs this item now.")
            kept = changes.checkpoint(connection, self.item_id, number)
            if kept is not None:
                return adapter.validate_python(kept[0])
            result = fn(connection, *args, **kwargs)
            kept_result = adapter.dump_python(result, mode="json")
            now = self._services.clock.now()
            changes.keep_checkpoint(connection, self.item_id, number, name, kept_result, now)
        return result

    def _checkpoint(self, name: str, fn: Callable[..., T], work: Callable[[], T]) -> T:
        self.check_cancelled()
        if getattr(self._in_step, "now", False):
            return work()
        adapter = adapter_for(fn)

        def body() -> Any:
            self._in_step.now = True
            self._reporter.step(self.item_id, self.attempt, name)
            try:
                result = adapter.dump_python(work(), mode="json")
            finally:
                self._in_step.now = False
            self.check_cancelled()
            return result

        return adapter.validate_python(DBOS.run_step({"name": name}, body))

    def now(self) -> datetime:
        """The time, recorded; inside a step, whose result is recorded anyway, simply the time."""
        return self._recorded("now", self._services.clock.now)

    def new_id(self) -> str:
        """An id, recorded."""
        return self._recorded("new_id", self._fresh_id)

    def _fresh_id(self) -> str:
        return self._services.ids.new(self._services.clock.now())

    def random(self) -> float:
        """A number from 0 to 1, recorded."""
        return self._recorded("random", draw)

    def _recorded(self, name: str, fn: Callable[[], T]) -> T:
        if getattr(self._in_step, "now", False):
            return fn()
        adapter = adapter_for(fn)
        recorded = DBOS.run_step({"name": f"context.{name}"}, lambda: adapter.dump_python(fn(), mode="json"))
        return adapter.validate_python(recorded)

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

    def artifact(self, name: str, content: bytes | Path, media_type: str) -> None:
        """Keep a file."""
        self.check_cancelled()
        self._reporter.artifact(self.item_id, name, content, media_type)


def draw() -> float:
    """A number from 0 to 1."""
    return random.SystemRandom().random()


def is_importable(fn: Callable[..., Any]) -> bool:
    """Whether a child process can import the function by its name."""
    return "." not in fn.__qualname__ and getattr(fn, "__module__", "__main__") != "__main__"


def adapter_for(fn: Callable[..., T]) -> TypeAdapter[T]:
    """What rebuilds a step's result: the function's return annotation, or any JSON where it has none."""
    target = getattr(fn, "__func__", fn)
    hints = typing.get_type_hints(target) if hasattr(target, "__annotations__") else {}
    returned = hints.get("return", Any)
    return TypeAdapter(type(None) if returned is None else returned)  # type: ignore[arg-type]
