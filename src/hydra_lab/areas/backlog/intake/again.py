"""Looking again at what nobody knew how to do: a newer Hydra may know."""

from dataclasses import replace

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store
from hydra_lab.areas.backlog.intake.items import Making, is_plan, planned
from hydra_lab.areas.backlog.intake.making import making_of
from hydra_lab.areas.backlog.intake.merge import Known, work_of
from hydra_lab.areas.backlog.intake.revise import revise
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import act
from hydra_lab.kernel.work import store as work
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.model import HoldKind


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
        unknown = {known.key: known for known in store.known(connection, name) if waits_for_a_plan(connection, known)}
        document = store.document(connection, name) if unknown else None
    if document is None:
        return
    making = making_of(ctx, name, parse(document.text))
    wanted = [entry for entry in making.document.entries if entry.key in unknown]
    with ctx.begin() as connection:
        store.take_turn(connection)
        for entry in wanted:
            if waits_for_a_plan(connection, unknown[entry.key]):
                settle(ctx, connection, making, entry, unknown[entry.key])
    ctx.services.work.wake()


def waits_for_a_plan(connection: Connection, known: Known) -> bool:
    """Whether an entry's item waits and has no operation."""
    if known.concluded or known.planned.get("operation"):
        return False
    row = work.row_of(connection, known.item)
    return row is not None and row.operation is None and row.state in act.WAITING


def settle(ctx: Context, connection: Connection, making: Making, entry: Entry, known: Known) -> None:
    """Give an item the plan there is now: an operation, or the reason why there still is none."""
    made = making.plan(entry)
    new = making.item(entry, made)
    now = planned(entry, made)
    if work_of(now) != work_of(known.planned):
        # Only the operation is news: priority and window are as the document said before.
        revise(ctx, connection, known.item, new, known.planned, now)
    else:
        changes.drop_holds(connection, [known.item], HoldKind.PLAN)
        at = ctx.services.clock.now()
        for hold in (one for one in new.holds if is_plan(one)):
            changes.put_hold(connection, known.item, hold, at)
    store.put_plan(connection, making.backlog, replace(known, planned=now))
