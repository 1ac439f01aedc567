"""Sessions in the database."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hydra_lab.kernel.credentials.identity import Identity
from hydra_lab.kernel.credentials.model import By, Session, Visit
from hydra_lab.kernel.credentials.tables import keys, sessions

ID = 16  # signs of the cookie's hash that name a session


def session_of(row: Row[Any]) -> Session:
    """A row as a ``Session``."""
    return Session(
        id=row.hash[:ID], name=row.name or row.key_name or "", by=By(row.way) if row.way else None,
        address=row.address, agent=row.agent, created_at=row.created_at, seen_at=row.seen_at,
        expires_at=row.expires_at,
    )  # fmt: skip


def add(
    connection: Connection,
    digest: str,
    *,
    key: str | None,
    identity: Identity | None,
    name: str,
    visit: Visit,
    created_at: datetime,
    expires_at: datetime,
) -> None:
    """Open a session, of a key or of an identity."""
    connection.execute(insert(sessions).values(
        hash=digest, key=key, identity=asdict(identity) if identity else None, name=name, way=visit.by.value,
        address=visit.address, agent=visit.agent, created_at=created_at, seen_at=created_at, expires_at=expires_at,
    ))  # fmt: skip


def found(connection: Connection, digest: str, now: datetime) -> tuple[Session, str | None, Identity | None] | None:
    """A session that has not expired, with the id of its key or with its identity."""
    row = connection.execute(listing(now).where(sessions.c.hash == digest)).first()
    if row is None:
        return None
    told = row.identity
    identity = Identity(**{**told, "groups": tuple(told["groups"])}) if told else None
    return session_of(row), row.key, identity


def every(connection: Connection, now: datetime) -> list[Session]:
    """The open sessions, the last seen first."""
    rows = connection.execute(listing(now).order_by(sessions.c.seen_at.desc(), sessions.c.created_at.desc()))
    return [session_of(row) for row in rows]


def listing(now: datetime) -> Any:
    """Open sessions with what their keys are called; those of a key that has ended are none."""
    query = select(sessions, keys.c.name.label("key_name")).outerjoin(keys, sessions.c.key == keys.c.id)
    return query.where(sessions.c.expires_at > now, keys.c.revoked_at.is_(None))


def seen(connection: Connection, digest: str, at: datetime) -> None:
    """Note when a session was used last."""
    connection.execute(update(sessions).where(sessions.c.hash == digest).values(seen_at=at))


def close(connection: Connection, digest: str) -> bool:
    """End a session; whether there was one."""
    return connection.execute(delete(sessions).where(sessions.c.hash == digest)).rowcount > 0


def close_by_id(connection: Connection, id: str) -> bool:
    """End the session of this id; whether there was one."""
    return connection.execute(delete(sessions).where(sessions.c.hash.startswith(id, autoescape=True))).rowcount > 0


def close_of(connection: Connection, key: str) -> None:
    """End every session opened with a key."""
    connection.execute(delete(sessions).where(sessions.c.key == key))


def close_all(connection: Connection) -> None:
    """End every session."""
    connection.execute(delete(sessions))


def prune(connection: Connection, now: datetime) -> None:
    """Forget sessions that have expired."""
    connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
