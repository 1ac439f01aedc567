"""Somebody as an identity provider or a proxy names them, and what they may do here."""

from dataclasses import dataclass

from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.settings.entry import Grants

ANYBODY = "*"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A person whom somebody else vouches for. ``email`` is empty where nobody has verified it."""

    subject: str
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """What they are called in the journal and on the pages."""
        return self.name or self.email or self.subject


def scopes_of(identity: Identity, grants: Grants) -> frozenset[str]:
    """The scopes that somebody is granted; none where no line names them."""
    named = {"admin": grants.admin, "approve": grants.approve, "write": grants.write, "read": grants.read}
    return frozenset(scope for scope, lines in named.items() if any(means(line, identity) for line in lines))


def means(line: str, identity: Identity) -> bool:
    """Whether a line of the grants means somebody: an address, a user name, ``group:``, ``sub:``, or everybody."""
    kind, _, value = line.partition(":")
    if line == ANYBODY:
        return True
    if value and kind == "group":
        return value in identity.groups
    if value and kind == "sub":
        return value == identity.subject
    if "@" in line:
        return bool(identity.email) and line.casefold() == identity.email.casefold()
    return line == identity.name


def actor_of(identity: Identity, scopes: frozenset[str], way: str) -> Actor:
    """The person behind an identity. Names of Hydra's own are left to those who have them."""
    name = identity.called
    own = name in ("owner", "cli", "hydra") or name.startswith("cli@")
    return Actor(kind=ActorKind.PERSON, name=f"{name} ({way})" if own else name, scopes=scopes)
