"""Opening sessions, knowing whose they are, and ending them."""

import secrets
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Connection

from hydra_lab.kernel.clock import Clock
from hydra_lab.kernel.credentials import store as keys
from hydra_lab.kernel.credentials.identity import Identity, actor_of, scopes_of
from hydra_lab.kernel.credentials.model import SAID, By, Session, SignedIn, Visit
from hydra_lab.kernel.credentials.sessions import store
from hydra_lab.kernel.credentials.tokens import csrf_of, hashed
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.errors import Denied, NotFound, NotReady, Unauthenticated
from hydra_lab.kernel.journal import Journal
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.settings import SettingsStore

LIFE = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)  # how exact "last seen" is
HERE = Visit(by=By.TOKEN)
LONGEST_AGENT = 200


class Sessions:
    """Browsers that are signed in. Of a cookie only its hash is kept."""

    def __init__(self, database: Database, journal: Journal, clock: Clock, settings: SettingsStore) -> None:
        self._database, self._journal, self._clock, self._settings = database, journal, clock, settings

    def open(self, actor: Actor, visit: Visit = HERE, identity: Identity | None = None) -> tuple[str, str]:
        """Open a session for someone who showed who they are: its cookie and the secret its forms carry.

        Raises ``Unauthenticated`` where the key has ended meanwhile.
        """
        cookie, now = secrets.token_urlsafe(32), self._clock.now()
        life = timedelta(hours=self._settings.current.oidc.session_h) if identity else LIFE
        with self._database.begin() as connection:
            key = None if identity else keys.key_by_name(connection, actor.name)
            if key is None and identity is None:
                raise Unauthenticated("That credential has been revoked.", fix="Sign in with another.")
            store.add(
                connection, hashed(cookie), key=key.id if key else None, identity=identity, name=actor.name,
                visit=Visit(by=visit.by, address=visit.address, agent=visit.agent[:LONGEST_AGENT]),
                created_at=now, expires_at=now + life,
            )  # fmt: skip
            self.note(connection, "sessions.opened", actor, visit)
        return cookie, csrf_of(cookie)

    def note(self, connection: Connection, event: str, actor: Actor, visit: Visit) -> None:
        """Tell the journal of a way in."""
        where = f", from {visit.address}" if visit.address else ""
        data = {"detail": f"{SAID[visit.by]}{where}", "way": visit.by.value, "address": visit.address}
        self._journal.write(connection, event, actor=actor, subject=actor.name, data=data)

    def whose(self, cookie: str) -> tuple[SignedIn, str] | None:
        """Whose session a cookie is, and the secret its forms carry; ``None`` once it, or what it stands on, has ended.

        What somebody with an identity may do is looked up anew each time: a grant taken back counts at once.
        """
        now, digest = self._clock.now(), hashed(cookie)
        with self._database.read() as connection:
            known = store.found(connection, digest, now)
            key = keys.key_by_id(connection, known[1]) if known and known[1] else None
        if known is None:
            return None
        session, _, identity = known
        if key is not None:
            actor = key.actor if key.good(now) else None
        else:
            oidc = self._settings.current.oidc
            scopes = scopes_of(identity, oidc) if identity and oidc.is_on else frozenset()
            actor = actor_of(identity, scopes, By.OIDC.value) if identity and scopes else None
        if actor is None:
            return None
        if session.seen_at is None or now - session.seen_at > SEEN_EVERY:
            with suppress(NotReady), self._database.begin() as connection:
                store.seen(connection, digest, now)
        signed_in = SignedIn(kind=actor.kind, name=actor.name, scopes=actor.scopes, session=session.id)
        return signed_in, csrf_of(cookie)

    def close(self, cookie: str) -> None:
        """Sign out."""
        found = self.whose(cookie)
        with self._database.begin() as connection:
            if store.close(connection, hashed(cookie)) and found:
                actor = found[0]
                self._journal.write(connection, "sessions.closed", actor=actor, subject=actor.name)

    def seen_by(self, actor: Actor) -> list[Session]:
        """The open sessions somebody may see: their own, with ``admin`` everybody's."""
        with self._database.read() as connection:
            every = store.every(connection, self._clock.now())
        return [one for one in every if actor.may("admin") or one.name == actor.name]

    def end(self, connection: Connection, id: str, actor: Actor, *, cause: int | None = None) -> Session:
        """Sign one session out. Raises ``NotFound`` where the actor sees none of this id."""
        person_only(actor)
        found = next((one for one in self.seen_by(actor) if one.id == id), None)
        if found is None or not store.close_by_id(connection, id):
            raise NotFound("There is no such session.", fix="`hydra sessions list` shows them.")
        self._journal.write(connection, "sessions.ended", actor=actor, subject=found.name, cause=cause)
        return found

    def end_others(self, connection: Connection, actor: Actor, *, cause: int | None = None) -> list[Session]:
        """Sign all of somebody's own sessions out but the one that asks."""
        person_only(actor)
        here = actor.session if isinstance(actor, SignedIn) else None
        others = [one for one in self.seen_by(actor) if one.name == actor.name and one.id != here]
        for one in others:
            store.close_by_id(connection, one.id)
        if others:
            data = {"detail": f"{len(others)} signed out", "count": len(others)}
            self._journal.write(
                connection, "sessions.others_ended", actor=actor, subject=actor.name, cause=cause, data=data
            )
        return others


def person_only(actor: Actor) -> None:
    """Raise ``Denied`` for whoever is no person: sessions are people's."""
    if actor.kind.value != "person":
        raise Denied("Sessions are ended by people.", rule="people", fix="Sign in, or use a person's key.")
