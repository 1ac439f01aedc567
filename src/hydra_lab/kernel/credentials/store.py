"""Credentials in the database: the credentials room's only SQL."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hydra_lab.kernel.credentials.model import Key, KeyKind
from hydra_lab.kernel.credentials.tables import approval_links, keys, links


def key_of(row: Row[Any]) -> Key:
    """A table row as a ``Key``."""
    return Key(
        id=row.id, name=row.name, kind=KeyKind(row.kind), scopes=tuple(row.scopes), hint=row.hint,
        created_at=row.created_at, created_by=row.created_by, expires_at=row.expires_at,
        last_used_at=row.last_used_at, revoked_at=row.revoked_at,
    )  # fmt: skip


def key_by_hash(connection: Connection, digest: str) -> Key | None:
    """The key of a token."""
    row = connection.execute(select(keys).where(keys.c.hash == digest)).first()
    return key_of(row) if row else None


def key_by_id(connection: Connection, id: str) -> Key | None:
    """A key by its id."""
    row = connection.execute(select(keys).where(keys.c.id == id)).first()
    return key_of(row) if row else None


def key_by_name(connection: Connection, name: str) -> Key | None:
    """The key of this name that is not revoked."""
    row = connection.execute(select(keys).where(keys.c.name == name, keys.c.revoked_at.is_(None))).first()
    return key_of(row) if row else None


def all_keys(connection: Connection) -> list[Key]:
    """Every key, the oldest first."""
    return [key_of(row) for row in connection.execute(select(keys).order_by(keys.c.created_at, keys.c.id))]


def add_key(connection: Connection, key: Key, digest: str) -> None:
    """Keep a new key, or give the one of this id another token."""
    row = {"name": key.name, "kind": key.kind.value, "scopes": list(key.scopes), "hash": digest, "hint": key.hint,
           "created_at": key.created_at, "created_by": key.created_by, "expires_at": key.expires_at}  # fmt: skip
    if connection.execute(update(keys).where(keys.c.id == key.id).values(row)).rowcount == 0:
        connection.execute(insert(keys).values(id=key.id, **row))


def used(connection: Connection, id: str, at: datetime) -> None:
    """Note when a key was used last."""
    connection.execute(update(keys).where(keys.c.id == id).values(last_used_at=at))


def revoke(connection: Connection, id: str, at: datetime) -> None:
    """End a key."""
    connection.execute(update(keys).where(keys.c.id == id).values(revoked_at=at))


def add_link(connection: Connection, digest: str, expires_at: datetime) -> None:
    """Keep a sign-in link."""
    connection.execute(insert(links).values(hash=digest, expires_at=expires_at))


def take_link(connection: Connection, digest: str, now: datetime) -> bool:
    """Use up a sign-in link; whether it was there and good. Only one of two callers gets a yes."""
    expires_at = connection.execute(delete(links).where(links.c.hash == digest).returning(links.c.expires_at)).scalar()
    return expires_at is not None and now < expires_at


def add_approval_link(connection: Connection, digest: str, values: dict[str, Any]) -> None:
    """Keep a link that answers one question."""
    connection.execute(insert(approval_links).values(hash=digest, **values))


def approval_link(connection: Connection, digest: str, now: datetime) -> dict[str, Any] | None:
    """What a link that has not expired is for."""
    c = approval_links.c
    query = select(c.approval, c.item, c.channel, c.expires_at, c.used_at)
    row = connection.execute(query.where(c.hash == digest, c.expires_at > now)).first()
    return dict(row._mapping) if row else None


def use_approval_link(connection: Connection, digest: str, now: datetime) -> bool:
    """Use a link up; whether it was good until now. Only one of two callers gets a yes."""
    c = approval_links.c
    change = update(approval_links).where(c.hash == digest, c.expires_at > now, c.used_at.is_(None))
    return connection.execute(change.values(used_at=now)).rowcount == 1


def prune(connection: Connection, now: datetime) -> None:
    """Forget links that have expired."""
    connection.execute(delete(links).where(links.c.expires_at <= now))
    connection.execute(delete(approval_links).where(approval_links.c.expires_at <= now))
