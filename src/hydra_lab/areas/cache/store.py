"""The cache in the database: the area's only SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from hydra_lab.areas.cache.alike.learning import Observation
from hydra_lab.areas.cache.tables import documents, entries, events, observations, vectors


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A kept answer. ``text`` is what the user said last, ``key`` who asked, ``size`` its bytes."""

    id: str
    exact: str
    family: str
    path: str
    model: str
    answered_by: str
    key: str
    text: str
    question: dict[str, Any]
    answer: dict[str, Any]
    size: int
    made_at: datetime
    ends_at: datetime
    used_at: datetime
    hits: int = 0


@dataclass(frozen=True, kw_only=True)
class Event:
    """What became of a question: answered from the cache, or nearly. ``answer`` is the kept one's words.

    ``verdict`` is ``right`` or ``wrong`` once somebody compared, ``other`` the answer that it was compared with.
    """

    id: str
    at: datetime
    kind: Literal["exact", "semantic", "near_miss"]
    entry: str
    model: str
    key: str
    asked: str
    kept: str
    answer: str
    similarity: float | None = None
    why: str | None = None
    verdict: Literal["right", "wrong"] | None = None
    other: str | None = None
    judged_by: Literal["comparison", "audit", "owner"] | None = None


def document(connection: Connection, name: str) -> Any:
    """What the owner set under a name, ``None`` if nothing."""
    return connection.execute(select(documents.c.document).where(documents.c.name == name)).scalar()


def put_document(connection: Connection, name: str, value: Any) -> None:
    """Keep what the owner set in place of what was."""
    connection.execute(delete(documents).where(documents.c.name == name))
    connection.execute(insert(documents).values(name=name, document=value))


def by_exact(connection: Connection, exact: str, now: datetime) -> Entry | None:
    """The answer to just this question, if its time is not over."""
    found = select(entries).where(entries.c.exact == exact, entries.c.ends_at > now)
    row = connection.execute(found).one_or_none()
    return entry_of(row) if row else None


def entry(connection: Connection, id: str) -> Entry | None:
    """One kept answer."""
    row = connection.execute(select(entries).where(entries.c.id == id)).one_or_none()
    return entry_of(row) if row else None


def keep(connection: Connection, one: Entry) -> None:
    """Keep an answer in place of the one to the same question."""
    query = select(entries.c.id).where(entries.c.exact == one.exact)
    drop_ids(connection, connection.execute(query).scalars().all())
    connection.execute(insert(entries).values(**asdict(one)))


def latest(connection: Connection, *, text: str | None, limit: int) -> list[Entry]:
    """Kept answers, the one used last first; with ``text``, those whose question has it."""
    query = select(entries).order_by(entries.c.used_at.desc(), entries.c.number.desc()).limit(limit)
    if text:
        query = query.where(entries.c.text.icontains(text, autoescape=True))
    return [entry_of(row) for row in connection.execute(query)]


def totals(connection: Connection) -> tuple[int, int]:
    """How many answers are kept, and their bytes."""
    row = connection.execute(select(func.count(), func.coalesce(func.sum(entries.c.size), 0))).one()
    return int(row[0]), int(row[1])


def note_used(connection: Connection, used: Mapping[str, tuple[int, datetime]]) -> None:
    """Count answers that were given, by id: how often, and when last."""
    for id, (hits, at) in used.items():
        connection.execute(
            update(entries).where(entries.c.id == id).values(hits=entries.c.hits + hits, used_at=at)
        )  # fmt: skip


def drop(connection: Connection, *, id: str | None = None, model: str | None = None, key: str | None = None,
         text: str | None = None) -> int:  # fmt: skip
    """Drop the answers that fit every given part, all where none is given, and what was noted of them; how many."""
    query = select(entries.c.id)
    for column, value in ((entries.c.id, id), (entries.c.model, model), (entries.c.key, key)):
        query = query if value is None else query.where(column == value)
    if text is not None:
        query = query.where(entries.c.text.icontains(text, autoescape=True))
    return drop_ids(connection, connection.execute(query).scalars().all())


def has_ended(connection: Connection, now: datetime) -> bool:
    """Whether any answer's time is over."""
    return connection.execute(select(entries.c.number).where(entries.c.ends_at <= now).limit(1)).first() is not None


def drop_ended(connection: Connection, now: datetime) -> int:
    """Drop the answers whose time is over, and what was noted of them; how many."""
    query = select(entries.c.id).where(entries.c.ends_at <= now)
    return drop_ids(connection, connection.execute(query).scalars().all())


def drop_least_used(connection: Connection, *, most: int, most_bytes: int) -> int:
    """Drop the answers that were used longest ago until the rest is no more than that; how many."""
    count, size = totals(connection)
    if count <= most and size <= most_bytes:
        return 0
    gone: list[str] = []
    oldest = select(entries.c.id, entries.c.size).order_by(entries.c.used_at, entries.c.number)
    for id, one in connection.execute(oldest):
        if count <= most and size <= most_bytes:
            break
        gone.append(id)
        count, size = count - 1, size - one
    return drop_ids(connection, gone)


def drop_ids(connection: Connection, ids: Iterable[str], at_once: int = 500) -> int:
    """Drop answers and what was noted of them; how many."""
    gone = list(ids)
    for start in range(0, len(gone), at_once):
        some = gone[start : start + at_once]
        for table in (events, vectors, observations):
            connection.execute(delete(table).where(table.c.entry.in_(some)))
        connection.execute(delete(entries).where(entries.c.id.in_(some)))
    return len(gone)


def note(connection: Connection, noted: Iterable[Event], *, most: int) -> None:
    """Note what became of questions; of what was noted, the newest so many stay."""
    rows = [asdict(one) for one in noted]
    if rows:
        connection.execute(insert(events), rows)
        newest = connection.execute(select(func.max(events.c.number))).scalar() or 0
        connection.execute(delete(events).where(events.c.number <= newest - most))


def noted(connection: Connection, kinds: tuple[str, ...], *, limit: int) -> list[Event]:
    """What became of questions, the newest first."""
    query = select(events).where(events.c.kind.in_(kinds)).order_by(events.c.number.desc()).limit(limit)
    return [event_of(row) for row in connection.execute(query)]


def event(connection: Connection, id: str) -> Event | None:
    """One of them."""
    row = connection.execute(select(events).where(events.c.id == id)).one_or_none()
    return event_of(row) if row else None


def judge(connection: Connection, id: str, *, right: bool, other: str | None, judged_by: str) -> None:
    """Note whether what was answered was right, and who says so."""
    verdict = "right" if right else "wrong"
    values = {"verdict": verdict, "other": other, "judged_by": judged_by}
    connection.execute(update(events).where(events.c.id == id).values(values))


def audited(connection: Connection, kind: str) -> tuple[int, int]:
    """How many of the noted answers of a kind were asked again, and how many of these were wrong."""
    query = select(events.c.verdict, func.count()).where(events.c.kind == kind, events.c.judged_by == "audit")
    found = {verdict: int(count) for verdict, count in connection.execute(query.group_by(events.c.verdict))}
    return sum(found.values()), found.get("wrong", 0)


def put_vector(connection: Connection, entry: str, family: str, embedder: str, signs: bytes, vector: bytes) -> None:
    """Keep the vector of an answer's question."""
    connection.execute(delete(vectors).where(vectors.c.entry == entry))
    connection.execute(
        insert(vectors).values(entry=entry, family=family, embedder=embedder, signs=signs, vector=vector)
    )


def signs_after(connection: Connection, family: str, embedder: str, number: int) -> list[tuple[int, str, bytes]]:
    """The signs of a family's vectors that came after a number, with theirs and their entry."""
    c = vectors.c
    query = select(c.number, c.entry, c.signs).where(c.family == family, c.embedder == embedder, c.number > number)
    return [(row[0], row[1], bytes(row[2])) for row in connection.execute(query.order_by(c.number))]


def vectors_of(connection: Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """The vectors of entries."""
    query = select(vectors.c.entry, vectors.c.vector).where(vectors.c.entry.in_(list(ids)))
    return {id: bytes(vector) for id, vector in connection.execute(query)}


def observe(connection: Connection, entry: str, one: Observation, *, asked: str, source: str, at: datetime) -> None:
    """Keep whether an answer was right for a question; ``asked`` is the question's hash."""
    connection.execute(
        insert(observations).values(
            entry=entry, similarity=one.similarity, is_right=one.right, asked=asked, source=source, at=at
        )
    )


def observed(connection: Connection, entry: str) -> list[tuple[Observation, str]]:
    """What was observed of an answer, the newest last, each with the hash of its question."""
    c = observations.c
    query = select(c.similarity, c.is_right, c.asked).where(c.entry == entry).order_by(c.number)
    return [(Observation(similarity=row[0], right=bool(row[1])), row[2]) for row in connection.execute(query)]


def entry_of(row: Any) -> Entry:
    """A row as an entry."""
    return Entry(**{name: getattr(row, name) for name in Entry.__dataclass_fields__})


def event_of(row: Any) -> Event:
    """A row as an event."""
    return Event(**{name: getattr(row, name) for name in Event.__dataclass_fields__})
