"""The page of GPU memory: every card with who holds it, the models that may go or stay, and the rules of idleness."""

from typing import Any

from hydra_lab.areas.broker.unloading import UNLOAD, can_unload
from hydra_lab.areas.broker.views import CardView, LeaseView, Ledger
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.capabilities import ModelBackend
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work.due.store import held_only_by
from hydra_lab.kernel.work.model import HoldKind


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every card with its account, all leases, and the rules."""
    found: Ledger = ctx.call("gpus.ledger")
    with ctx.read() as connection:
        waiting = held_only_by(connection, HoldKind.RESOURCE)
    placed: dict[str, tuple[LeaseView, list[tuple[str, float | None]]]] = {}
    for card in found.cards:
        for lease in card.leases:
            placed.setdefault(lease.holder, (lease, []))[1].append((card.label, lease.gib))
    held = [(lease, where, total(where)) for lease, where in placed.values()]
    held += [(lease, [], lease.gib) for lease in found.elsewhere]
    return {
        "cards": [(card, segments(card), words(card)) for card in found.cards],
        "held": sorted(held, key=lambda one: (one[0].kind, one[0].title)),
        "waiting": waiting,
        "rules": ctx.call("gpus.idle_rules").rules,
        "can_unload": can_unload(ctx),
        "unload": UNLOAD,
        "connected": bool(ctx.services.integrations.capabilities(ModelBackend)),
    }


def total(where: list[tuple[str, float | None]]) -> float | None:
    """What a lease holds on all its cards."""
    known = [gib for _, gib in where if gib is not None]
    return sum(known) if len(known) == len(where) else None


def segments(card: CardView) -> list[tuple[float, str]]:
    """A card's bar in percent: who holds what, what nobody explains, and what is still to come."""
    if not card.total_gib or card.used_gib is None or card.why_unknown:
        return []
    parts = [(lease.gib or 0.0, "ab"[number % 2]) for number, lease in enumerate(card.leases)]
    left, drawn = card.used_gib - (card.unexplained_gib or 0.0), []
    for gib, look in parts:  # what is to come is in no measurement: it is drawn behind
        shown = min(gib, max(0.0, left))
        drawn.append((shown, look))
        left -= shown
    drawn += [(card.unexplained_gib or 0.0, ""), (card.coming_gib, "r")]
    room, found = card.total_gib, []
    for gib, look in drawn:
        size = min(gib, room)
        room -= size
        if size > 0:
            found.append((round(100 * size / card.total_gib, 2), look))
    return found


def words(card: CardView) -> str:
    """What a card's bar shows."""
    parts = [f"{told(lease)} {lease.gib:.1f}" for lease in card.leases if lease.gib]
    if card.unexplained_gib:
        parts.append(f"not explained {card.unexplained_gib:.1f}")
    if card.coming_gib:
        parts.append(f"{card.coming_gib:.1f} still to come")
    return ", ".join(parts) or "nobody holds anything"


def told(lease: LeaseView) -> str:
    """A lease's name where there is little room."""
    return lease.model or f"“{lease.title}”"


PAGES = (
    Page(path="/gpus", title="GPU memory", template="memory.html", load=load, nav=("Lab", 12, "cpu", "GPU memory")),
)
