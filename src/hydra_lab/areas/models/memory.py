"""How much memory a server's cards have free, as it is measured, and waiting for it to be given back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from hydra_lab.areas.models.model import gib
from hydra_lab.kernel.capabilities import Gpu, GpuHost, LoadedModel, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Refused
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.gpus.model import Card

PATIENCE_S = 30.0
PAUSE_S = 0.5
NEARLY, SLACK_GIB = 0.9, 0.1  # what a server says it holds and what its card measures are not quite the same


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The memory of a server's cards together."""

    free_gib: float
    total_gib: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Freed:
    """What came free when models were unloaded. ``how`` is ``measured``, ``told`` by the server, or ``unknown``."""

    how: Literal["measured", "told", "unknown"]
    gib: float | None = None
    free_gib: float | None = None


def figures(ctx: Context, one: ModelServer) -> Figures | None:
    """What is measured now; ``None`` where the server's node is not told, or its cards cannot be measured."""
    if one.node is None:
        return None
    try:
        cards = ctx.capability(GpuHost).gpus(one.node)
    except HydraError:
        return None
    found = [card for card in cards if not one.gpus or card.index in one.gpus]
    if not found or len(found) < len(one.gpus):
        return None
    used = [card.memory_used_gib for card in found if card.memory_used_gib is not None]
    total = [card.memory_total_gib for card in found if card.memory_total_gib is not None]
    if len(used) < len(found) or len(total) < len(found):
        return None
    in_ledger(ctx, one.node, cards)
    return Figures(free_gib=sum(total) - sum(used), total_gib=sum(total), source=found[0].source)


def in_ledger(ctx: Context, node: str, cards: Sequence[Gpu]) -> None:
    """Keep in the ledger what was measured just now, where it was measured of every card of a node."""
    found = [
        Card(node=node, index=one.index, uuid=one.uuid, name=one.name, total_gib=one.memory_total_gib,
             used_gib=one.memory_used_gib, at=one.at)
        for one in cards
    ]  # fmt: skip
    if all(one.used_gib is not None and one.total_gib is not None for one in found):
        with ctx.begin() as connection:
            ledger.measured(connection, node, found)


def held(loaded: tuple[LoadedModel, ...], learned: dict[str, float]) -> float | None:
    """What some models hold, by their server or as it was measured before; ``None`` where that is not known of all."""
    each = [learned.get(one.name) if one.gpu_bytes is None else gib(one.gpu_bytes) for one in loaded]
    known = [one for one in each if one is not None]
    return sum(known) if len(known) == len(each) else None


def freed(
    ctx: Context, one: ModelServer, before: Figures | None, *, holding: float | None, need: float | None
) -> Freed:  # fmt: skip
    """Wait until memory is seen to be free again: what was held, or what is needed.

    Raises ``Refused`` where what is needed does not come free.
    """
    if before is None:
        return Freed(how="unknown" if one.loaded() is None else "told")
    deadline, last = time.monotonic() + PATIENCE_S, before
    while (now := figures(ctx, one)) is not None:
        gained = now.free_gib - before.free_gib
        found = Freed(how="measured", gib=round(max(gained, 0.0), 3), free_gib=round(now.free_gib, 3))
        steady = now is not before and abs(now.free_gib - last.free_gib) < SLACK_GIB
        back = steady if holding is None else gained >= holding * NEARLY - SLACK_GIB
        enough = need is None or now.free_gib >= need
        if back and enough:
            return found
        if time.monotonic() > deadline:
            if need is not None and not enough:
                raise Refused(
                    f"Only {now.free_gib:.1f} GiB came free, and about {need:.1f} GiB are needed.",
                    fix="Something else holds the rest: `hydra gpus list` shows the cards.",
                )
            return found
        ctx.check_cancelled()
        last = now
        time.sleep(PAUSE_S)
    return Freed(how="unknown")
