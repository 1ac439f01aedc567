"""Where an event comes from: which triggers and which strangers set it going, however many steps ago."""

from dataclasses import dataclass

from sqlalchemy import Connection

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.policy.model import ActorKind
from hydra_lab.kernel.work import Item

STRANGERS = (ActorKind.HOOK, ActorKind.AGENT)
PREFIX = "trigger:"
FURTHEST = 100  # steps; what goes back further is taken for a stranger's
DECISIONS = ("triggers.started", "triggers.would_start", "triggers.refused", "triggers.too_many")


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """The triggers an event goes back to, and whether a hook or an agent stands at any of its steps."""

    triggers: frozenset[str]
    from_stranger: bool


def name_of(id: str) -> str:
    """What a trigger's work is signed with."""
    return f"{PREFIX}{id}"


def lineage_of(ctx: Context, connection: Connection, event: Event) -> Lineage:
    """Follow an event back through what caused it and the work it happened in."""
    makers: list[str] = []
    triggers: set[str] = set()
    seen: set[int] = set()
    at: Event | None = event
    while at is not None and at.id not in seen and len(seen) < FURTHEST:
        seen.add(at.id)
        makers.append(f"{at.actor}:{at.actor_name}")
        if at.name in DECISIONS and at.subject:
            triggers.add(at.subject)
        item = item_of(ctx, at.item)
        if item:
            makers.append(item.created_by)
        # What a person did to a trigger's work is caused by the person; the work itself by what started it.
        cause = item.cause if item and item.cause else at.cause
        at = journal.one(connection, cause) if cause else None
    pairs = [maker.partition(":")[::2] for maker in makers]
    triggers |= {name.removeprefix(PREFIX) for _, name in pairs if name.startswith(PREFIX)}
    far = len(seen) >= FURTHEST
    return Lineage(triggers=frozenset(triggers), from_stranger=far or any(kind in STRANGERS for kind, _ in pairs))


def item_of(ctx: Context, id: str | None) -> Item | None:
    """The work an event is about, while it is kept."""
    try:
        return ctx.services.work.get(id) if id else None
    except NotFound:
        return None
