"""Coming in: the admin token, API keys, sign-in links and sessions."""

import secrets
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from hydra_lab.kernel.clock import Clock, Ids
from hydra_lab.kernel.credentials import store
from hydra_lab.kernel.credentials.attempts import ALLOWED, Attempts, Noted
from hydra_lab.kernel.credentials.identity import Identity, actor_of, scopes_of
from hydra_lab.kernel.credentials.known import Tokens
from hydra_lab.kernel.credentials.links import ApprovalLinks
from hydra_lab.kernel.credentials.model import SAID, SCOPES, By, Key, KeyKind, NewKey, SignedIn, Visit
from hydra_lab.kernel.credentials.sessions import Sessions
from hydra_lab.kernel.credentials.sessions import store as sessions
from hydra_lab.kernel.credentials.sessions.sessions import HERE
from hydra_lab.kernel.credentials.tokens import HINT, hashed, new_token, write_private
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.errors import Conflict, Denied, Invalid, NotFound, NotReady, Unauthenticated
from hydra_lab.kernel.journal import Journal
from hydra_lab.kernel.policy.model import HYDRA, Actor
from hydra_lab.kernel.secrets import Scrubber
from hydra_lab.kernel.settings import SettingsStore
from hydra_lab.kernel.settings.entry import Grants

ADMIN, CLI = "admin", "cli"
OWNER = "owner"
UNKNOWN, USED_UP = "That token is not known here.", "That sign-in link was used already or has expired."
LINK_LIFE = timedelta(minutes=15)


class Credentials:
    """Knows who a token, a cookie or a sign-in code belongs to. Of each only a hash is kept."""

    def __init__(
        self,
        *,
        database: Database,
        journal: Journal,
        clock: Clock,
        ids: Ids,
        scrubber: Scrubber,
        settings: SettingsStore,
        cli_token_file: Path,
        admin_token: str | None = None,
    ) -> None:
        self._database = database
        self._journal = journal
        self._clock = clock
        self._ids = ids
        self._scrubber = scrubber
        self._cli_token_file = cli_token_file
        self._admin_token = admin_token
        # On Postgres each machine has a command line, and a token file, of its own.
        self._cli = CLI if database.is_sqlite else f"{CLI}@{socket.gethostname()}"
        self._attempts = Attempts(clock)
        self._news = Noted()
        self.tokens = Tokens(database, clock)
        self.sessions = Sessions(database, journal, clock, settings)
        self.approval_links = ApprovalLinks(database, clock)
        if admin_token:
            scrubber.add(admin_token)

    def start(self) -> str | None:
        """See that there is an admin token and one for the local command line.

        Returns the admin token at the first start, when it was made; never again, and not when it was chosen.
        """
        now = self._clock.now()
        with self._database.begin() as connection:
            store.prune(connection, now)
            sessions.prune(connection, now)
            admin = store.key_by_id(connection, ADMIN)
            made = new_token() if admin is None and self._admin_token is None else None
            token = self._admin_token or made
            known = store.key_by_hash(connection, hashed(token)) if token else None
            if token and (known is None or known.id != ADMIN):
                self._install(connection, ADMIN, OWNER, token, now)
            local = self._cli_token()
            known = store.key_by_hash(connection, hashed(local)) if local else None
            if known is None or known.id != self._cli:
                local = new_token()
                self._install(connection, self._cli, self._cli, local, now)
                write_private(self._cli_token_file, local)
        self._scrubber.add(local)
        return made

    def reset_admin(self) -> str:
        """Make another admin token, which is returned once; the old one and every session end."""
        token = new_token()
        with self._database.begin() as connection:
            self._install(connection, ADMIN, OWNER, token, self._clock.now())
            sessions.close_all(connection)
            self._journal.write(connection, "keys.admin_reset", actor=HYDRA, subject=ADMIN)
        return token

    def authenticate(self, token: str) -> Actor | None:
        """Whose token this is; ``None`` for one that is unknown, expired or revoked."""
        key = self.tokens.key(token)
        return key.actor if key else None

    def shown(self, token: str, visit: Visit) -> Actor:
        """Whose token a program showed. Raises ``Unauthenticated``, and ``TooMany`` as ``sign_in`` does.

        What was good from its address before is good there during a pause as well.
        """
        digest, version = hashed(token), self._database.version()
        if not self._attempts.has_passed(visit.address, digest):
            self._attempts.check(visit.address)
        key = self.tokens.key(token)
        if key is None:
            self.failed(visit, UNKNOWN, digest)
            raise Unauthenticated(
                "This token is not known here, or has ended.", fix="`hydra keys list` shows those that are."
            )
        self._attempts.passed(visit.address, digest)
        self.tokens.remember(token, visit.address, key, version)
        return key.actor

    # Signing in to the pages

    def sign_in(self, token: str, place: str) -> Actor:
        """Whose token was typed into the sign-in page from an address.

        Raises ``Unauthenticated``, and ``TooMany`` for 15 min after five failures from there.
        """
        self._attempts.check(place)
        return self._welcome(self.authenticate(token), Visit(by=By.TOKEN, address=place), UNKNOWN)

    def sign_in_link_code(self, life: timedelta = LINK_LIFE) -> str:
        """A code that signs its bearer in as the owner, once and soon."""
        code = secrets.token_urlsafe(24)
        with self._database.begin() as connection:
            store.add_link(connection, hashed(code), self._clock.now() + life)
        return code

    def redeem(self, code: str, place: str = "") -> Actor:
        """Whom a sign-in code signs in; it is used up. Raises ``Unauthenticated`` and ``TooMany`` as ``sign_in``.

        A good one is the way in during a pause: nobody guesses it.
        """
        actor = None
        with self._database.begin() as connection:
            if store.take_link(connection, hashed(code), self._clock.now()):
                admin = store.key_by_id(connection, ADMIN)
                actor = admin.actor if admin else None
        if actor is None:
            self._attempts.check(place)
        return self._welcome(actor, Visit(by=By.LINK, address=place), USED_UP)

    def open_session(self, actor: Actor, visit: Visit = HERE, identity: Identity | None = None) -> tuple[str, str]:
        """Open a session: its cookie and the secret its forms carry. See ``Sessions.open``."""
        return self.sessions.open(actor, visit, identity)

    def session(self, cookie: str) -> tuple[SignedIn, str] | None:
        """Whose session a cookie is, and the secret its forms carry; ``None`` once it has ended."""
        return self.sessions.whose(cookie)

    def close_session(self, cookie: str) -> None:
        """Sign out."""
        self.sessions.close(cookie)

    def vouched(self, identity: Identity, grants: Grants, visit: Visit) -> Actor:
        """Who somebody is whom an identity provider or a proxy vouches for.

        Raises ``Denied`` for who is granted nothing here.
        """
        scopes = scopes_of(identity, grants)
        actor = actor_of(identity, scopes, visit.by.value)
        if scopes:
            return actor
        setting = "oidc" if visit.by is By.OIDC else "forward_auth"
        raise Denied(
            f"{identity.called} is granted nothing here.", rule="grants",
            fix=f"The owner names who may, in {setting}.admin, {setting}.write and {setting}.read.",
        )  # fmt: skip

    def arrived(self, actor: Actor, visit: Visit) -> None:
        """Somebody whom a proxy signs in was seen; the journal tells of it once a day."""
        if self._news.is_new(("arrived", actor.name, visit.address), self._clock.monotonic()):
            with suppress(NotReady), self._database.begin() as connection:
                self.sessions.note(connection, "sessions.opened", actor, visit)

    def turned_away(self, name: str, visit: Visit) -> None:
        """Somebody whom a proxy signs in may do nothing here; the journal tells of it once a day."""
        data = {"detail": f"{SAID[visit.by]}: {name} is granted nothing here", "way": visit.by.value}
        self._told_once(("turned away", name, visit.address), "sessions.failed", data)

    def pretended(self, header: str, address: str) -> None:
        """Somebody who is no trusted proxy sent a sign-in header; it is not believed, and told of once a day."""
        data = {"detail": f"{header} from an address that is no trusted proxy was ignored", "header": header}
        self._told_once(("pretended", address), "sessions.pretended", data)

    def _told_once(self, what: tuple[str, ...], event: str, data: dict[str, str]) -> None:
        """Tell the journal once a day of something that an address, the last word of ``what``, did."""
        if self._news.is_new(what, self._clock.monotonic()):
            with suppress(NotReady), self._database.begin() as connection:
                self._journal.write(connection, event, actor=HYDRA, subject=what[-1], data=data)

    # API keys

    def create_key(
        self,
        connection: Connection,
        *,
        name: str,
        kind: KeyKind,
        scopes: tuple[str, ...],
        actor: Actor,
        life: timedelta | None = None,
        cause: int | None = None,
    ) -> NewKey:
        """Make an API key; its token is in the answer and nowhere else.

        Raises ``Conflict`` when a key of that name is in use, and ``Invalid`` for scopes it cannot carry.
        """
        wrong = [f"“{one}” is no scope; there are {', '.join(SCOPES)}" for one in scopes if one not in SCOPES]
        problems = [{"field": "scopes", "problem": one} for one in wrong]
        if kind is KeyKind.AGENT and {"approve", "admin"} & set(scopes):
            problems.append({"field": "scopes", "problem": "only a person may approve or administer"})
        if not scopes:
            problems.append({"field": "scopes", "problem": "at least one is required"})
        if problems:
            told = "; ".join(one["problem"] for one in problems)
            fix = "Correct these, then make it again."
            raise Invalid(f"No such key can be made: {told}", problems=problems, fix=fix)
        if name in (OWNER, self._cli) or store.key_by_name(connection, name):
            raise Conflict(f"A key named “{name}” is in use.", fix="Choose another name, or revoke that key first.")
        now, token = self._clock.now(), new_token()
        key = Key(
            id=self._ids.new(now), name=name, kind=kind, hint=token[:HINT], created_at=now, created_by=actor.name,
            scopes=tuple(one for one in SCOPES if one in scopes), expires_at=now + life if life else None,
        )  # fmt: skip
        store.add_key(connection, key, hashed(token))
        data = {"kind": kind.value, "scopes": list(key.scopes)}
        self._journal.write(connection, "keys.created", actor=actor, subject=name, cause=cause, data=data)
        return NewKey(key=key, token=token)

    def list_keys(self) -> list[Key]:
        """Every key, revoked ones too, the oldest first."""
        with self._database.read() as connection:
            return store.all_keys(connection)

    def revoke(self, connection: Connection, id: str, actor: Actor, *, cause: int | None = None) -> Key:
        """End a key and its sessions. Raises ``NotFound``, and ``Conflict`` for the owner's own."""
        key, now = store.key_by_id(connection, id), self._clock.now()
        if key is None:
            raise NotFound("There is no such key.", fix="`hydra keys list` shows them.")
        if id in (ADMIN, self._cli):
            raise Conflict("The owner's own token cannot be revoked.", fix="`hydra token reset` makes another.")
        if key.revoked_at is None:
            store.revoke(connection, id, now)
            sessions.close_of(connection, id)
            self._journal.write(connection, "keys.revoked", actor=actor, subject=key.name, cause=cause)
        return store.key_by_id(connection, id) or key

    def _install(self, connection: Connection, id: str, name: str, token: str, now: datetime) -> None:
        """Give the owner's key another token."""
        key = Key(
            id=id, name=name, kind=KeyKind.PERSON, scopes=("admin",), hint=token[: HINT // 2] + "…",
            created_at=now, created_by="hydra",
        )  # fmt: skip
        store.add_key(connection, key, hashed(token))
        sessions.close_of(connection, id)

    def _cli_token(self) -> str:
        return self._cli_token_file.read_text().strip() if self._cli_token_file.exists() else ""

    def _welcome(self, actor: Actor | None, visit: Visit, refusal: str) -> Actor:
        if actor is not None:
            self._attempts.succeeded(visit.address)
            return actor
        self.failed(visit, refusal)
        raise Unauthenticated(
            refusal, fix="`hydra token link` prints a fresh sign-in link; `hydra token reset` helps if all is lost."
        )

    def may_try(self, place: str) -> None:
        """Raise ``TooMany`` while sign-in from an address, or from everywhere, is paused."""
        self._attempts.check(place)

    def failed(self, visit: Visit, why: str, what: str = "") -> None:
        """A sign-in failed: count it, and tell the journal, never what was typed. ``what`` is the hash of a token."""
        count = self._attempts.failed(visit.address, what)
        if not 0 < count <= ALLOWED:
            return  # tried before, or begun before the pause did
        with suppress(NotReady), self._database.begin() as connection:
            data = {"detail": f"{SAID[visit.by]}: {why}", "way": visit.by.value, "address": visit.address}
            self._journal.write(connection, "sessions.failed", actor=HYDRA, subject=visit.address, data=data)
            if count == ALLOWED:
                self._journal.write(connection, "sessions.paused", actor=HYDRA, subject=visit.address)
