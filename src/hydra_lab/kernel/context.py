"""What a handler is given: who calls, time, the database, the journal, other operations, and its work item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import Connection

from hydra_lab.kernel.errors import Denied
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.policy.preview import HasPreview, Preview

if TYPE_CHECKING:
    from hydra_lab.kernel.services import Services

T = TypeVar("T")
Shown = TypeVar("Shown", bound="HasPreview")


class Run(Protocol):
    """What the engine gives a durable body beyond a plain context (``kernel/work/engine`` implements it)."""

    item_id: str
    attempt: int

    def now(self) -> datetime: ...
    def new_id(self) -> str: ...
    def random(self) -> float: ...
    def step(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T: ...
    def transaction(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T: ...
    def child(self, fn: Callable[..., T], *args: Any) -> T: ...
    def progress(self, fraction: float | None, message: str) -> None: ...
    def log(self, text: str, level: str) -> None: ...
    def artifact(self, name: str, content: bytes | Path, media_type: str) -> None: ...
    def ask(self, preview: Preview, floor: str | None) -> None: ...
    def check_cancelled(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Time:
    """``ctx.clock``: the lab's time; in a durable body the first run's answer is recorded and replayed."""

    read: Callable[[], datetime]

    def now(self) -> datetime:
        """The time now, UTC-aware."""
        return self.read()


@dataclass(frozen=True, kw_only=True)
class Context:
    """Everything a handler may touch. Made per call; handlers keep nothing of their own."""

    services: Services
    actor: Actor
    cause: int | None = None
    run: Run | None = None

    @property
    def clock(self) -> Time:
        """Where time comes from."""
        return Time(read=self.run.now if self.run else self.services.clock.now)

    def new_id(self) -> str:
        """A new UUIDv7; recorded in a durable body."""
        return self.run.new_id() if self.run else self.services.ids.new(self.services.clock.now())

    @property
    def item_id(self) -> str | None:
        """The work item this runs for, if any; also the ``Idempotency-Key`` of outside effects."""
        return self.run.item_id if self.run else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self.services.database.read() as connection:
            yield connection

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction: committed at the end of the block, rolled back on an error. No network inside."""
        with self.services.database.begin() as connection:
            yield connection

    def emit(
        self, connection: Connection, name: str, *, subject: str | None = None, data: dict[str, Any] | None = None
    ) -> int:
        """Write one journal entry in the transaction of the change it tells of; returns its id."""
        return self.services.journal.write(
            connection, name, actor=self.actor, subject=subject, item=self.item_id, cause=self.cause, data=data or {}
        )

    def call(self, operation: str, /, **input: Any) -> Any:
        """Call another operation as the same actor, through the gate."""
        return self.services.gate.call(operation, input, actor=self.actor, cause=self.cause)

    def enqueue(self, operation: str, /, input: dict[str, Any] | None = None, **options: Any) -> Any:
        """Queue an operation as work; options are those of ``POST /queue``. Returns the ``Item``."""
        return self.services.work.add(
            actor=self.actor, operation=operation, input=input or {}, cause=self.cause, **options
        )

    def capability(self, protocol: type[T]) -> T:
        """The configured integration that provides a capability; raises ``NotConfigured`` naming what would."""
        return self.services.integrations.capability(protocol)

    # What follows works in durable bodies only; elsewhere steps simply run.

    def step(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run ``fn(*args)`` as a checkpoint: its result is kept and a later attempt does not run it again.

        The result is rebuilt from ``fn``'s return annotation (pydantic, dataclass or JSON types).
        """
        return self.run.step(name, fn, *args, **kwargs) if self.run else fn(*args, **kwargs)

    def transaction(self, name: str, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run ``fn(connection, *args)`` as a step whose writes and checkpoint commit together (exactly once)."""
        if self.run:
            return self.run.transaction(name, fn, *args, **kwargs)
        with self.begin() as connection:
            return fn(connection, *args, **kwargs)

    def child(self, fn: Callable[..., T], *args: Any) -> T:
        """Run a CPU-heavy module-level function in a supervised child process, killed on cancel or time-out."""
        return self.run.child(fn, *args) if self.run else fn(*args)

    def progress(self, fraction: float | None, message: str) -> None:
        """Say how far the work is: ``fraction`` 0 to 1 or ``None`` where unknown."""
        if self.run:
            self.run.progress(fraction, message)

    def log(self, text: str, level: str = "info") -> None:
        """Add a line to the item's live log."""
        if self.run:
            self.run.log(text, level)

    def artifact(self, name: str, content: bytes | Path, media_type: str) -> None:
        """Keep a file with the item, downloadable from its page. A repeated name replaces the file."""
        if self.run:
            self.run.artifact(name, content, media_type)

    def ask(self, preview: Preview, *, floor: str | None = None) -> None:
        """Return when the work may do what is shown: policy allows it, or a person who saw just this said yes.

        Else the attempt ends here, the work waits for that person, and a later attempt comes back here with the steps
        it had finished. Only for a durable verb that ``shows``. Raises ``Denied`` when policy says no.
        """
        if self.run is None:
            raise Denied("Only work can ask a person.", fix="Queue it: `hydra queue add`.")
        self.run.ask(preview, floor)

    def agreed(self, name: str, look: Callable[..., Shown], *args: Any) -> Shown:
        """What ``look(*args)`` shows, once the work may do it and it is found unchanged; what changed is asked anew."""
        shown = self.step(name, look, *args)
        while True:
            self.ask(shown.preview)
            now = self.step(f"{name} again", look, *args)
            if now.preview.digest == shown.preview.digest:
                return now
            shown = now

    def spend(self, unit: str, amount: float) -> None:
        """Count something as spent of the day's budget, e.g. ``ctx.spend("tokens", 1200)``."""
        self.services.work.spend(unit, amount)

    def check_cancelled(self) -> None:
        """Raise ``Cancelled`` if the work was cancelled: call it in long loops."""
        if self.run:
            self.run.check_cancelled()
