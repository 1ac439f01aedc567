"""Looking again at what nobody knew how to do: a newer Hydra may know."""

from dataclasses import replace

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store
from hydra_lab.areas.backlog.intake.items import is_plan, planned
from hydra_lab.areas.backlog.intake.making import making_of
from hydra_lab.areas.backlog.intake.merge import Known
from hydra_lab.areas.backlog.intake.revise import revise
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import act
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.model import HoldKind, Item, NewItem


def look_again(ctx: Context) -> None:
    """Plan anew every waiting item that has no operation; where one is known now, it is released to it.

    What a person chose is left alone.
    """
    with ctx.read() as connection:
        names = store.names(connection)
    for name in names:
        look_into(ctx, name)


def look_into(ctx: Context, name: str) -> None:
    """Plan anew the items of one backlog."""
    with ctx.read() as connection:
        unknown = without_operation(connection, name)
        document = store.document(connection, name) if unknown else None
    if document is None:
        return
    making = making_of(ctx, name, parse(document.text))
    plans = {entry.key: making.plan(entry) for entry in making.document.entries if entry.key in unknown}
    with ctx.begin() as connection:
        store.take_turn(connection)
        waiting = without_operation(connection, name)
        for entry in making.document.entries:
            if entry.key in plans and entry.key in waiting:
                known, item = waiting[entry.key]
                settle(ctx, connection, known, item, making.item(entry, plans[entry.key]))
                store.put_plan(connection, name, replace(known, planned=planned(entry, plans[entry.key])))
    ctx.services.work.wake()


def without_operation(connection: Connection, name: str) -> dict[str, tuple[Known, Item]]:
    """Entries whose item waits and has no operation, by key."""
    known = [one for one in store.known(connection, name) if not one.concluded and not one.planned.get("operation")]
    items = store.items_of(connection, (one.item for one in known))
    return {
        one.key: (one, items[one.item])
        for one in known
        if one.item in items and items[one.item].operation is None and items[one.item].state in act.WAITING
    }


def settle(ctx: Context, connection: Connection, known: Known, item: Item, new: NewItem) -> None:
    """Give an item the operation that is known now, or the words there now are for why none is.

    Only the operation is news: priority and window stay as they are.
    """
    if new.operation:
        revise(ctx, connection, item.id, new, known.planned, {**known.planned, "operation": new.operation})
        return
    said = {(hold.detail, hold.unblock) for hold in item.holds if hold.kind is HoldKind.PLAN}
    for hold in new.holds:
        if is_plan(hold) and (hold.detail, hold.unblock) not in said:
            changes.drop_holds(connection, [item.id], HoldKind.PLAN)
            changes.put_hold(connection, item.id, hold, ctx.services.clock.now())
