"""The end of an attempt: done, held for a reason, failed or cancelled; one transaction, guarded, so it counts once."""

import random
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import (
    ApprovalNeeded,
    HydraError,
    NotConfigured,
    NotReady,
    Outcome,
    TooMany,
    Unavailable,
    describe,
    row_of,
)
from hydra_lab.kernel.integrations.need import providers
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy.model import HYDRA, Decision, Verdict
from hydra_lab.kernel.policy.preview import Preview
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.add import approval_hold, dependency_hold, hash_of, requirement_hold
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.logs.report import Reporter
from hydra_lab.kernel.work.model import HoldKind, NewHold, State

LONGEST_BACKOFF = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What became of an attempt."""

    state: State
    result: Any = None
    error: dict[str, Any] | None = None
    hold: NewHold | None = None
    failed: bool = False  # whether it counts against the attempts
    ask: Decision | None = None
    preview: Preview | None = None  # what is shown with the question
    event: dict[str, Any] = field(default_factory=dict)


def back_off(first: timedelta, failures: int, chance: float) -> timedelta:
    """The pause after the n-th failure: doubling from ``first``, at most an hour, spread by up to half either way."""
    doubled: timedelta = first * 2 ** min(failures - 1, 20)
    return min(doubled, LONGEST_BACKOFF) * (0.5 + chance)


def ending_of(services: Services, verb: Operation, error: BaseException, *, failures: int, now: datetime) -> Ending:
    """What an error makes of a running item: the design's table, and the outage rule above it.

    A failed call whose integration's probe then fails too is an outage: no attempt is used, the item waits for it.
    """
    said = services.journal.scrub(describe(error))
    outcome = row_of(error).outcome
    need = outage(services, verb, error)
    if need:
        return Ending(state=State.HELD, error=said, hold=missing_hold(services, need, error))
    match outcome:
        case Outcome.RETRY:
            return retried(verb, error, said, failures=failures, now=now)
        case Outcome.APPROVAL:
            assert isinstance(error, ApprovalNeeded)
            ask = error.decision or Decision(verdict=Verdict.ASK, rule=error.rule, reason=str(error))
            return Ending(state=State.HELD, hold=approval_hold(ask, now), ask=ask, preview=error.preview)
        case Outcome.CANCELLED:
            return Ending(state=State.CANCELLED, error=said)
        case _:
            return Ending(state=State.FAILED, error=said, failed=True)


def missing_hold(services: Services, need: str, error: BaseException) -> NewHold:
    """The hold of what is missing; what no integration gives, such as a setting, is told in the error's words."""
    if isinstance(error, NotConfigured) and error.fix and not providers(need, services.registry.integrations):
        return NewHold(kind=HoldKind.REQUIREMENT, detail=error.detail, unblock=error.fix, ref=need)
    return requirement_hold(services, need)


def outage(services: Services, verb: Operation, error: BaseException) -> str | None:
    """The integration that is not there, if that is why the call failed; it is probed now to know."""
    if isinstance(error, NotConfigured):
        return error.requirement
    if not isinstance(error, HydraError):
        return None
    for need in (*error.parts, *verb.needs):
        if not services.integrations.check(need):
            return need
    return None


def retried(verb: Operation, error: BaseException, said: dict[str, Any], *, failures: int, now: datetime) -> Ending:
    """Another try after a pause, or failed when they are used up."""
    limit = verb.durable.attempts if verb.durable else 3
    if failures + 1 >= limit:
        detail = f"{said['detail']} It was tried {limit} times."
        return Ending(state=State.FAILED, error={**said, "detail": detail}, failed=True)
    first = verb.durable.backoff if verb.durable else timedelta(seconds=5)
    pause = back_off(first, failures + 1, random.SystemRandom().random())
    if isinstance(error, Unavailable | TooMany) and error.retry_after_s is not None:
        pause = max(timedelta(seconds=error.retry_after_s), timedelta(seconds=0.1))
    hold = NewHold(
        kind=HoldKind.RETRY,
        detail=f"Try {failures + 2} of {limit} comes after a pause: {said['detail']}",
        unblock="The pause passes, or a person retries it now.",
        due=now + pause,
    )
    return Ending(state=State.HELD, error=said, hold=hold, failed=True)


def finish(
    services: Services, reporter: Reporter, item: str, attempt: int, ending: Ending, row: Row[Any] | None = None
) -> bool:
    """Write an attempt's ending. ``False`` when the item is no longer this attempt's: then nothing is written.

    ``row`` is the item as this attempt read it, where it did: what is taken from it does not change meanwhile.
    """
    now = services.clock.now()
    with services.database.begin() as connection:
        row = row or store.row_of(connection, item)
        if row is None:
            return False
        values = {
            "state": ending.state, "result": ending.result, "error": error_row(ending.error), "owner": None,
            "failures": row.failures + (1 if ending.failed else 0), "progress": None,
            "finished_at": now if ending.state.is_over else None, "ready_at": None,
        }  # fmt: skip
        if not changes.change(connection, item, values, from_=(State.RUNNING,), attempt=attempt):
            return False
        reporter.take(connection, item)
        if ending.hold:
            changes.put_hold(connection, item, ending.hold, now)
        if ending.ask:
            ask_again(services, connection, row, ending.ask, now, ending.preview)
        data = {"operation": row.operation, "attempt": attempt, "seconds": seconds(row.started_at, now), **ending.event}
        if ending.error:
            data["error"] = error_row(ending.error)
        if ending.hold:
            data["hold"] = {"kind": ending.hold.kind, "detail": ending.hold.detail}
        services.journal.write(
            connection, f"items.{ending.state}", actor=HYDRA, item=item, subject=row.title, cause=row.cause, data=data
        )
        if ending.state.is_over:
            tell_dependents(services, connection, item, ending.state, now)
    return True


def is_passing(error: BaseException) -> bool:
    """Whether the database could not do it just now: busy, away, full, or two transactions in each other's way."""
    return isinstance(error, NotReady | OperationalError | InterfaceError | PoolTimeout)


def ask_again(
    services: Services, connection: Connection, row: Any, ask: Decision, now: datetime, preview: Preview | None = None
) -> None:
    """Keep the question that running work ran into, with what it shows."""
    question = {
        "id": services.ids.new(now), "item": row.id, "operation": row.operation,
        "input_hash": hash_of(row.operation, row.input), "rule": ask.rule, "reason": ask.reason,
        "asked_at": now, "lapses_at": now + ask.lapse, "default_yes": ask.default_yes,
        "preview": services.journal.scrub(asdict(preview)) if preview else None,
        "digest": preview.digest if preview else None,
    }  # fmt: skip
    approvals.ask(connection, [question])
    services.journal.write(
        connection, "approvals.asked", actor=HYDRA, item=row.id, subject=row.title,
        data={"operation": row.operation, "rule": ask.rule, "reason": ask.reason},
    )  # fmt: skip


def error_row(error: dict[str, Any] | None) -> dict[str, Any] | None:
    """An error as it is kept: ``code``, ``detail``, ``fix``, and the rest under ``data``."""
    if error is None:
        return None
    known = {name: error.get(name) for name in ("code", "detail", "fix")}
    return {**known, "data": {name: value for name, value in error.items() if name not in known}}


def seconds(since: datetime | None, now: datetime) -> float | None:
    """How long an attempt took, in seconds."""
    return round((now - since).total_seconds(), 3) if since else None


def tell_dependents(services: Services, connection: Connection, item: str, state: State, now: datetime) -> None:
    """Wake what waited for an item that is done; what waited for one that is not stays held and says so."""
    waiting = store.dependents(connection, item)
    if not waiting:
        return
    if state is State.DONE:
        changes.drop_holds(connection, waiting, HoldKind.DEPENDENCY, item)
        if changes.release_unheld(connection, waiting, now):
            after_commit(connection, services.work.wake)
        return
    for one in waiting:
        if store.existing(connection, [one]).get(one) == State.HELD:
            changes.put_hold(connection, one, dependency_hold(item, state), now)
