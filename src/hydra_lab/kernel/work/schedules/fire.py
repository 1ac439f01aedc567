"""Firing schedules: one item per firing, none while the last is open, missed firings folded into one."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hydra_lab.kernel.errors import HydraError, describe
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store as items
from hydra_lab.kernel.work.add import admit, insert
from hydra_lab.kernel.work.model import NewItem, Priority, State
from hydra_lab.kernel.work.schedules import store
from hydra_lab.kernel.work.schedules.model import Schedule, firings_between, next_after


def fire(services: Services, connection: Connection, schedule: Schedule, now: datetime) -> str | None:
    """Add the item of a due schedule and set its next firing; ``None`` when the previous one is still open."""
    planned = schedule.next_at or now
    folded = firings_between(schedule.cron, schedule.time_zone, planned, now) - 1
    upcoming = next_after(schedule.cron, schedule.time_zone, now)
    if is_open(connection, schedule.last_item):
        store.change(connection, schedule.id, next_at=upcoming, missed=schedule.missed + folded + 1)
        note(
            services,
            connection,
            "schedules.skipped",
            schedule,
            schedule.last_item,
            {"reason": "the previous run was still open", "missed": folded},
        )
        return None
    item = add(services, connection, schedule, planned, missed=folded)
    values: dict[str, Any] = {"next_at": upcoming, "last_at": now, "missed": schedule.missed + folded}
    store.change(connection, schedule.id, **values, **({"last_item": item} if item else {}))
    return item


def add(
    services: Services, connection: Connection, schedule: Schedule, instant: datetime, missed: int = 0
) -> str | None:
    """The item of one firing, keyed by its instant so that it is added once. ``None`` when it was refused.

    ``missed`` counts the firings before it that it stands for.
    """
    key = f"schedule:{schedule.id}:{instant.isoformat()}"
    known = items.with_key(connection, key)
    if known:
        return known
    options = dict(schedule.options)
    new = NewItem(
        actor=Actor(kind=ActorKind.SCHEDULE, name=schedule.id), operation=schedule.operation, input=schedule.input,
        title=schedule.title, key=key, priority=Priority(options.pop("priority", "medium")),
        origin={"source": "schedule", "schedule": schedule.id, "instant": instant.isoformat()}, **options,
    )  # fmt: skip
    try:
        admitted = admit(services, connection, services.ids.new(services.clock.now()), new, set())
    except HydraError as error:
        note(services, connection, "schedules.refused", schedule, None, {"error": describe(error)})
        return None
    insert(services, connection, [admitted])
    data = {"instant": instant.isoformat(), "missed": missed}
    note(services, connection, "schedules.fired", schedule, admitted.id, data)
    return admitted.id


def is_open(connection: Connection, item: str | None) -> bool:
    """Whether a schedule's last item is not over yet."""
    if item is None:
        return False
    state = items.existing(connection, [item]).get(item)
    return state is not None and not State(state).is_over


def note(
    services: Services, connection: Connection, event: str, schedule: Schedule, item: str | None, data: dict[str, Any]
) -> None:
    """One journal entry about a schedule."""
    actor = Actor(kind=ActorKind.SCHEDULE, name=schedule.id)
    services.journal.write(connection, event, actor=actor, subject=schedule.title, item=item, data=data)
