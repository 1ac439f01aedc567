"""GPU memory for work: its leases when it is claimed, or the hold that says how much is free and who has the rest."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.gpus import store as gpus
from hydra_lab.kernel.gpus.account import Account, part
from hydra_lab.kernel.gpus.placing import Answer, Place, place_of
from hydra_lab.kernel.work.model import HoldKind, NewHold

LOOK_AGAIN = timedelta(seconds=3)
MOST_NAMED = 3  # holders that a hold names; the rest is counted


def holds(
    connection: Connection,
    row: Row[Any],
    wanted: Mapping[str, float],
    now: datetime,
    *,
    claiming: bool,
) -> list[NewHold]:
    """A hold for each of an item's wants of GPU memory that is not to be had now.

    With ``claiming`` what is to be had is taken for the item's next attempt, all of it or none.
    """
    places = {name: place for name in wanted if (place := place_of(name, row.lane))}
    if places and claiming:
        gpus.one_at_a_time(connection)
    found: list[NewHold] = []
    for name, place in places.items():
        answer = ledger.ask(connection, place, wanted[name], now, priority=row.priority)
        if not answer.fits:
            found.append(hold(name, place, wanted[name], answer, now + LOOK_AGAIN))
        elif claiming and answer.best:
            ledger.take(
                connection, row.id, row.attempt + 1, name, answer.best.card, wanted[name], now, title=row.title,
                priority=row.priority,
            )  # fmt: skip
    if found and claiming:
        ledger.give_back(connection, row.id)
    return found


def hold(name: str, place: Place, gib: float, answer: Answer, look_again: datetime) -> NewHold:
    """Why there is not enough, with the figures, and what would help."""
    return NewHold(
        kind=HoldKind.RESOURCE, ref=name, due=look_again, unblock=help_of(gib, answer),
        detail=f"Needs {gib:g} GiB of GPU memory; {said(place, answer)}.",
        data={"gib": gib, "evict": [one.holder for one in answer.evict]},
    )  # fmt: skip


def said(place: Place, answer: Answer) -> str:
    """How it is with the card that came nearest."""
    one = answer.best
    if one is None:
        there = " of any node" if place.node is None else f" of {place.node}"
        return f"no card{there} is known" if place.index is None else f"GPU {place.index} of {place.node} is not known"
    if one.free_gib is None:
        return f"nobody knows what is free on {one.card.label}: {one.why_unknown}"
    return f"{one.card.label} has {one.free_gib:.1f} of {one.card.total_gib:.1f} GiB free{whose(one)}"


def whose(one: Account) -> str:
    """Who has the rest of a card."""
    shares = [(part(lease), lease.title) for lease in one.leases if part(lease) > 0]
    if one.unexplained_gib:
        shares.append((one.unexplained_gib, "what has no lease"))
    shares.sort(reverse=True)
    words = [f"{title} {gib:.1f} GiB" for gib, title in shares[:MOST_NAMED]]
    more = len(shares) - MOST_NAMED
    words += [f"{more} more {sum(gib for gib, _ in shares[MOST_NAMED:]):.1f} GiB"] if more > 0 else []
    return f": {', '.join(words)}" if words else ""


def help_of(gib: float, answer: Answer) -> str:
    """What would release it."""
    if answer.best is None:
        return "Add the node with the card; `hydra gpus list` shows those that are known."
    if answer.evict:
        return f"{', '.join(one.title for one in answer.evict)} is idle and is unloaded for it."
    if answer.best.free_gib is None:
        return "The card is measured again; `hydra nodes list` shows whether its node answers."
    total = answer.best.card.total_gib or 0.0
    return "A card with more memory: this one is too small." if total < gib else "Enough is measured to be free."
