"""What somebody could have on some cards once certain models are gone, without what others hold or were promised."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hydra_lab.kernel.gpus.account import Account, account, grows, part
from hydra_lab.kernel.gpus.model import Card, Lease, here

MOST_NAMED = 3  # holders that are named; the rest is counted


@dataclass(frozen=True, kw_only=True)
class Room:
    """``gib`` is the most that is to be had, ``None`` where nobody can say; ``free_gib`` what of it is free now,
    ``frees_gib`` what comes free. ``stays`` says who keeps how much.
    """

    gib: float | None
    free_gib: float | None
    frees_gib: float | None
    total_gib: float | None
    stays: tuple[tuple[str, float], ...] = ()

    @property
    def rest(self) -> str:
        """Who keeps the rest, as words; empty where nobody is known to."""
        words = [f"{title} {gib:.1f} GiB" for title, gib in self.stays[:MOST_NAMED]]
        more = self.stays[MOST_NAMED:]
        words += [f"{len(more)} more {sum(gib for _, gib in more):.1f} GiB"] if more else []
        return ", ".join(words)


def room(cards: Sequence[Card], leases: Sequence[Lease], goes: Collection[str], now: datetime) -> Room:
    """The room on all these cards together once the holders ``goes`` are gone."""
    if not cards:
        return Room(gib=None, free_gib=None, frees_gib=None, total_gib=None)
    going = [one for one in leases if one.holder in goes and one.settled_at is not None]
    stay = [one for one in leases if one.holder not in goes]
    after = [account(without(card, going), stay, now) for card in cards]
    free = summed([one.free_gib for one in (account(card, leases, now) for card in cards)])
    frees = summed([one.amount_gib for one in going])
    total = summed([card.total_gib for card in cards])
    # What was promised is never to be had, measured or not.
    left = None if total is None else total - sum(part(one) for card in cards for one in on(card, stay))
    known = left if frees is None else summed([one.free_gib for one in after])
    if known is not None and frees is not None:
        known += sum(one.amount_gib or 0.0 for one in going if not one.gpus)
    amounts = [one for one in (known, left) if one is not None]
    return Room(
        gib=max(0.0, min(amounts)) if amounts else None, free_gib=free, frees_gib=frees, total_gib=total,
        stays=keepers(after),
    )  # fmt: skip


def without(card: Card, going: Sequence[Lease]) -> Card:
    """A card as it would measure once some of its leases are gone."""
    if card.used_gib is None:
        return card
    shown = sum(part(one) for one in going if one.is_on(card) and not grows(one, card))
    return replace(card, used_gib=max(0.0, card.used_gib - shown))


def on(card: Card, leases: Sequence[Lease]) -> list[Lease]:
    """The leases that are known to lie on a card."""
    return [one for one in here(leases, card) if one.is_on(card)]


def keepers(found: Sequence[Account]) -> tuple[tuple[str, float], ...]:
    """Who keeps how much of some cards, the largest first."""
    held: dict[str, float] = {}
    for one in found:
        shares = [(lease.title, part(lease)) for lease in on(one.card, one.leases)]
        for title, gib in [*shares, ("what has no lease", one.unexplained_gib or 0.0)]:
            held[title] = held.get(title, 0.0) + gib
    return tuple(sorted(((title, gib) for title, gib in held.items() if gib > 0), key=lambda each: -each[1]))


def summed(amounts: Sequence[float | None]) -> float | None:
    """A sum, ``None`` where one of them is not known."""
    known = [one for one in amounts if one is not None]
    return sum(known) if len(known) == len(amounts) else None
