"""Snapshots of workflows and the place in the list of runs: the area's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from hydra_lab.areas.n8n.model import Snapshot
from hydra_lab.areas.n8n.tables import snapshots, source
from hydra_lab.kernel.work.tables import items

ONE = 1
LOOKED_AT = 200


def place(connection: Connection) -> int | None:
    """The last run that was looked at; ``None`` before the first look."""
    return connection.execute(select(source.c.last_run).where(source.c.id == ONE)).scalar_one_or_none()


def move(connection: Connection, before: int | None, last_run: int) -> bool:
    """Go on to a run; ``False`` when another look has gone on from there already."""
    if before is None:
        connection.execute(insert(source).values(id=ONE, last_run=last_run))
        return True
    change = update(source).where(source.c.id == ONE, source.c.last_run == before)
    return connection.execute(change.values(last_run=last_run)).rowcount == 1


def keep_snapshot(
    connection: Connection, *, id: str, workflow: str, name: str, at: datetime, item: str | None,
    content: dict[str, Any],
) -> None:  # fmt: skip
    """Keep a workflow as it is; what was kept under the id before stays."""
    if connection.execute(select(snapshots.c.id).where(snapshots.c.id == id)).first() is None:
        row = {"id": id, "workflow": workflow, "name": name, "at": at, "item": item, "content": content}
        connection.execute(insert(snapshots).values(row))


def kept(connection: Connection, *, workflow: str | None = None) -> list[Snapshot]:
    """Snapshots, newest first, without what they hold."""
    c = snapshots.c
    query = select(c.id, c.workflow, c.name, c.at, c.item, c.restored_at).order_by(c.at.desc()).limit(LOOKED_AT)
    if workflow is not None:
        query = query.where(c.workflow == workflow)
    return [Snapshot.model_validate(dict(row)) for row in connection.execute(query).mappings()]


def snapshot(connection: Connection, id: str) -> tuple[Snapshot, dict[str, Any]] | None:
    """A snapshot with what it holds."""
    row = connection.execute(select(snapshots).where(snapshots.c.id == id)).mappings().first()
    return (Snapshot.model_validate(dict(row)), dict(row["content"])) if row else None


def note_restored(connection: Connection, id: str, at: datetime) -> None:
    """Note that a workflow was put back to a snapshot."""
    connection.execute(update(snapshots).where(snapshots.c.id == id).values(restored_at=at))


def waiting_reruns(connection: Connection, operation: str) -> int:
    """How many runs wait to be repeated or are, all workflows together."""
    open_states = ("held", "queued", "running")
    query = (
        select(func.count()).select_from(items).where(items.c.operation == operation, items.c.state.in_(open_states))
    )
    return int(connection.execute(query).scalar_one())
