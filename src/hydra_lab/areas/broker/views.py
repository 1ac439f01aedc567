"""Accounts and leases as they are told; what nobody knows is null."""

from pydantic import AwareDatetime, Field

from hydra_lab.kernel.gpus.account import Account, part
from hydra_lab.kernel.gpus.model import Lease
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.work.model import Rank


class LeaseView(Output):
    """Who holds memory, or is about to."""

    holder: str
    kind: str = Field(description="model or work")
    title: str
    gib: float | None = Field(description="What it holds on this card, or will")
    measured: bool = Field(description="Whether its holder says that it has so much; else it is what was asked for")
    coming: bool = Field(description="Whether it does not have all of it yet")
    server: str | None
    model: str | None
    item: str | None
    priority: str
    pinned: bool
    in_use: bool
    may_go: bool = Field(description="Whether it would be unloaded for work that needs its memory")
    since: AwareDatetime
    used_at: AwareDatetime | None
    reload_s: float | None = Field(description="How long getting it back took before")


class CardView(Output):
    """One card's account, in GiB."""

    node: str
    index: int
    uuid: str
    name: str | None
    label: str
    total_gib: float | None
    used_gib: float | None = Field(description="As measured, by whomever")
    at: AwareDatetime | None = Field(description="When it was measured")
    leased_gib: float
    coming_gib: float = Field(description="The part of what is leased that the measurement does not show yet")
    unexplained_gib: float | None = Field(description="What is used, and nobody has a lease for")
    missing_gib: float | None = Field(description="What servers say they hold, and nobody measures")
    free_gib: float | None = Field(description="What may still be promised")
    why_unknown: str | None
    leases: list[LeaseView]


class Ledger(Output):
    """Every card with its leases, and the leases of which nobody said where they are."""

    cards: list[CardView]
    elsewhere: list[LeaseView]


def lease_view(one: Lease, now: AwareDatetime, *, on_card: bool = True) -> LeaseView:
    """A lease as it is told."""
    amount = one.amount_gib
    return LeaseView(
        holder=one.holder, kind=one.kind.value, title=one.title,
        gib=None if amount is None else round(part(one) if on_card else amount, 3),
        measured=one.measured_gib is not None, coming=one.settled_at is None and one.server is not None,
        server=one.server, model=one.model, item=one.item, priority=Rank(one.priority).name.lower(),
        pinned=one.pinned, in_use=one.item is not None or one.is_busy(now), may_go=one.may_go(now),
        since=one.taken_at, used_at=one.used_at, reload_s=one.reload_s,
    )  # fmt: skip


def card_view(one: Account, now: AwareDatetime) -> CardView:
    """A card's account as it is told."""
    card = one.card
    return CardView(
        node=card.node, index=card.index, uuid=card.uuid, name=card.name, label=card.label,
        total_gib=rounded(card.total_gib), used_gib=rounded(card.used_gib), at=card.at,
        leased_gib=round(one.leased_gib, 3), coming_gib=round(one.coming_gib, 3),
        unexplained_gib=rounded(one.unexplained_gib), missing_gib=rounded(one.missing_gib),
        free_gib=rounded(one.free_gib), why_unknown=one.why_unknown,
        leases=[lease_view(lease, now) for lease in one.leases if lease.is_on(card)],
    )  # fmt: skip


def rounded(amount: float | None) -> float | None:
    """An amount without what no measurement tells."""
    return None if amount is None else round(amount, 3)
