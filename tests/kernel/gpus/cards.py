"""Cards and leases as the tests of the GPU ledger make them."""

from datetime import datetime, timedelta
from typing import Any

from hydra_lab.kernel.gpus.model import Card, Lease, LeaseKind
from tests.lab import NOON


def card(*, used: float | None = 0.0, total: float | None = 24.0, index: int = 0, at: datetime = NOON) -> Card:
    """A card of the node “tower”."""
    return Card(node="tower", index=index, uuid=f"GPU-{index}", total_gib=total, used_gib=used, at=at)


def model(name: str, gib: float, *, gpus: tuple[int, ...] = (0,), **options: Any) -> Lease:
    """A model that was loaded an hour ago and is idle since."""
    then = NOON - timedelta(hours=1)
    given: dict[str, Any] = {"measured_gib": gib, "taken_at": then, "settled_at": then, "movable": True} | options
    return Lease(
        holder=f"model:ollama/{name}", kind=LeaseKind.MODEL, title=name, node="tower", gpus=gpus, server="ollama",
        model=name, **given,
    )  # fmt: skip


def work(name: str, gib: float, *, base: float = 0.0, gpus: tuple[int, ...] = (0,)) -> Lease:
    """Work that was just claimed."""
    return Lease(
        holder=f"work:{name}", kind=LeaseKind.WORK, title=name, node="tower", gpus=gpus, estimated_gib=gib,
        base_gib=base, taken_at=NOON, item=name, attempt=1,
    )  # fmt: skip
