"""Triggers in the database: the area's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hydra_lab.areas.triggers.measuring import store as looks
from hydra_lab.areas.triggers.model import Outcome, Trigger, TriggerView
from hydra_lab.areas.triggers.tables import starts, triggers


def view_of(row: Any) -> TriggerView:
    """A row as it is shown."""
    kept = {name: getattr(row, name) for name in TriggerView.model_fields if name != "measured"}
    return TriggerView.model_validate(kept)


def all_triggers(connection: Connection) -> list[TriggerView]:
    """Every trigger, by id."""
    return [view_of(row) for row in connection.execute(select(triggers).order_by(triggers.c.id))]


def one(connection: Connection, id: str) -> TriggerView | None:
    """A trigger; ``None`` if there is none of that id."""
    row = connection.execute(select(triggers).where(triggers.c.id == id)).first()
    return view_of(row) if row else None


def take_turn(connection: Connection, id: str | None = None) -> None:
    """Have whoever else changes triggers, or this one, wait for this transaction."""
    query = select(triggers.c.id).order_by(triggers.c.id).with_for_update()
    connection.execute(query if id is None else query.where(triggers.c.id == id)).all()


def put(connection: Connection, id: str, trigger: Trigger, by: str, at: datetime) -> bool:
    """Keep a trigger in place of one of the same id, whose counts stay. Whether it is new."""
    values = {"trigger": trigger.model_dump(mode="json"), "set_by": by, "set_at": at}
    if connection.execute(update(triggers).where(triggers.c.id == id).values(values)).rowcount:
        return False
    new = upsert(connection)(triggers).values(id=id, started=0, **values)
    connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=values))
    return True


def upsert(connection: Connection) -> Any:
    """An insert that may find that another was quicker."""
    return sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert


def forget_starts(connection: Connection, id: str) -> None:
    """Begin anew with cool-down and limits."""
    connection.execute(delete(starts).where(starts.c.trigger == id))
    connection.execute(update(triggers).where(triggers.c.id == id).values(started_at=None))


def remove(connection: Connection, id: str) -> bool:
    """Forget a trigger; whether there was one."""
    connection.execute(delete(starts).where(starts.c.trigger == id))
    looks.forget(connection, id)
    return connection.execute(delete(triggers).where(triggers.c.id == id)).rowcount > 0


def started_since(connection: Connection, id: str, since: datetime) -> int:
    """How often a trigger has started work since a time; what is older is forgotten."""
    connection.execute(delete(starts).where(starts.c.trigger == id, starts.c.at < since))
    return connection.execute(select(func.count()).where(starts.c.trigger == id)).scalar_one()


def started_at(connection: Connection, id: str) -> datetime | None:
    """When a trigger last started work."""
    return connection.execute(select(triggers.c.started_at).where(triggers.c.id == id)).scalar()


def note_start(connection: Connection, id: str, event: int, at: datetime, count: int = 1) -> None:
    """Note that a trigger has started work; a dry run holds to its guards as well, but counts for none."""
    connection.execute(insert(starts).values(trigger=id, event=event, at=at))
    change = update(triggers).where(triggers.c.id == id)
    connection.execute(change.values(started=triggers.c.started + count, started_at=at))


def note(connection: Connection, id: str, at: datetime, outcome: Outcome, detail: str | None, item: str | None) -> None:
    """Keep what became of the last event that fitted."""
    values = {"last_at": at, "last_outcome": outcome, "last_detail": detail, "last_item": item}
    connection.execute(update(triggers).where(triggers.c.id == id).values(values))
