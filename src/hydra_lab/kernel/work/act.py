"""What a person does to work: approve, reject, pause, resume, cancel, retry, choose an operation, change its order."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.policy.model import Actor, Decision, Verdict
from hydra_lab.kernel.secrets.sealed import refuse_sealed
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.add import (
    DOCUMENT_ASKS,
    approval_hold,
    dependency_holds,
    hash_of,
    judged,
    requirement_holds,
    time_holds,
)
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.approvals.store import Approval
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.finish import ask_again, tell_dependents
from hydra_lab.kernel.work.model import HoldKind, NewHold, NewItem, Priority, State
from hydra_lab.kernel.work.ordering import priority_rank

WAITING = (State.HELD, State.QUEUED)


def found(connection: Connection, id: str) -> Row[Any]:
    """The row of an item, locked. Raises ``NotFound``."""
    row = store.row_of(connection, id, lock=True)
    if row is None:
        raise NotFound(f"There is no work item {id}.", fix="`hydra queue list` shows the items there are.")
    return row


def refuse_unless(row: Row[Any], states: tuple[State, ...], verb: str) -> None:
    """Raise ``Conflict`` when an item's state does not allow an action."""
    if row.state not in states:
        raise Conflict(f"{row.title} is {row.state}; it cannot be {verb}.", fix=instead(row))


def instead(row: Row[Any]) -> str:
    """What can be done with an item as it is."""
    match State(row.state):
        case State.HELD | State.QUEUED:
            return f"It has not run yet; `hydra queue why {row.id}` says what it waits for."
        case State.RUNNING:
            return f"Wait until it is over, or end it: `hydra queue cancel {row.id}`."
        case State.FAILED | State.CANCELLED:
            return f"It is over; `hydra queue retry {row.id}` runs it again."
        case State.DONE:
            return "It is over; queue it again if it is wanted once more."


def note(
    services: Services, connection: Connection, name: str, actor: Actor, row: Row[Any], cause: int | None, **data: Any
) -> None:
    """One journal entry about an item."""
    services.journal.write(
        connection, name, actor=actor, item=row.id, subject=row.title, cause=cause,
        data={"operation": row.operation, **data},
    )  # fmt: skip


def asked_of(connection: Connection, row: Row[Any], question: str | None) -> Approval:
    """What an item asks now. Raises ``Conflict`` when that is nothing, or not the ``question`` that is meant."""
    asked = approvals.open_for(connection, row.id)
    if asked is None:
        raise Conflict(f"{row.title} asks for no approval.", fix="`hydra inbox list` shows what does.")
    if question is not None and asked.id != question:
        raise Conflict(f"{row.title} asks something else by now.", fix="Look at it again before you answer.")
    return asked


def approve(
    services: Services, connection: Connection, id: str, actor: Actor, cause: int | None, comment: str | None,
    question: str | None = None,
) -> None:  # fmt: skip
    """A person says yes to what an item asked: to just this operation with just this input."""
    row = found(connection, id)
    asked = asked_of(connection, row, question)
    if (asked.operation, asked.input_hash) != (row.operation or "", hash_of(row.operation, row.input)):
        raise Conflict("The work changed after it asked.", fix="Reload it and look again before you approve.")
    settle(services, connection, row, asked.id, "yes", actor.name, comment)
    note(services, connection, "approvals.granted", actor, row, cause, rule=asked.rule, comment=comment)


def settle(
    services: Services, connection: Connection, row: Row[Any], approval: str, answer: str, by: str, comment: str | None
) -> None:
    """Keep an answer; yes takes the approval hold off."""
    now = services.clock.now()
    if not approvals.answer(connection, approval, answer=answer, by=by, at=now, comment=comment):
        raise Conflict("That was answered already.", fix="`hydra inbox decided` shows what was answered.")
    if answer == "yes":
        changes.drop_holds(connection, [row.id], HoldKind.APPROVAL)
        changes.release_unheld(connection, [row.id], now)


def reject(
    services: Services, connection: Connection, id: str, actor: Actor, cause: int | None, comment: str | None,
    question: str | None = None,
) -> None:  # fmt: skip
    """A person says no: the item is cancelled, with the reason kept."""
    row = found(connection, id)
    asked = asked_of(connection, row, question)
    settle(services, connection, row, asked.id, "no", actor.name, comment)
    detail = f"Rejected by {actor.name}" + (f": {comment}" if comment else ".")
    fix = f"`hydra queue retry {id}` asks once more."
    close(services, connection, row, {"code": "rejected", "detail": detail, "fix": fix, "data": {}})
    note(services, connection, "approvals.rejected", actor, row, cause, rule=asked.rule, comment=comment)


def close(services: Services, connection: Connection, row: Row[Any], error: dict[str, Any] | None) -> None:
    """Cancel an item that is not running."""
    now = services.clock.now()
    values = {"state": State.CANCELLED, "error": error, "finished_at": now, "ready_at": None, "owner": None}
    changes.change(connection, row.id, values, from_=(*WAITING, State.RUNNING))
    changes.drop_holds(connection, [row.id])
    approvals.withdraw(connection, row.id, now)
    tell_dependents(services, connection, row.id, State.CANCELLED, now)


def cancel(services: Services, connection: Connection, id: str, actor: Actor, cause: int | None) -> Row[Any]:
    """Cancel an item; returns its row as it was, so that the caller ends what still runs."""
    row = found(connection, id)
    refuse_unless(row, (*WAITING, State.RUNNING), "cancelled")
    close(services, connection, row, None)
    note(services, connection, "items.cancelled", actor, row, cause)
    return row


def pause(
    services: Services, connection: Connection, id: str, actor: Actor, cause: int | None, until: datetime | None
) -> None:
    """Keep an item from starting until a person resumes it; running work ends first and keeps nothing from it."""
    row = found(connection, id)
    refuse_unless(row, WAITING, "paused")
    unblock = "A person resumes it, or the pause ends by itself." if until else "A person resumes it."
    hold = NewHold(kind=HoldKind.PAUSED, detail=f"Paused by {actor.name}.", unblock=unblock, due=until, ref="item")
    changes.mark_held(connection, id, from_=WAITING)
    changes.put_hold(connection, id, hold, services.clock.now())
    note(services, connection, "items.paused", actor, row, cause)


def resume(services: Services, connection: Connection, id: str, actor: Actor, cause: int | None) -> None:
    """Take a person's pause off an item, and with it a pause between two tries."""
    row = found(connection, id)
    refuse_unless(row, WAITING, "resumed")
    dropped = changes.drop_holds(connection, [id], HoldKind.PAUSED)
    dropped += changes.drop_holds(connection, [id], HoldKind.RETRY)
    if not dropped:
        raise Conflict(f"{row.title} is not paused.", fix=f"`hydra queue why {id}` says what it waits for.")
    changes.release_unheld(connection, [id], services.clock.now())
    note(services, connection, "items.resumed", actor, row, cause)


def drop_time(services: Services, connection: Connection, id: str, actor: Actor, cause: int | None) -> None:
    """Have an item no longer wait for its window, its start time or its next try."""
    row = found(connection, id)
    refuse_unless(row, WAITING, "started now")
    for kind in (HoldKind.WINDOW, HoldKind.NOT_BEFORE, HoldKind.RETRY):
        changes.drop_holds(connection, [id], kind)
    changes.change(connection, id, {"window": None, "not_before": None}, from_=WAITING)
    changes.release_unheld(connection, [id], services.clock.now())
    note(services, connection, "items.hurried", actor, row, cause)


def retry(services: Services, connection: Connection, id: str, actor: Actor, cause: int | None) -> Row[Any]:
    """Run an item again that failed or was cancelled, judged anew; returns its row as it was."""
    row = found(connection, id)
    refuse_unless(row, (State.FAILED, State.CANCELLED), "retried")
    if row.operation is None:
        raise Conflict("Nobody has said yet which operation does this.", fix="Choose one in the inbox.")
    now = services.clock.now()
    values = {"state": State.HELD, "failures": 0, "error": None, "result": None, "finished_at": None}
    if row.deadline and row.deadline <= now:
        values["deadline"] = None  # a person wants it all the same
    changes.change(connection, id, values, from_=(State.FAILED, State.CANCELLED))
    rejudge(services, connection, row, now)
    tell_dependents(services, connection, id, State.HELD, now)
    note(services, connection, "items.retried", actor, row, cause)
    return row


def rejudge(services: Services, connection: Connection, row: Row[Any], now: datetime) -> None:
    """Put the holds on a held item that it would get if it were new; with none it becomes ready.

    What a person was asked and did not say yes to is asked again, also where policy would not ask by itself.
    """
    verb = services.registry.operation(row.operation)
    new = NewItem(
        actor=store.actor_of(row.actor), operation=row.operation, input=row.input, window=row.window,
        not_before=row.not_before, confirmed=row.confirmed, depends_on=tuple(store.dependencies_of(connection, row.id)),
        ask_first=approvals.asked_because(connection, row.id, DOCUMENT_ASKS),
    )  # fmt: skip
    ask = judged(services, verb, new)
    holds = requirement_holds(services, verb.needs) + time_holds(services, new, now)
    holds += dependency_holds(connection, new, set())
    digest = hash_of(row.operation, row.input)
    before = approvals.last_asked(connection, row.id, row.operation, digest)
    if before and ask is None and before.digest is None:
        ask = Decision(verdict=Verdict.ASK, rule=before.rule, reason=before.reason)
    if ask and not approvals.granted(connection, row.id, row.operation, digest):
        holds.append(approval_hold(ask, now))
        ask_again(services, connection, row, ask, now)
    for hold in holds:
        changes.put_hold(connection, row.id, hold, now)
    changes.release_unheld(connection, [row.id], now)


def choose(
    services: Services,
    connection: Connection,
    id: str,
    operation: str,
    input: dict[str, Any],
    actor: Actor,
    cause: int | None,
) -> None:
    """Say which operation does an item, and with what input; its plan hold goes and it is judged."""
    row = found(connection, id)
    refuse_unless(row, WAITING, "given another operation")
    verb = services.registry.operation(operation)
    if not verb.queueable:
        raise Invalid(
            f"{verb.name} answers at once and cannot be queued.",
            fix=f"Choose one that can wait; this one is called directly: {verb.method} {verb.path}.",
        )
    refuse_sealed(input)
    services.gate.parse(verb, input)
    input = services.sealing.seal(verb.input, input)
    values: dict[str, Any] = {"operation": operation, "input": input, "input_hash": hash_of(operation, input)}
    values |= {"state": State.HELD, "ready_at": None, "lane": verb.durable.lane if verb.durable else row.lane}
    changes.change(connection, id, values, from_=WAITING)
    for kind in (HoldKind.PLAN, HoldKind.APPROVAL, HoldKind.REQUIREMENT):
        changes.drop_holds(connection, [id], kind)
    approvals.withdraw(connection, id, services.clock.now())
    rejudge(services, connection, found(connection, id), services.clock.now())
    note(services, connection, "items.planned", actor, row, cause, chosen=operation)


def prioritise(
    services: Services, connection: Connection, id: str, priority: Priority, actor: Actor, cause: int | None
) -> None:
    """Change how urgent waiting work is."""
    row = found(connection, id)
    refuse_unless(row, WAITING, "given another priority")
    changes.change(connection, id, {"priority": priority_rank(priority)}, from_=WAITING)
    note(services, connection, "items.prioritised", actor, row, cause, priority=priority)
