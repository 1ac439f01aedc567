"""Items that were just added, shown without reading them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection

from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.awaited.store import say_awaited
from hydra_lab.kernel.work.model import Hold, Item
from hydra_lab.kernel.work.tables import items


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """An item as it was just written: its row's values, its holds' rows, and what it depends on."""

    row: dict[str, Any]
    holds: list[dict[str, Any]]
    depends_on: list[str]


def fresh_items(connection: Connection, written: Sequence[Fresh], everything: Hold | None) -> dict[str, Item]:
    """Items that were just written, without reading them back."""
    paused = store.pause_holds(connection) if written else []
    unset = dict.fromkeys(items.c.keys())
    found = {}
    holds = [
        [Hold.model_validate({name: hold.get(name) for name in Hold.model_fields}) for hold in one.holds]
        for one in written
    ]
    say_awaited(connection, holds)
    for one, held in zip(written, holds, strict=True):
        row = SimpleNamespace(**{**unset, **one.row})
        found[row.id] = store.item_of(row, held, one.depends_on, [], paused, everything)
    return found
