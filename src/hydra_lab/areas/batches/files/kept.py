"""Files by their ids: those that were uploaded, and the results of batches, which are files to OpenAI's clients."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from hydra_lab.areas.batches import store as batches
from hydra_lab.areas.batches import views
from hydra_lab.areas.batches.doing.writing import as_chunks
from hydra_lab.areas.batches.files import store
from hydra_lab.areas.batches.files.multipart import Part
from hydra_lab.areas.batches.files.store import File
from hydra_lab.areas.batches.model import OF_ERRORS, OF_RESULTS, Batch, RequestState
from hydra_lab.areas.batches.work import ERRORS, RESULTS
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, NotFound
from hydra_lab.kernel.work import Item, State

PART = 1 << 20
KEPT_DAYS = 30  # as OpenAI keeps files of requests
UPLOAD_S = 3600.0
KINDS: dict[str, tuple[str, tuple[RequestState, ...]]] = {
    "out": (RESULTS, OF_RESULTS), "err": (ERRORS, OF_ERRORS)
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file of a batch's results: ``kind`` is ``out`` or ``err``."""

    item: Item
    batch: Batch
    kind: str

    @property
    def id(self) -> str:
        """As OpenAI's clients know it."""
        return made_id(self.kind, self.item.id)


def caller(ctx: Context) -> str:
    """Whoever calls, as owner of what they make."""
    return f"{ctx.actor.kind.value}:{ctx.actor.name}"


def owner_seen(ctx: Context) -> str | None:
    """Whose files and batches a caller sees: all, or with a key for nothing but models their own."""
    return None if ctx.actor.may("read") else caller(ctx)


def made_id(kind: str, item: str) -> str:
    """The id of a file of results."""
    return f"file-{kind}-{item.replace('-', '')}"


def item_id(text: str) -> str | None:
    """A work item's id from its thirty-two digits, ``None`` where they are none."""
    try:
        return str(UUID(hex=text)) if len(text) == 32 else None
    except ValueError:
        return None


def found(ctx: Context, id: str) -> File | Made:
    """A file that the caller may see. Raises ``NotFound``."""
    owner = owner_seen(ctx)
    start, kind, digits = id.partition("-")[0], id.split("-")[1:2], id.rpartition("-")[2]
    if start == "file" and kind and kind[0] in KINDS and (item := item_id(digits)):
        made = results_of(ctx, item, kind[0])
        if made is not None and owner in (None, made.item.created_by):
            return made
    else:
        with ctx.read() as connection:
            file = store.file(connection, id)
        if file is not None and owner in (None, file.owner):
            return file
    raise NotFound(f"There is no file “{id}”.", fix="GET /v1/files lists those there are.")


def results_of(ctx: Context, item: str, kind: str) -> Made | None:
    """A batch's file of results, once it is over and has any."""
    try:
        work, batch = views.one(ctx, item)
    except NotFound:
        return None
    return Made(item=work, batch=batch, kind=kind) if batch and kind in kinds_of(work, batch) else None


def kinds_of(item: Item, batch: Batch | None) -> list[str]:
    """Which files of results a batch has for OpenAI's clients."""
    if batch is None or item.state not in (State.DONE, State.CANCELLED):
        return []
    has = {"out": batch.counts.done, "err": batch.counts.failed + batch.counts.left_out}
    return [kind for kind, count in has.items() if count and kind not in batch.hidden]


def told(file: File | Made) -> dict[str, Any]:
    """A file as OpenAI's interface tells it. How long a file of results is, is known once it was kept."""
    if isinstance(file, File):
        return {
            "id": file.id, "object": "file", "bytes": file.size, "created_at": int(file.made_at.timestamp()),
            "filename": file.filename, "purpose": file.purpose, "status": "processed",
            "expires_at": int(file.expires_at.timestamp()) if file.expires_at else None,
        }  # fmt: skip
    name = KINDS[file.kind][0]
    at = file.item.finished_at or file.item.created_at
    return {
        "id": file.id, "object": "file", "created_at": int(at.timestamp()), "filename": name,
        "bytes": next((one.size for one in file.item.artifacts if one.name == name), 0), "purpose": "batch_output",
        "status": "processed", "expires_at": None,
    }  # fmt: skip


def content(ctx: Context, file: File | Made) -> AsyncIterator[bytes]:
    """What is in a file, bit by bit."""
    if isinstance(file, Made):
        name, states = KINDS[file.kind]
        return as_chunks(ctx, file.item.id, name, states)
    return uploaded(ctx, file.id)


async def uploaded(ctx: Context, id: str) -> AsyncIterator[bytes]:
    """An uploaded file, part by part."""

    def part(number: int) -> bytes | None:
        with ctx.read() as connection:
            return store.part(connection, id, number)

    number = 0
    while (piece := await asyncio.to_thread(part, number)) is not None:
        yield piece
        number += 1


def keep(
    ctx: Context, content: Part, *, filename: str, purpose: str, lasts: timedelta | None
) -> File:  # fmt: skip
    """Keep an uploaded file, part by part, so that none holds up other writers for long.

    One that cannot be kept as a whole is not kept at all. Its hash goes into the journal.
    """
    now = ctx.clock.now()
    id = f"file-{ctx.new_id().replace('-', '')}"
    lasts = timedelta(days=KEPT_DAYS) if lasts is None and purpose == "batch" else lasts
    file = File(id=id, filename=filename, purpose=purpose, size=content.size, owner=caller(ctx), made_at=now,
                expires_at=now + lasts if lasts else None)  # fmt: skip
    with ctx.begin() as connection:
        store.begin(connection, file)
    hashed = sha256()
    try:
        for number, at in enumerate(range(0, content.size, PART)):
            part = content.read(at, PART)
            hashed.update(part)
            with ctx.begin() as connection:
                store.add_part(connection, id, number, part)
        data = {"bytes": content.size, "purpose": purpose, "sha256": hashed.hexdigest()}
        with ctx.begin() as connection:
            store.complete(connection, id, content.size)
            ctx.emit(connection, "batches.file_uploaded", subject=id, data=data)
    except BaseException:
        with ctx.begin() as connection:
            store.forget(connection, [id])
        raise
    return file


def delete(ctx: Context, file: File | Made) -> None:
    """Delete a file. Raises ``Conflict`` while a batch that is not over needs it."""
    if isinstance(file, Made):
        with ctx.begin() as connection:
            batches.hide(connection, file.item.id, [*file.batch.hidden, file.kind])
            ctx.emit(connection, "batches.file_deleted", subject=file.id)
        return
    with ctx.begin() as connection:
        for row in batches.newest(connection, views.OPERATION, limit=1000, open_only=True):
            if row.input.get("file") == file.id:
                raise Conflict(
                    f"The batch {row.id} that is not over yet needs this file.", fix="Cancel it, or wait for its end."
                )
        store.forget(connection, [file.id])
        ctx.emit(connection, "batches.file_deleted", subject=file.id)


def forget_past(ctx: Context) -> None:
    """Delete files whose time has passed, and what is left of uploads that were cut off."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        past = store.past(connection, now, now - timedelta(seconds=UPLOAD_S))
    for id in past:
        with ctx.begin() as connection:
            store.forget(connection, [id])
