"""Looking again at what nobody knew how to do: a newer Hydra may know."""

from dataclasses import replace

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store
from hydra_lab.areas.backlog.classifying import store as readings
from hydra_lab.areas.backlog.classifying.holding import dressed, put
from hydra_lab.areas.backlog.classifying.model import Reading
from hydra_lab.areas.backlog.classifying.offering import Offers
from hydra_lab.areas.backlog.intake.items import is_plan, planned
from hydra_lab.areas.backlog.intake.making import making_of
from hydra_lab.areas.backlog.intake.outline import outlined
from hydra_lab.areas.backlog.intake.report import unread
from hydra_lab.areas.backlog.intake.take_in import placed
from hydra_lab.areas.backlog.intake.unplanned import without_operation
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.areas.backlog.reading.veiled import kept_text
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import Revision
from hydra_lab.kernel.work.model import Item, NewItem


def look_again(ctx: Context) -> None:
    """Plan anew every waiting item that has no operation; where one is known now, it is released to it.

    What a person chose is left alone.
    """
    with ctx.read() as connection:
        names, older = store.names(connection), store.without_outline(connection)
    for name in older:
        outline_again(ctx, name)
    for name in names:
        look_into(ctx, name)


def look_into(ctx: Context, name: str) -> None:
    """Plan anew the items of one backlog."""
    with ctx.read() as connection:
        unknown = without_operation(connection, name)
        document = store.document(connection, name) if unknown else None
    if document is None:
        return
    making = making_of(ctx, name, kept_text(document.text, document.sealed, ctx.services.secrets))
    offers = Offers(ctx, making)
    plans = {entry.key: making.plan(entry) for entry in making.document.entries if entry.key in unknown}
    with ctx.begin() as connection:
        store.take_turn(connection)
        waiting = without_operation(connection, name)
        revisions = []
        for entry in making.document.entries:
            if entry.key in plans and entry.key in waiting:
                known, item = waiting[entry.key]
                new = making.item(entry, plans[entry.key])
                if new.operation:
                    # Only the operation is news: priority and window stay as they are.
                    revisions.append(Revision(id=item.id, new=new, keep=frozenset({"priority", "window"})))
                else:
                    say_why(ctx, connection, item, new, reading_of(connection, offers, entry, item))
                store.put_plan(connection, name, replace(known, planned=planned(entry, plans[entry.key])))
        ctx.services.work.revise(connection, revisions, ctx.actor, ctx.cause)
    ctx.services.work.wake()


def say_why(ctx: Context, connection: Connection, item: Item, new: NewItem, reading: Reading | None) -> None:
    """Hold an item with the words there now are for why no operation is known, and with what a model said."""
    for hold in new.holds:
        if is_plan(hold):
            put(ctx, connection, item, dressed(hold, reading))


def reading_of(connection: Connection, offers: Offers, entry: Entry, item: Item) -> Reading | None:
    """What a model said of the text that an entry has now."""
    found = readings.of_item(connection, item.id)
    return found if found and found.digest == offers.digest(entry, found.model) else None


def outline_again(ctx: Context, name: str) -> None:
    """Keep what pages show of a document that an older Hydra imported."""
    with ctx.read() as connection:
        document = store.document(connection, name)
    if document is None:
        return
    read = parse(document.text)
    entries = {entry.key: entry for entry in read.entries}
    report = {"created": 0, "updated": 0, "unchanged": 0, "cancelled": 0, "kept": 0, "unread": len(read.unread)}
    with ctx.begin() as connection:
        store.take_turn(connection)
        if name not in store.without_outline(connection):
            return  # it was imported again meanwhile
        known = store.known(connection, name)
        rows = [replace(one, **placed(entries[one.key])) if one.key in entries else one for one in known]
        store.put_document(connection, replace(document, outline=outlined(read), report=report))
        store.put_entries(connection, name, rows)
        store.put_lists(connection, store.IMPORTED + name, {"unread": list(unread(read))})
