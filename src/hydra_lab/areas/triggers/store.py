"""Triggers in the database: the area's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from hydra_lab.areas.triggers.model import Outcome, Trigger, TriggerView
from hydra_lab.areas.triggers.tables import starts, triggers


def view_of(row: Any) -> TriggerView:
    """A row as it is shown."""
    return TriggerView.model_validate({name: getattr(row, name) for name in TriggerView.model_fields})


def all_triggers(connection: Connection) -> list[TriggerView]:
    """Every trigger, by id."""
    return [view_of(row) for row in connection.execute(select(triggers).order_by(triggers.c.id))]


def one(connection: Connection, id: str) -> TriggerView | None:
    """A trigger; ``None`` if there is none of that id."""
    row = connection.execute(select(triggers).where(triggers.c.id == id)).first()
    return view_of(row) if row else None


def put(connection: Connection, id: str, trigger: Trigger, by: str, at: datetime) -> bool:
    """Keep a trigger in place of one of the same id, whose counts stay. Whether it is new."""
    values = {"trigger": trigger.model_dump(mode="json"), "set_by": by, "set_at": at}
    if connection.execute(update(triggers).where(triggers.c.id == id).values(values)).rowcount:
        return False
    connection.execute(insert(triggers).values(id=id, started=0, **values))
    return True


def remove(connection: Connection, id: str) -> bool:
    """Forget a trigger; whether there was one."""
    connection.execute(delete(starts).where(starts.c.trigger == id))
    return connection.execute(delete(triggers).where(triggers.c.id == id)).rowcount > 0


def started_since(connection: Connection, id: str, since: datetime) -> int:
    """How often a trigger has started work since a time; what is older is forgotten."""
    connection.execute(delete(starts).where(starts.c.trigger == id, starts.c.at < since))
    return connection.execute(select(func.count()).where(starts.c.trigger == id)).scalar_one()


def started_at(connection: Connection, id: str) -> datetime | None:
    """When a trigger last started work."""
    return connection.execute(select(triggers.c.started_at).where(triggers.c.id == id)).scalar()


def note_start(connection: Connection, id: str, event: int, at: datetime) -> None:
    """Count that a trigger has started work."""
    connection.execute(insert(starts).values(trigger=id, event=event, at=at))
    change = update(triggers).where(triggers.c.id == id)
    connection.execute(change.values(started=triggers.c.started + 1, started_at=at))


def note(connection: Connection, id: str, at: datetime, outcome: Outcome, detail: str | None, item: str | None) -> None:
    """Keep what became of the last event that fitted."""
    values = {"last_at": at, "last_outcome": outcome, "last_detail": detail, "last_item": item}
    connection.execute(update(triggers).where(triggers.c.id == id).values(values))
