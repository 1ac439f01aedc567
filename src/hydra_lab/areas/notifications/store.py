"""Notifications in the database: the area's only SQL."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, or_, select, update

from hydra_lab.areas.notifications.model import Message, Part, State
from hydra_lab.areas.notifications.tables import channels, messages, recent, rules

# What was told


def told_lately(connection: Connection, key: str) -> tuple[str, datetime] | None:
    """What was told last of something, and when."""
    row = connection.execute(select(recent.c.name, recent.c.at).where(recent.c.key == key)).first()
    return (row.name, row.at) if row else None


def note_told(connection: Connection, key: str, name: str, at: datetime) -> None:
    """Remember what was told of something."""
    connection.execute(delete(recent).where(recent.c.key == key))
    connection.execute(insert(recent).values(key=key, name=name, at=at))


# Rules


def stored_rules(connection: Connection) -> dict[str, dict[str, Any]]:
    """The rules that somebody has set, by id."""
    return {row.id: row.rule for row in connection.execute(select(rules.c.id, rules.c.rule))}


def put_rule(connection: Connection, id: str, rule: dict[str, Any], by: str, at: datetime) -> None:
    """Keep a rule in place of one of the same id."""
    drop_rule(connection, id)
    connection.execute(insert(rules).values(id=id, rule=rule, set_by=by, set_at=at))


def drop_rule(connection: Connection, id: str) -> bool:
    """Forget a rule that somebody has set; whether there was one."""
    return connection.execute(delete(rules).where(rules.c.id == id)).rowcount > 0


# Messages


def message_of(row: Row[Any]) -> Message:
    """A row as a ``Message``."""
    return Message.model_validate({name: getattr(row, name) for name in Message.model_fields})


def add(connection: Connection, row: dict[str, Any]) -> None:
    """Put a message into the outbox."""
    connection.execute(insert(messages).values(state=State.WAITING, attempts=0, **row))


def open_bundle(connection: Connection, channel: str, bundle: str, now: datetime) -> Row[Any] | None:
    """The message of a bundle that is still gathering: it has not been tried, and its time has not come."""
    c = messages.c
    query = select(messages).where(
        c.state == State.WAITING, c.attempts == 0, c.channel == channel, c.bundle == bundle, c.due_at > now
    )
    return connection.execute(query.order_by(c.id.desc()).limit(1).with_for_update()).first()


def crowd(connection: Connection, channel: str, bundle: str, most: int) -> Row[Any] | None:
    """The newest message of a bundle that has not been tried, if so many of them wait."""
    c = messages.c
    query = select(messages).where(c.state == State.WAITING, c.attempts == 0, c.channel == channel, c.bundle == bundle)
    rows = connection.execute(query.order_by(c.id.desc()).limit(most).with_for_update()).all()
    return rows[0] if len(rows) == most else None


def extend(connection: Connection, id: str, values: dict[str, Any]) -> None:
    """Have a gathering message tell one thing more."""
    connection.execute(update(messages).where(messages.c.id == id).values(values))


def may_send(now: datetime, owner: str, alone: bool) -> ColumnElement[bool]:
    """Messages whose turn may have come: due, or left in the middle by a process that is gone."""
    c = messages.c
    left = and_(c.state == State.SENDING, c.owner != owner if alone else c.lease_until <= now)
    return or_(and_(c.state == State.WAITING, c.due_at <= now), left)


def ready_channels(connection: Connection, now: datetime, owner: str, alone: bool) -> list[str]:
    """The channels that have something to send, are on, and are not asked to pause."""
    shut = select(channels.c.name).where(or_(channels.c.off_since.is_not(None), channels.c.paused_until > now))
    query = select(messages.c.channel).where(may_send(now, owner, alone), messages.c.channel.not_in(shut))
    return list(connection.execute(query.distinct()).scalars())


def claim(
    connection: Connection, channel: str, now: datetime, *, owner: str, alone: bool, lease_until: datetime
) -> tuple[Message, bool] | None:
    """The channel's next message, now being sent by ``owner``, and whether it was kept for after the quiet hours.

    ``None`` while another of the channel is being sent, or there is none.
    """
    c = messages.c
    free = may_send(now, owner, alone)
    busy = select(c.id).where(c.channel == channel, c.state == State.SENDING, ~free)
    if connection.execute(busy.limit(1)).first():
        return None
    best = select(c.id).where(c.channel == channel, free).order_by(c.due_at, c.id).limit(1).scalar_subquery()
    change = update(messages).where(c.id == best, free)
    values = {"state": State.SENDING, "owner": owner, "lease_until": lease_until, "attempts": c.attempts + 1}
    row = connection.execute(change.values(values).returning(messages)).first()
    return (message_of(row), row.quiet) if row else None


def settle(connection: Connection, id: str, owner: str, values: dict[str, Any]) -> bool:
    """Write what became of a message; ``False`` when it is no longer this process's."""
    c = messages.c
    change = update(messages).where(c.id == id, c.state == State.SENDING, c.owner == owner)
    return connection.execute(change.values(owner=None, lease_until=None, **values)).rowcount == 1


def again(connection: Connection, id: str, now: datetime) -> bool:
    """Have a message tried at once that was given up or waits; ``False`` for one that is not so."""
    c = messages.c
    change = update(messages).where(c.id == id, c.state.in_((State.DEAD, State.WAITING)))
    return connection.execute(change.values(state=State.WAITING, due_at=now, attempts=0)).rowcount == 1


def one(connection: Connection, id: str) -> Message | None:
    """A message by its id."""
    row = connection.execute(select(messages).where(messages.c.id == id)).first()
    return message_of(row) if row else None


def page(
    connection: Connection, *, state: State | None, channel: str | None, before: str | None, limit: int
) -> list[Message]:
    """Messages, newest first."""
    c = messages.c
    query = select(messages)
    for column, value in ((c.state, state), (c.channel, channel)):
        if value is not None:
            query = query.where(column == value)
    if before is not None:
        query = query.where(c.id < before)
    return [message_of(row) for row in connection.execute(query.order_by(c.id.desc()).limit(limit))]


def counts(connection: Connection) -> dict[str, int]:
    """How many messages are in each state."""
    query = select(messages.c.state, func.count().label("number")).group_by(messages.c.state)
    return {row.state: row.number for row in connection.execute(query)}


def sent_last(connection: Connection) -> dict[str, datetime]:
    """When each channel last took a message."""
    query = select(messages.c.channel, func.max(messages.c.sent_at).label("at")).where(messages.c.state == State.SENT)
    return {row.channel: row.at for row in connection.execute(query.group_by(messages.c.channel))}


def expire(connection: Connection, before: datetime, now: datetime, error: dict[str, Any]) -> int:
    """Give up messages that were made before a time and have been due without being sent; how many."""
    c = messages.c
    change = update(messages).where(c.state == State.WAITING, c.created_at < before, c.due_at < now)
    return connection.execute(change.values(state=State.DEAD, error=error)).rowcount


def prune(connection: Connection, states: Iterable[State], before: datetime) -> int:
    """Forget messages in these states that were made before a time."""
    c = messages.c
    connection.execute(delete(recent).where(recent.c.at < before))
    return connection.execute(delete(messages).where(c.state.in_(list(states)), c.created_at < before)).rowcount


# Channels


def channel_rows(connection: Connection) -> dict[str, Row[Any]]:
    """What is known of channels that are off or asked to pause, by name."""
    return {row.name: row for row in connection.execute(select(channels))}


def put_channel(connection: Connection, name: str, **values: Any) -> None:
    """Keep that a channel is off, or is to pause."""
    if connection.execute(update(channels).where(channels.c.name == name).values(values)).rowcount == 0:
        connection.execute(insert(channels).values(name=name, **values))


def turn_on(connection: Connection, name: str) -> list[str]:
    """Have a channel, or every channel of an integration, be used again; returns those that were off."""
    c = channels.c
    mine = or_(c.name == name, c.name.startswith(f"{name}/", autoescape=True))
    rows = connection.execute(delete(channels).where(mine, c.off_since.is_not(None)).returning(c.name))
    return list(rows.scalars())


def parts_of(row: Row[Any]) -> list[Part]:
    """What a gathering message tells so far."""
    return [Part.model_validate(one) for one in row.parts]
