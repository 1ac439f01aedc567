"""Doors between processes, as session locks of Postgres: who switches a server's models, and which processes ask it.

They end with the session that took them, so a process that dies leaves none behind.
"""

from hashlib import sha256

from sqlalchemy import Connection, text

SWITCHES, ASKS = 0x48795377, 0x48794173  # two rooms of numbers: who switches is alone, who asks is not

SWITCHED = text(
    "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = :room AND objsubid = 2 AND granted "
    "AND mode = 'ExclusiveLock' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def number(server: str) -> int:
    """A server's number among locks, of 32 bits with a sign."""
    return int.from_bytes(sha256(server.encode()).digest()[:4], signed=True)


def being_switched(connection: Connection) -> set[int]:
    """The numbers of the servers that somebody switches now."""
    found = connection.execute(SWITCHED, {"room": SWITCHES}).scalars()
    return {one - (1 << 32) if one >= 1 << 31 else one for one in map(int, found)}


def take_alone(connection: Connection, room: int, server: str) -> bool:
    """Take a lock that nobody else holds; ``False`` where somebody does."""
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock(:room, :key)"), place(room, server)))


def take_shared(connection: Connection, room: int, server: str) -> bool:
    """Take a lock beside others; ``False`` where somebody has it alone."""
    return bool(connection.scalar(text("SELECT pg_try_advisory_lock_shared(:room, :key)"), place(room, server)))


def give_back_shared(connection: Connection, room: int, server: str) -> None:
    """Give back what was taken beside others."""
    connection.execute(text("SELECT pg_advisory_unlock_shared(:room, :key)"), place(room, server))


def give_back_all(connection: Connection) -> None:
    """Give back every lock of this session."""
    connection.execute(text("SELECT pg_advisory_unlock_all()"))


def place(room: int, server: str) -> dict[str, int]:
    """A lock's name."""
    return {"room": room, "key": number(server)}
