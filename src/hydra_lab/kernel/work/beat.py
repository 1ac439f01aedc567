"""The queue's clock: what time alone sets in motion, done by the one process that leads."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from hydra_lab.kernel.errors import describe
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.act import close, found, settle
from hydra_lab.kernel.work.add import deadline_error, window_hold
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.due import store as waits
from hydra_lab.kernel.work.due.apart import Apart
from hydra_lab.kernel.work.finish import error_row, tell_dependents
from hydra_lab.kernel.work.limits.judge import resource_holds
from hydra_lab.kernel.work.model import HoldKind, NewHold, State
from hydra_lab.kernel.work.schedules import store as schedules
from hydra_lab.kernel.work.schedules.fire import fire


def tick(services: Services, apart: Apart) -> bool:
    """Release what is due, let approvals lapse, end what missed its deadline, fire schedules; each for itself.

    Returns whether something became ready.
    """
    now = services.clock.now()
    with services.database.read() as connection:
        if not anything_due(connection, now):
            return False
    released: list[str] = []
    fired = 0
    with services.database.begin() as connection:
        for id in waits.open_past_deadline(connection, now):
            with apart.duty(f"deadline of {id}", connection):
                miss(services, connection, id, now)
        for hold in waits.due_holds(connection, now):
            with apart.duty(f"{hold.kind} of {hold.item}", connection):
                released += due(services, connection, hold, now)
        resumed = changes.drop_lapsed_pauses(connection, now)
        for scope, value in resumed:
            services.journal.write(connection, "control.resumed", actor=HYDRA, subject=f"{scope} {value}")
        for schedule in schedules.due(connection, now):
            with apart.duty(f"schedule {schedule.id}", connection):
                fired += fire(services, connection, schedule, now) is not None
    return bool(released or resumed or fired)


def anything_due(connection: Connection, now: datetime) -> bool:
    """Whether a tick has anything to do; reads only, so that an idle Hydra writes nothing."""
    return waits.time_has_come(connection, now)


def due(services: Services, connection: Connection, hold: Row[Any], now: datetime) -> list[str]:
    """Act on one hold whose time has come; returns the items that became ready."""
    kind = HoldKind(hold.kind)
    if kind is HoldKind.APPROVAL:
        return lapse(services, connection, hold.item, now)
    if kind is HoldKind.WINDOW and hold.ref and (still := window_hold(services, hold.ref, now)):
        # The lab's time zone or its night changed since: the window now opens at another time.
        changes.touch_hold(connection, hold.id, now, due=still.due, detail=still.detail)
        return []
    if kind is HoldKind.RESOURCE and (short := still_short(services, connection, hold, now)):
        known = {"due": short.due, "detail": short.detail, "unblock": short.unblock, "data": short.data}
        changes.touch_hold(connection, hold.id, now, **known)
        return []
    changes.drop_holds(connection, [hold.item], kind, hold.ref)
    return changes.release_unheld(connection, [hold.item], now)


def still_short(services: Services, connection: Connection, hold: Row[Any], now: datetime) -> NewHold | None:
    """The resource hold as it stands now, ``None`` when enough is free."""
    row = found(connection, hold.item)
    verb = services.registry.verbs.get(row.operation)
    if verb is None:
        return None
    holds = resource_holds(services, connection, verb, row, now)
    return next((one for one in holds if one.ref == hold.ref), None)


def lapse(services: Services, connection: Connection, item: str, now: datetime) -> list[str]:
    """An approval nobody answered: its default applies, which is no unless policy says otherwise."""
    row = found(connection, item)
    asked = approvals.open_for(connection, item)
    if asked is None:
        changes.drop_holds(connection, [item], HoldKind.APPROVAL)
        return changes.release_unheld(connection, [item], now)
    answer = "yes" if asked.default_yes else "no"
    settle(services, connection, row, asked.id, answer, "nobody: it lapsed", None)
    services.journal.write(
        connection, "approvals.lapsed", actor=HYDRA, item=item, subject=row.title,
        data={"rule": asked.rule, "answer": answer},
    )  # fmt: skip
    if answer == "no":
        detail = f"Nobody answered in time, and the default is no: {asked.reason}"
        close(
            services, connection, row, {"code": "lapsed", "detail": detail, "fix": "Retry it to ask again.", "data": {}}
        )
        return []
    return [item]


def miss(services: Services, connection: Connection, id: str, now: datetime) -> None:
    """Fail an item whose deadline passed before it could start."""
    row = found(connection, id)
    error = error_row(describe(deadline_error()))
    values = {"state": State.FAILED, "error": error, "finished_at": now, "ready_at": None}
    if changes.change(connection, id, values, from_=(State.HELD, State.QUEUED)):
        changes.drop_holds(connection, [id])
        approvals.withdraw(connection, id, now)
        data = {"operation": row.operation, "error": error}
        services.journal.write(connection, "items.failed", actor=HYDRA, item=id, subject=row.title, data=data)
        tell_dependents(services, connection, id, State.FAILED, now)


def overdue(services: Services, rows: list[Row[Any]], now: datetime) -> list[tuple[str, int, timedelta]]:
    """Running attempts that took longer than their operation allows: ``(item, attempt, limit)``."""
    found_: list[tuple[str, int, timedelta]] = []
    for row in rows:
        verb = services.registry.verbs.get(row.operation)
        limit = verb.durable.timeout if verb and verb.durable else timedelta(hours=1)
        if limit and row.started_at + limit < now:
            found_.append((row.id, row.attempt, limit))
    return found_


def release_requirement(services: Services, name: str) -> bool:
    """An integration answers again, or was configured: wake everything that waited for it, at once."""
    now = services.clock.now()
    with services.database.read() as connection:
        waiting = [hold.item for hold in waits.holds_on(connection, HoldKind.REQUIREMENT, name)]
    if not waiting:
        return False
    with services.database.begin() as connection:
        changes.drop_holds(connection, waiting, HoldKind.REQUIREMENT, name)
        released = changes.release_unheld(connection, waiting, now)
        for id in released:
            row = found(connection, id)
            services.journal.write(
                connection, "items.released", actor=HYDRA, item=id, subject=row.title,
                data={"operation": row.operation, "requirement": name},
            )  # fmt: skip
    return bool(released)


def look_again(services: Services) -> bool:
    """Look at what waits for an integration, whatever was said meanwhile; returns whether something became ready.

    Nobody is told of a system that came back between a look at it and the hold that followed from that look.
    """
    now = services.clock.now()
    with services.database.read() as connection:
        wanted = waits.requirements(connection)
        unheld = waits.held_by_nothing(connection)
    released = [release_requirement(services, name) for name in wanted if services.integrations.ready(name)]
    if wanted or unheld:
        with services.database.begin() as connection:
            changes.note_checked(connection, HoldKind.REQUIREMENT, now)
            changes.release_unheld(connection, unheld, now)
    return any(released) or bool(unheld)
