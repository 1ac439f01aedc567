"""Hooks in the database: the area's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hydra_lab.areas.hooks.model import Hook
from hydra_lab.areas.hooks.tables import deliveries, hooks


def all_hooks(connection: Connection) -> list[Hook]:
    """Every hook, by name."""
    return [shown(row) for row in connection.execute(select(hooks).order_by(hooks.c.name))]


def shown(row: Any) -> Hook:
    """A row without its secret."""
    return Hook.model_validate({name: getattr(row, name) for name in Hook.model_fields})


def secret_of(connection: Connection, name: str) -> tuple[str, str] | None:
    """A hook's scheme and sealed secret; ``None`` if there is no such hook."""
    row = connection.execute(select(hooks.c.scheme, hooks.c.secret).where(hooks.c.name == name)).first()
    return (row.scheme, row.secret) if row else None


def add(connection: Connection, hook: Hook, sealed: str) -> bool:
    """Keep a new hook; ``False`` when there is one of its name, which may have come this very moment."""
    new = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(hooks)
    kept = connection.execute(new.values(**hook.model_dump(), secret=sealed).on_conflict_do_nothing())
    return kept.rowcount > 0


def remove(connection: Connection, name: str) -> bool:
    """Forget a hook and what it received; whether there was one."""
    was_there = connection.execute(delete(hooks).where(hooks.c.name == name)).rowcount > 0
    connection.execute(delete(deliveries).where(deliveries.c.hook == name))
    return was_there


def take_turn(connection: Connection, name: str, sealed: str) -> bool:
    """Have deliveries to a hook wait for this transaction: two of one id must not both be new.

    ``False`` when the hook was removed or made anew meanwhile.
    """
    wanted = select(hooks.c.secret).where(hooks.c.name == name).with_for_update()
    return connection.execute(wanted).scalar() == sealed


def delivered(connection: Connection, hook: str, delivery: str) -> int | None:
    """The journal entry of a delivery that came before; ``None`` for a new one."""
    c = deliveries.c
    return connection.execute(select(c.event).where(c.hook == hook, c.delivery == delivery)).scalar()


def note(connection: Connection, hook: str, delivery: str | None, event: int, at: datetime, forget: datetime) -> None:
    """Remember that something came, and forget the hook's deliveries older than ``forget``."""
    change = update(hooks).where(hooks.c.name == hook)
    connection.execute(change.values(last_at=at, received=hooks.c.received + 1))
    if delivery is not None:
        connection.execute(delete(deliveries).where(deliveries.c.hook == hook, deliveries.c.at < forget))
        connection.execute(insert(deliveries).values(hook=hook, delivery=delivery, event=event, at=at))
