"""Changing work that has not begun, because its document changed."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from hydra_lab.areas.backlog.intake.items import is_plan
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.policy.model import Decision
from hydra_lab.kernel.work import act
from hydra_lab.kernel.work.add import Admitted, admit, hash_of, question, row_for
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.finish import tell_dependents
from hydra_lab.kernel.work.model import HoldKind, NewItem, State
from hydra_lab.kernel.work.store import row_of

# What an edited document may change. A pause, a retry and a dependency are not the document's.
COLUMNS = (
    "title", "operation", "input", "input_hash", "section", "tier", "tier_rank", "phase", "phase_rank", "priority",
    "effort_minutes", "impact", "lane", "window", "origin",
)  # fmt: skip
REPLACED = (HoldKind.PLAN, HoldKind.APPROVAL, HoldKind.REQUIREMENT, HoldKind.WINDOW)


def revise(
    ctx: Context, connection: Connection, id: str, new: NewItem, before: dict[str, Any], now: dict[str, Any]
) -> bool:
    """Bring a waiting item in line with its edited entry.

    ``before`` and ``now`` are what was planned for the entry then and now. What the edit did not touch (the operation
    somebody chose, a priority somebody set, a window somebody dropped) stays as it is on the item. An approval that
    was given for the same operation and input still counts. ``False`` when it does not wait any more.
    """
    services = ctx.services
    row = act.found(connection, id)
    if row.state not in act.WAITING:
        return False
    admitted = admit(services, connection, id, untouched(row, new, before, now), set())
    ask = admitted.ask if admitted.ask and not approved(connection, admitted) else None
    holds = [hold for hold in admitted.holds if ask or hold.kind is not HoldKind.APPROVAL]
    at = services.clock.now()
    fresh = row_for(services, admitted, at)
    values = {name: fresh[name] for name in COLUMNS if name not in kept_columns(before, now)}
    if holds or row.state != State.QUEUED:
        values |= {"state": State.HELD, "ready_at": None}
    changes.change(connection, id, values, from_=act.WAITING)
    for kind in REPLACED:
        changes.drop_holds(connection, [id], kind)
    changes.insert_holds(connection, [changes.hold_row(id, hold, at) for hold in holds])
    approvals.withdraw(connection, id, at)
    if ask:
        put_question(ctx, connection, admitted, ask)
    changes.release_unheld(connection, [id], at)
    act.note(services, connection, "items.revised", ctx.actor, row, ctx.cause)
    return True


def untouched(row: Row[Any], new: NewItem, before: dict[str, Any], now: dict[str, Any]) -> NewItem:
    """The new item with what the edit did not change taken from the row."""
    if "window" in kept_columns(before, now):
        new = replace(new, window=row.window)
    if row.operation is not None and "operation" in kept_columns(before, now):
        holds = tuple(hold for hold in new.holds if not is_plan(hold))
        new = replace(new, operation=row.operation, input=row.input, holds=holds, confirmed=row.confirmed)
    return replace(new, lane=new.lane or (row.lane if new.operation is None else None))


def kept_columns(before: dict[str, Any], now: dict[str, Any]) -> set[str]:
    """Columns that the document leaves alone, because what it says about them is what it said before."""
    kept = {name for name in ("priority", "window") if before.get(name) == now.get(name)}
    if (before.get("operation"), before.get("input")) == (now.get("operation"), now.get("input")):
        kept |= {"operation", "input", "input_hash", "lane"}
    return kept


def approved(connection: Connection, admitted: Admitted) -> bool:
    """Whether a person said yes to just this before."""
    operation = admitted.new.operation or ""
    return approvals.granted(connection, admitted.id, operation, hash_of(admitted.new.operation, admitted.new.input))


def put_question(ctx: Context, connection: Connection, admitted: Admitted, ask: Decision) -> None:
    """Ask a person anew."""
    approvals.ask(connection, [question(ctx.services, admitted, ask, ctx.services.clock.now())])
    ctx.services.journal.write(
        connection, "approvals.asked", actor=admitted.new.actor, item=admitted.id, subject=admitted.new.title,
        data={"operation": admitted.new.operation, "rule": ask.rule, "reason": ask.reason},
    )  # fmt: skip


def cancel(ctx: Context, connection: Connection, id: str) -> bool:
    """Cancel an item that waits; ``False`` for one that does not, which is left to itself."""
    row = row_of(connection, id, lock=True)
    if row is None or row.state not in act.WAITING:
        return False
    act.cancel(ctx.services, connection, id, ctx.actor, ctx.cause)
    return True


def conclude(ctx: Context, connection: Connection, id: str, result: dict[str, Any]) -> None:
    """A waiting item is done because its document now says so; it never runs."""
    row = act.found(connection, id)
    at = ctx.services.clock.now()
    values = {"state": State.DONE, "result": result, "finished_at": at, "ready_at": None}
    if changes.change(connection, id, values, from_=act.WAITING):
        changes.drop_holds(connection, [id])
        approvals.withdraw(connection, id, at)
        act.note(ctx.services, connection, "items.concluded", ctx.actor, row, ctx.cause, source="document")
        tell_dependents(ctx.services, connection, id, State.DONE, at)
