"""Presence in the database: what is known, the state and its history, rules and plan."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from hydra_lab.areas.presence.model import DEFAULT_RULES, Applied, Change, Plan, Rules, Seen, Source, Standing
from hydra_lab.areas.presence.tables import changes, kept, seen, sources
from hydra_lab.kernel.capabilities import Sighting
from hydra_lab.kernel.work.tables import items

FRESH_S = 45.0  # a source that showed nothing of itself for longer is not heard from


def all_sources(connection: Connection, now: datetime) -> list[Source]:
    """Every source, by name."""
    return [
        Source(
            name=row.name, told_at=row.told_at, lost_at=row.lost_at, detail=row.detail,
            fresh=row.lost_at is None and row.told_at is not None and (now - row.told_at).total_seconds() <= FRESH_S,
        )
        for row in connection.execute(select(sources).order_by(sources.c.name))
    ]  # fmt: skip


def put_source(
    connection: Connection, name: str, *, told_at: datetime | None, lost_at: datetime | None = None,
    detail: str | None = None,
) -> None:  # fmt: skip
    """Keep how a source is."""
    connection.execute(delete(sources).where(sources.c.name == name))
    connection.execute(insert(sources).values(name=name, told_at=told_at, lost_at=lost_at, detail=detail))


def still_there(connection: Connection, name: str, now: datetime) -> None:
    """A source has shown that it is there."""
    connection.execute(update(sources).where(sources.c.name == name).values(told_at=now))


def forget_sources(connection: Connection, configured: set[str]) -> bool:
    """Drop what sources told that are configured no more; whether there were any."""
    connection.execute(delete(seen).where(seen.c.source.not_in(configured)))
    return connection.execute(delete(sources).where(sources.c.name.not_in(configured))).rowcount > 0


def all_seen(connection: Connection, now: datetime) -> list[Seen]:
    """Everything that is followed; what a source told that is lost has no value."""
    fresh = {one.name for one in all_sources(connection, now) if one.fresh}
    return [
        Seen(
            source=row.source, id=row.id, name=row.name, last=row.value, since=row.since,
            value=row.value if row.source in fresh else None,
        )
        for row in connection.execute(select(seen).order_by(seen.c.id, seen.c.source))
    ]  # fmt: skip


def last_told(connection: Connection, source: str) -> dict[str, Any]:
    """Rows of one source, by id."""
    return {row.id: row for row in connection.execute(select(seen).where(seen.c.source == source))}


def put_seen(connection: Connection, source: str, one: Sighting, since: datetime) -> None:
    """Keep what a source told."""
    forget_seen(connection, source, one.id)
    row = {"source": source, "id": one.id, "name": one.name, "value": one.value, "since": since}
    connection.execute(insert(seen).values(row))


def forget_seen(connection: Connection, source: str, id: str) -> None:
    """Drop what a source tells of no more."""
    connection.execute(delete(seen).where(seen.c.source == source, seen.c.id == id))


def document(connection: Connection, name: str) -> Any:
    """Something that is kept whole."""
    return connection.execute(select(kept.c.data).where(kept.c.name == name)).scalar_one_or_none()


def put_document(connection: Connection, name: str, data: Any) -> None:
    """Keep something whole."""
    connection.execute(delete(kept).where(kept.c.name == name))
    connection.execute(insert(kept).values(name=name, data=data))


def rules(connection: Connection) -> Rules:
    """The rules in force."""
    data = document(connection, "rules")
    return DEFAULT_RULES if data is None else Rules.model_validate(data)


def plan(connection: Connection) -> Plan:
    """What follows from states."""
    data = document(connection, "plan")
    return Plan() if data is None else Plan.model_validate(data)


def standing(connection: Connection) -> Standing:
    """The state presence is in."""
    data = document(connection, "standing")
    return Standing() if data is None else Standing.model_validate(data)


def put_standing(connection: Connection, one: Standing) -> None:
    """Keep the state."""
    put_document(connection, "standing", one.model_dump(mode="json"))


def put_change(connection: Connection, one: Change) -> None:
    """Keep a change, in place of what was kept of it before."""
    connection.execute(delete(changes).where(changes.c.id == one.id))
    connection.execute(insert(changes).values(id=one.id, at=one.at, told=one.model_dump(mode="json")))


def change(connection: Connection, id: str | None) -> Change | None:
    """One change."""
    row = connection.execute(select(changes.c.told).where(changes.c.id == id)).first()
    return Change.model_validate(row.told) if row else None


def history(connection: Connection, limit: int, before: datetime | None = None) -> list[Change]:
    """Changes, newest first."""
    query = select(changes.c.told).order_by(changes.c.at.desc()).limit(limit)
    if before:
        query = query.where(changes.c.at < before)
    return [Change.model_validate(row.told) for row in connection.execute(query)]


def put_applied(connection: Connection, id: str | None, applied: Applied) -> None:
    """Keep what a change came to; what an earlier try has set stays told as that."""
    one = change(connection, id)
    if one is None:
        return
    was_set = {card.uuid: card for card in (one.applied.cards if one.applied else ()) if card.outcome == "set"}
    cards = [
        was_set[card.uuid] if card.outcome == "already so" and card.uuid in was_set else card for card in applied.cards
    ]
    put_change(connection, one.model_copy(update={"applied": applied.model_copy(update={"cards": cards})}))


def ended_since(connection: Connection, since: datetime) -> dict[str, int]:
    """How much work ended after a time, by its outcome; what a document reported as complete never ran."""
    c = items.c
    query = select(c.state, func.count()).where(c.finished_at >= since, c.attempt > 0).group_by(c.state)
    found = {row[0]: row[1] for row in connection.execute(query)}
    return {word: found.get(word, 0) for word in ("done", "failed", "cancelled")}
