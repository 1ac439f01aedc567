"""Keeping schedules: making, pausing, running and removing recurring work."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from hydra_lab.kernel.errors import Conflict, Invalid, NotFound
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.secrets.sealed import refuse_sealed, shown
from hydra_lab.kernel.work.schedules import store
from hydra_lab.kernel.work.schedules.fire import add, is_open
from hydra_lab.kernel.work.schedules.model import Schedule, checked, next_after

if TYPE_CHECKING:
    from hydra_lab.kernel.work.model import Item
    from hydra_lab.kernel.work.queue import Work


class ScheduleKeeper:
    """``ctx.services.work.schedules``."""

    def __init__(self, work: "Work") -> None:
        self._work = work
        self._services = work.services

    def all(self) -> list[Schedule]:
        """Every schedule, the next to fire first."""
        with self._services.database.read() as connection:
            return [visible(schedule) for schedule in store.all_of(connection)]

    def exists(self, id: str) -> bool:
        """Whether there is a schedule of that id."""
        with self._services.database.read() as connection:
            return store.one(connection, id) is not None

    def get(self, id: str) -> Schedule:
        """One schedule. Raises ``NotFound``."""
        with self._services.database.read() as connection:
            return visible(self._found(connection, id))

    def _found(self, connection: Connection, id: str) -> Schedule:
        schedule = store.one(connection, id)
        if schedule is None:
            raise NotFound(f"There is no schedule “{id}”.", fix="`hydra schedules list` shows the schedules there are.")
        return schedule

    def create(
        self,
        *,
        id: str,
        title: str,
        verb: Operation,
        input: dict[str, Any],
        cron: str,
        actor: Actor,
        time_zone: str | None = None,
        options: dict[str, Any] | None = None,
        cause: int | None = None,
        keep: Schedule | None = None,
    ) -> Schedule:
        """Keep a schedule; ``keep`` is an older form of it, whose pause and history stay.

        Raises ``Invalid`` for a cron line, zone or input that cannot be read.
        """
        services, now = self._services, self._services.clock.now()
        zone = time_zone or services.settings.current.time_zone
        checked(cron, zone)
        if not verb.queueable:
            raise Invalid(
                f"{verb.name} answers at once and cannot be scheduled.",
                fix="Schedule one that can be queued; `hydra operations list` shows them.",
            )
        refuse_sealed(input)
        services.gate.parse(verb, input)
        input = services.sealing.seal(verb.input, input)
        schedule = Schedule(
            id=id, title=title, operation=verb.name, input=input, cron=cron, time_zone=zone, options=options or {},
            paused=False, next_at=next_after(cron, zone, now), last_at=None, last_item=None, missed=0,
            actor={"kind": actor.kind.value, "name": actor.name}, created_at=now,
        )  # fmt: skip
        if keep:
            history = {name: getattr(keep, name) for name in ("paused", "last_at", "last_item", "missed", "created_at")}
            schedule = schedule.model_copy(update=history)
        with services.database.begin() as connection:
            store.put(connection, schedule)
            self._note(connection, "schedules.created", schedule, actor, cause)
        return visible(schedule)

    def set_paused(self, id: str, paused: bool, actor: Actor, cause: int | None = None) -> Schedule:
        """Pause or resume; resuming sets the next firing from now on."""
        with self._services.database.begin() as connection:
            schedule = self._found(connection, id)
            next_at = next_after(schedule.cron, schedule.time_zone, self._services.clock.now())
            store.change(connection, id, paused=paused, next_at=next_at)
            self._note(connection, f"schedules.{'paused' if paused else 'resumed'}", schedule, actor, cause)
            return visible(self._found(connection, id))

    def run_now(self, id: str) -> "Item":
        """Add the schedule's item now. Raises ``Conflict`` while its last is open."""
        now = self._services.clock.now()
        with self._services.database.begin() as connection:
            schedule = self._found(connection, id)
            if is_open(connection, schedule.last_item):
                raise Conflict(
                    f"{schedule.title} is open already: {schedule.last_item}.", fix="Wait for it, or cancel it."
                )
            item = add(self._services, connection, schedule, now)
            if item is None:
                raise Conflict(
                    f"{schedule.title} was refused; its journal says why.", fix="`hydra activity list` shows why."
                )
            store.change(connection, id, last_at=now, last_item=item)
        self._work.wake()
        return self._work.get(item)

    def remove(self, id: str, actor: Actor, cause: int | None = None) -> Schedule:
        """Forget a schedule; returns it as it was."""
        with self._services.database.begin() as connection:
            schedule = self._found(connection, id)
            store.drop(connection, id)
            self._note(connection, "schedules.removed", schedule, actor, cause)
        return visible(schedule)

    def _note(self, connection: Connection, event: str, schedule: Schedule, actor: Actor, cause: int | None) -> None:
        data = {"operation": schedule.operation, "cron": schedule.cron, "time_zone": schedule.time_zone}
        self._services.journal.write(connection, event, actor=actor, subject=schedule.title, cause=cause, data=data)


def visible(schedule: Schedule) -> Schedule:
    """A schedule without what is sealed in its input."""
    return schedule.model_copy(update={"input": shown(schedule.input)})
