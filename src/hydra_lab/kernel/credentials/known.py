"""Whose a token is: looked up, and remembered for as long as nothing in the database has changed since."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.credentials import store
from hydra_lab.kernel.credentials.model import Key
from hydra_lab.kernel.credentials.tokens import hashed
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.errors import NotReady
from hydra_lab.kernel.policy.model import Actor

USED_EVERY = timedelta(minutes=5)  # how exact "last used" is
MOST = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the database found: whose token, at which version of it, and until when that is enough."""

    actor: Actor
    version: int
    until: datetime


class Tokens:
    """Keys by token. What is remembered is of no use after any commit, so a key that was revoked ends at once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._seen: OrderedDict[tuple[str, str], Seen] = OrderedDict()

    def key(self, token: str) -> Key | None:
        """The key of a token; ``None`` for one that is unknown, expired or revoked."""
        now = self._clock.now()
        with self._database.read() as connection:
            key = store.key_by_hash(connection, hashed(token))
        if key is None or not key.good(now):
            return None
        if key.last_used_at is None or now - key.last_used_at > USED_EVERY:
            with suppress(NotReady), self._database.begin() as connection:
                store.used(connection, key.id, now)
        return key

    def remember(self, token: str, place: str, key: Key, version: int | None) -> None:
        """A token was good from a place. ``version`` is that of the database before the key was looked up."""
        if version is None or key.last_used_at is None:
            return
        until = key.last_used_at + USED_EVERY
        if key.expires_at is not None:
            until = min(until, key.expires_at)
        self._seen[hashed(token), place] = Seen(key.actor, version, until)
        while len(self._seen) > MOST:
            with suppress(KeyError):
                self._seen.popitem(last=False)

    def at_once(self, token: str, place: str) -> Actor | None:
        """Whose token this is, if it was good from there a moment ago; ``None`` where the database has to be asked."""
        seen = self._seen.get((hashed(token), place))
        if seen is None or seen.version != self._database.version() or self._clock.now() >= seen.until:
            return None
        return seen.actor
