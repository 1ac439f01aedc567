"""A card's account: what was measured against what is leased, what of it nobody explains, and what may be promised.

Two things hold whatever happens: no more is promised than was measured to be free, and memory that a lease already
shows in the measurement is not reserved a second time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hydra_lab.kernel.gpus.model import LEAST_GIB, Card, Lease, here


@dataclass(frozen=True, kw_only=True)
class Account:
    """One card's books. ``leased_gib`` is what its leases hold or will; ``coming_gib`` the part of that which the
    measurement does not show yet; ``unexplained_gib`` what is used and nobody has a lease for; ``free_gib`` what may
    be promised, ``None`` with the reason in ``why_unknown``. ``missing_gib`` is leased and settled, but not there.
    """

    card: Card
    leases: tuple[Lease, ...]
    leased_gib: float
    coming_gib: float
    unexplained_gib: float | None
    missing_gib: float | None
    free_gib: float | None
    why_unknown: str | None = None


def account(card: Card, leases: Sequence[Lease], now: datetime) -> Account:
    """A card's account.

    What a lease that still grows shows already cannot be told from what other programs take: growth since it was taken
    counts as its own, up to what it asked for.
    """
    mine = here(leases, card)
    settled = [one for one in mine if not grows(one, card)]
    growing = [one for one in mine if grows(one, card)]
    held = sum(part(one) for one in settled if one.is_on(card))
    asked = sum(part(one) for one in growing)
    coming, unexplained, missing = asked, None, None
    if card.used_gib is not None:
        rest = card.used_gib - held
        shown = min(asked, max(0.0, rest - base_of(growing, rest)))
        coming = asked - shown
        unexplained, missing = noticeable(rest - shown), noticeable(-rest)
    why = why_unknown(card, growing, now)
    free = None
    if why is None and card.total_gib is not None and card.used_gib is not None:
        free = max(0.0, card.total_gib - card.used_gib - coming)
    return Account(
        card=card, leases=tuple(mine), leased_gib=held + asked, coming_gib=coming, unexplained_gib=unexplained,
        missing_gib=missing, free_gib=free, why_unknown=why,
    )  # fmt: skip


def accounts(cards: Sequence[Card], leases: Sequence[Lease], now: datetime) -> list[Account]:
    """Every card's account, by node and number."""
    return [account(one, leases, now) for one in sorted(cards, key=lambda one: (one.node, one.index))]


def grows(lease: Lease, card: Card) -> bool:
    """Whether the measurement may not show all of a lease yet."""
    return lease.settled_at is None or card.at is None or card.at < lease.settled_at


def part(lease: Lease) -> float:
    """What of a lease lies on one card."""
    return lease.share_gib(lease.amount_gib or 0.0)


def base_of(growing: Sequence[Lease], rest: float) -> float:
    """What was on the card apart from leases before any of these was taken; the most that any of them saw."""
    known = [one.base_gib for one in growing if one.base_gib is not None]
    return max(known) if known else max(0.0, rest)


def noticeable(amount: float) -> float:
    """An amount, but for what is only a rounding."""
    return amount if amount >= LEAST_GIB else 0.0


def why_unknown(card: Card, growing: Sequence[Lease], now: datetime) -> str | None:
    """Why nobody knows what is free on a card."""
    if card.total_gib is None or card.used_gib is None or card.at is None:
        return "its memory is not measured"
    if not card.is_fresh(now):
        return f"it was last measured {int((now - card.at).total_seconds() // 60)} minutes ago"
    unsized = next((one for one in growing if one.amount_gib is None), None)
    return f"nobody knows how much {unsized.title} will take" if unsized else None
