"""Entries whose item waits because nobody knows which operation does it."""

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store
from hydra_lab.areas.backlog.intake.merge import Known
from hydra_lab.kernel.work import act
from hydra_lab.kernel.work.model import Item


def without_operation(connection: Connection, name: str) -> dict[str, tuple[Known, Item]]:
    """Entries whose item waits and has no operation, by key."""
    known = [one for one in store.known(connection, name) if not one.concluded and not one.planned.get("operation")]
    items = store.items_of(connection, (one.item for one in known))
    return {one.key: (one, items[one.item]) for one in known if one.item in items and waits(items[one.item])}


def waits(item: Item) -> bool:
    """Whether an item waits for an operation."""
    return item.operation is None and item.state in act.WAITING
