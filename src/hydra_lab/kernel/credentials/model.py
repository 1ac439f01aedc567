"""Who may come in: API keys, and what is known of each."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hydra_lab.kernel.policy.model import Actor, ActorKind

SCOPES = ("models", "read", "write", "approve", "admin")


class KeyKind(StrEnum):
    """Who holds a key: a person, or an agent whose changes ask first."""

    PERSON = "person"
    AGENT = "agent"


@dataclass(frozen=True, kw_only=True)
class Key:
    """A credential as it is listed: its token is shown once and kept only as a hash."""

    id: str
    name: str
    kind: KeyKind
    scopes: tuple[str, ...]
    hint: str  # the token's first characters, to tell keys apart
    created_at: datetime
    created_by: str
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        """Whom a bearer of this key is."""
        return Actor(kind=ActorKind(self.kind.value), name=self.name, scopes=frozenset(self.scopes))

    def good(self, now: datetime) -> bool:
        """Whether the key still opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class By(StrEnum):
    """The ways in for people."""

    TOKEN = "token"  # noqa: S105 - the name of a way in
    LINK = "link"
    OIDC = "oidc"
    PROXY = "proxy"
    API = "api"


SAID = {
    By.TOKEN: "with a token", By.LINK: "by a sign-in link", By.OIDC: "by single sign-on",
    By.PROXY: "by the reverse proxy", By.API: "by a program's token",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Visit:
    """How somebody comes in: by what way, from which address, with which browser."""

    by: By
    address: str = ""
    agent: str = ""


@dataclass(frozen=True, kw_only=True)
class Session:
    """An open session as it is listed: its cookie is known to the browser alone."""

    id: str
    name: str
    by: By | None
    address: str | None
    agent: str | None
    created_at: datetime
    seen_at: datetime | None
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignedIn(Actor):
    """A person in a session of their own; ``session`` is its id, as sessions are listed."""

    session: str = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """A key just made, with the token that is never shown again."""

    key: Key
    token: str
