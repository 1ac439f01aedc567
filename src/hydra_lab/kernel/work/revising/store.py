"""Changing many waiting items in few statements: the revising's only SQL. Every change says from which state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, update

from hydra_lab.kernel.work.model import HoldKind, State
from hydra_lab.kernel.work.tables import approvals, dependencies, holds, items

CHUNK = 500  # ids in one question
DESCRIBED = (
    "title", "section", "tier", "tier_rank", "phase", "phase_rank", "effort_minutes", "impact", "origin",
)  # fmt: skip
REVISED = (*DESCRIBED, "operation", "input", "input_hash", "lane", "priority", "window")
SHOWN = (*REVISED, "id", "state", "confirmed", "ready_at")
WAITS = or_(items.c.state == State.HELD, items.c.state == State.QUEUED)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an item is, and whether it ever began."""

    state: State
    began: bool


def standings(connection: Connection, ids: Iterable[str], *, lock: bool = True) -> dict[str, Standing]:
    """Where those of these items are that exist; with ``lock`` none changes until this transaction ends."""
    wanted = sorted(ids)
    found: dict[str, Standing] = {}
    for place in range(0, len(wanted), CHUNK):
        here = items.c.id.in_(wanted[place : place + CHUNK])
        query = select(items.c.id, items.c.state, items.c.attempt).where(here).order_by(items.c.id)
        for row in connection.execute(query.with_for_update(key_share=True) if lock else query):
            found[row.id] = Standing(state=State(row.state), began=row.attempt > 0)
    return found


def waiting(connection: Connection, ids: Sequence[str]) -> dict[str, Row[Any]]:
    """Those of these items that wait, locked."""
    query = select(*(items.c[name] for name in SHOWN)).where(items.c.id.in_(ids), WAITS).order_by(items.c.id)
    return {row.id: row for row in connection.execute(query.with_for_update(key_share=True))}


def write(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Set what was revised of each item, if it waits."""
    change(connection, rows, (*REVISED, "state", "ready_at"))


def conclude(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Each item that waits is over, as its row says; what it would have run stays."""
    change(connection, rows, (*DESCRIBED, "state", "ready_at", "result", "finished_at"))


def change(connection: Connection, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    """Set these columns of each row's ``id``, if it waits."""
    if rows:
        values = {name: bindparam(f"new_{name}", type_=items.c[name].type) for name in names}
        sent = [{"item": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
        connection.execute(update(items).where(items.c.id == bindparam("item"), WAITS).values(values), sent)


def cancel(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Those that wait are cancelled."""
    ended = {"state": State.CANCELLED, "error": None, "finished_at": now, "ready_at": None, "owner": None}
    connection.execute(update(items).where(items.c.id.in_(ids), WAITS).values(ended))


def drop_holds(connection: Connection, ids: Sequence[str], kinds: Sequence[HoldKind] = ()) -> None:
    """Take holds of these kinds off items, or all."""
    change = delete(holds).where(holds.c.item.in_(ids))
    connection.execute(change.where(holds.c.kind.in_(kinds)) if kinds else change)


def close_questions(connection: Connection, ids: Sequence[str], at: datetime) -> None:
    """Nobody needs to answer what was asked about these items any more."""
    change = update(approvals).where(approvals.c.item.in_(ids), approvals.c.answer.is_(None))
    connection.execute(change.values(answer="withdrawn", decided_at=at))


def waited_for(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Those of these items that others wait for."""
    query = select(dependencies.c.on_item).where(dependencies.c.on_item.in_(ids)).distinct()
    return list(connection.execute(query).scalars())
