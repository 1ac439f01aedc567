"""Who calls, what policy answers, and in which mode Hydra is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class ActorKind(StrEnum):
    """Kinds of callers. ``backlog`` is an imported document; ``hydra`` only signs journal entries, it never calls."""

    PERSON = "person"
    AGENT = "agent"
    HOOK = "hook"
    SCHEDULE = "schedule"
    BACKLOG = "backlog"
    HYDRA = "hydra"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A caller, as its credential says: never as the request says."""

    kind: ActorKind
    name: str
    scopes: frozenset[str] = field(default_factory=frozenset)

    def may(self, scope: str) -> bool:
        """Whether the credential carries a scope.

        ``admin`` carries all, ``approve`` and ``write`` carry ``read``, and ``write`` carries ``models``.
        """
        if "admin" in self.scopes or scope in self.scopes:
            return True
        if scope == "models":
            return "write" in self.scopes
        return scope == "read" and bool(self.scopes & {"write", "approve"})


HYDRA = Actor(kind=ActorKind.HYDRA, name="hydra")


class Verdict(StrEnum):
    """What policy answers."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """An answer of policy: which rule spoke, why, and for ``ask`` when it lapses and what then applies."""

    verdict: Verdict
    rule: str
    reason: str
    lapse: timedelta = timedelta(days=3)
    default_yes: bool = False


class Mode(StrEnum):
    """How much Hydra may do alone."""

    AUTONOMOUS = "autonomous"
    SUPERVISED = "supervised"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class ModeState:
    """The mode in force; after ``until`` it is autonomous again. ``by`` is who set it, e.g. ``person:owner``."""

    mode: Mode = Mode.AUTONOMOUS
    since: datetime | None = None
    until: datetime | None = None
    reason: str | None = None
    by: str | None = None
