"""Measuring the state and writing STATE.json, whole or not at all."""

import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Row

from hydra_lab import __version__
from hydra_lab.areas.state import store
from hydra_lab.areas.state.model import Completed, Ended, Measured, StateDocument, in_a_line, in_words
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Fact
from hydra_lab.kernel.errors import describe
from hydra_lab.kernel.journal import store as journal

LISTED = 50
OLDEST = timedelta(minutes=5)
REST = 20  # times as long as measuring takes are left between two writes, so that it costs at most a twentieth


def path_of(ctx: Context) -> Path:
    """Where STATE.json is."""
    return ctx.services.settings.current.data_dir / "STATE.json"


def measure(ctx: Context, since: datetime | None) -> StateDocument:
    """Everything measured now, and what ended after a time."""
    clock = ctx.services.clock
    began, now = clock.monotonic(), clock.now()
    with ctx.read() as connection:
        newest = journal.newest_id(connection)
    facts = {fact.name: measured(ctx, fact) for fact in ctx.services.registry.contributions(Fact)}
    document = StateDocument(
        hydra=__version__, node=ctx.services.settings.current.node, written_at=now, facts=facts,
        completed=completed(ctx, since), journal_id=newest, demo=ctx.services.settings.current.demo,
        took_ms=round((clock.monotonic() - began) * 1000, 1),
    )  # fmt: skip
    return StateDocument.model_validate(ctx.services.scrubber.scrub(document.model_dump(mode="json")))


def measured(ctx: Context, fact: Fact) -> Measured:
    """One fact's value now, or why it is not known."""
    now = ctx.services.clock.now()
    try:
        return Measured(value=fact.measure(ctx), measured_at=now)
    except Exception as error:
        return Measured(measured_at=now, unknown=str(describe(error)["detail"]))


def completed(ctx: Context, since: datetime | None) -> Completed:
    """What ended after a time."""
    with ctx.read() as connection:
        counts = store.ended_counts(connection, since)
        rows = store.ended(connection, LISTED, since=since)
    return Completed(since=since, counts=counts, summary=in_words(counts), items=[ended(row) for row in rows])


def ended(row: Row[Any]) -> Ended:
    """A row as it is shown."""
    values = row._mapping
    shown = {name: values[name] for name in ("id", "title", "operation", "section", "tier", "state", "finished_at")}
    return Ended(**shown, result=in_a_line(values["result"], values["error"]))


def read(ctx: Context) -> StateDocument | None:
    """What STATE.json holds, ``None`` when it is not there or was written by another version."""
    try:
        return StateDocument.model_validate_json(path_of(ctx).read_bytes())
    except (OSError, ValidationError):
        return None


def is_fresh(ctx: Context) -> bool:
    """Whether STATE.json may stay as it is: nothing happened since, or measuring is costly and was done just now."""
    known = read(ctx)
    if known is None:
        return False
    age = ctx.services.clock.now() - known.written_at
    with ctx.read() as connection:
        nothing_new = journal.newest_id(connection) == known.journal_id
    return age < (OLDEST if nothing_new else known.took_ms * REST * timedelta(milliseconds=1))


def write(ctx: Context) -> StateDocument:
    """Bring STATE.json up to date; whoever reads it meanwhile sees the old or the new one, never half of it.

    Several may write at once, each into a file of its own first; what a crash leaves of one goes after an hour.
    """
    with ctx.read() as connection:
        since = store.anyone_read(connection)
    document = measure(ctx, since)
    path = path_of(ctx)
    for left in path.parent.glob(f"{path.name}.*.new"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - 3600:
                left.unlink()
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f"{path.name}.", suffix=".new", delete=False
    ) as file:
        file.write(document.model_dump_json(indent=2))  # for its owner's eyes only, as the file is made
    Path(file.name).replace(path)
    return document
