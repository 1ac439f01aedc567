"""Writing work items: the changing half of the queue's SQL. Every change says which state it may start from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Update, bindparam, delete, exists, insert, select, update

from hydra_lab.kernel.work.model import HoldKind, NewHold, State
from hydra_lab.kernel.work.tables import artifacts, checkpoints, dependencies, holds, items, logs, pauses

# What every item comes by is made once: SQLAlchemy then knows it again at a glance.
ADD = insert(items)
CLAIM = (
    update(items)
    .where(items.c.id.in_(bindparam("ids", expanding=True)), items.c.state == State.QUEUED)
    .values(
        state=State.RUNNING,
        owner=bindparam("by", type_=items.c.owner.type),
        attempt=items.c.attempt + 1,
        started_at=bindparam("at", type_=items.c.started_at.type),
        progress=None,
        error=None,
        finished_at=None,
    )
    .returning(items.c.id, items.c.attempt)
)


def lock(connection: Connection, ids: Sequence[str]) -> None:
    """Have no other transaction change these items or their holds until this one ends (SQLite has one writer anyway).

    Without it two transactions that each take one of an item's last two holds off would both see the other's.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(
            select(items.c.id).where(items.c.id.in_(ids)).order_by(items.c.id).with_for_update(key_share=True)
        )


def insert_items(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Add items."""
    connection.execute(ADD, rows)


def insert_dependencies(connection: Connection, pairs: list[tuple[str, str]]) -> None:
    """Have items wait for others: ``(item, on)``."""
    if pairs:
        connection.execute(insert(dependencies), [{"item": one, "on_item": other} for one, other in pairs])


def hold_row(item: str, hold: NewHold, now: datetime) -> dict[str, Any]:
    """A hold as a row."""
    return {
        "item": item, "kind": hold.kind, "detail": hold.detail, "unblock": hold.unblock, "since": now,
        "checked_at": now, "due": hold.due, "ref": hold.ref, "data": hold.data,
    }  # fmt: skip


def insert_holds(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Add holds, as made by ``hold_row``."""
    if rows:
        connection.execute(insert(holds), rows)


def put_hold(connection: Connection, item: str, hold: NewHold, now: datetime) -> None:
    """Hold an item for one more reason; the same reason again replaces the older words."""
    drop_holds(connection, [item], hold.kind, hold.ref)
    connection.execute(insert(holds).values(hold_row(item, hold, now)))


def drop_holds(
    connection: Connection, ids: Sequence[str], kind: HoldKind | None = None, ref: str | None = None
) -> list[str]:
    """Take holds off items; returns the items that had any."""
    lock(connection, ids)
    condition: ColumnElement[bool] = holds.c.item.in_(ids)
    if kind:
        condition = condition & (holds.c.kind == kind)
    if ref is not None:
        condition = condition & (holds.c.ref == ref)
    rows = connection.execute(delete(holds).where(condition).returning(holds.c.item))
    return list(dict.fromkeys(row.item for row in rows))


def touch_hold(connection: Connection, id: int, now: datetime, **values: Any) -> None:
    """Note that a hold was looked at and still stands, with new words or a new time where given."""
    connection.execute(update(holds).where(holds.c.id == id).values(checked_at=now, **values))


def release_unheld(connection: Connection, ids: Iterable[str], now: datetime) -> list[str]:
    """Held items among these that nothing holds any more become ready; returns them."""
    free = ~exists().where(holds.c.item == items.c.id)
    rows = connection.execute(
        update(items)
        .where(items.c.id.in_(list(ids)), items.c.state == State.HELD, free)
        .values(state=State.QUEUED, ready_at=now)
        .returning(items.c.id)
    )
    return [row.id for row in rows]


def note_checked(connection: Connection, kind: HoldKind, now: datetime) -> None:
    """Every hold of a kind was looked at and still stands."""
    connection.execute(update(holds).where(holds.c.kind == kind).values(checked_at=now))


def mark_held(
    connection: Connection, id: str, *, from_: Sequence[State], attempt: int | None = None, **values: Any
) -> bool:
    """An item becomes held; ``False`` when it was not in one of those states, or another attempt is."""
    return change(connection, id, {"state": State.HELD, "ready_at": None, **values}, from_=from_, attempt=attempt)


def change(
    connection: Connection, id: str, values: dict[str, Any], *, from_: Sequence[State], attempt: int | None = None
) -> bool:
    """Set columns of an item if it is in one of the states (and at the attempt); ``False`` when it is not."""
    given: dict[str, Any] = {"of_id": id} | ({} if attempt is None else {"of_attempt": attempt})
    given |= {f"of_state_{number}": state for number, state in enumerate(from_)}
    return connection.execute(change_from(len(from_), attempt is not None), given | values).rowcount == 1


@lru_cache(maxsize=16)
def change_from(states: int, attempted: bool) -> Update:
    """The statement of ``change``; the columns to set come with its parameters. It is made once and known again."""
    allowed = [bindparam(f"of_state_{number}", type_=items.c.state.type) for number in range(states)]
    condition = items.c.id == bindparam("of_id", type_=items.c.id.type)
    condition &= items.c.state.in_(allowed) if states > 1 else items.c.state == allowed[0]
    if attempted:
        condition &= items.c.attempt == bindparam("of_attempt", type_=items.c.attempt.type)
    return update(items).where(condition)


def known(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Which of these items still exist."""
    wanted = list(ids)
    return set(connection.execute(select(items.c.id).where(items.c.id.in_(wanted))).scalars()) if wanted else set()


def claim(connection: Connection, ids: Sequence[str], owner: str, now: datetime) -> dict[str, int]:
    """Ready items become running, owned by a boot; returns each with its attempt's number."""
    rows = connection.execute(CLAIM, {"ids": ids, "by": owner, "at": now})
    return {row.id: row.attempt for row in rows}


def requeue(connection: Connection, id: str, attempt: int) -> bool:
    """A running attempt that nobody runs any more becomes ready work again; it keeps its age."""
    return change(connection, id, {"state": State.QUEUED, "owner": None}, from_=(State.RUNNING,), attempt=attempt)


def still_mine(connection: Connection, id: str, attempt: int) -> bool:
    """Whether this attempt still runs the item; on Postgres its row is locked until the transaction ends."""
    query = select(items.c.id).where(items.c.id == id, items.c.attempt == attempt, items.c.state == State.RUNNING)
    return connection.execute(query.with_for_update(key_share=True)).first() is not None


def checkpoint(connection: Connection, item: str, step: int, part: int) -> Row[Any, Any] | None:
    """The ``name`` and ``result`` of a transaction of a step; ``None`` if it has not committed."""
    c = checkpoints.c
    query = select(c.name, c.result).where(c.item == item, c.step == step, c.part == part)
    return connection.execute(query).first()


def keep_checkpoint(
    connection: Connection, item: str, step: int, part: int, *, name: str, result: Any, now: datetime
) -> None:
    """Keep the result of a transaction of a step, together with its writes."""
    values = {"item": item, "step": step, "part": part, "name": name, "result": result, "at": now}
    connection.execute(insert(checkpoints).values(values))


def drop_checkpoints(connection: Connection, item: str, from_step: int) -> None:
    """Forget transactional steps from one on: a person asked to run them again."""
    connection.execute(delete(checkpoints).where(checkpoints.c.item == item, checkpoints.c.step >= from_step))


def keep_restart(connection: Connection, item: str, step: int | None) -> None:
    """Have the next attempt begin at a step (``None``: the first unfinished), with what follows run again."""
    connection.execute(update(items).where(items.c.id == item).values(restart_step=step))
    if step is not None:
        drop_checkpoints(connection, item, step)


def forget_restart(connection: Connection, item: str, attempt: int) -> None:
    """The attempt that begins at the chosen step was started: the one after it goes on as usual."""
    condition = (items.c.id == item) & (items.c.attempt == attempt)
    connection.execute(update(items).where(condition).values(restart_step=None))


def delete_items(connection: Connection, ids: Sequence[str]) -> None:
    """Forget items and everything that is kept with them."""
    for table in (holds, dependencies, logs, artifacts, checkpoints):
        connection.execute(delete(table).where(table.c.item.in_(ids)))
    connection.execute(delete(dependencies).where(dependencies.c.on_item.in_(ids)))
    connection.execute(delete(items).where(items.c.id.in_(ids)))


def put_pause(
    connection: Connection, scope: str, value: str, now: datetime, until: datetime | None, reason: str | None
) -> None:
    """Pause a tier or a lane; pausing it again changes its end and reason."""
    drop_pause(connection, scope, value)
    connection.execute(insert(pauses).values(scope=scope, value=value, since=now, until=until, reason=reason))


def drop_pause(connection: Connection, scope: str, value: str) -> bool:
    """Resume a tier or a lane; ``False`` if it was not paused."""
    return connection.execute(delete(pauses).where(pauses.c.scope == scope, pauses.c.value == value)).rowcount > 0


def drop_lapsed_pauses(connection: Connection, now: datetime) -> list[tuple[str, str]]:
    """Resume tiers and lanes whose pause has an end that passed."""
    rows = connection.execute(delete(pauses).where(pauses.c.until <= now).returning(pauses.c.scope, pauses.c.value))
    return [(row.scope, row.value) for row in rows]
