"""Whether a budget is spent or a resource is short, for an item that is about to start."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row

from hydra_lab.kernel.capabilities import ResourceMeter
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.gpus.placing import place_of
from hydra_lab.kernel.operation import Input, Operation
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store as work
from hydra_lab.kernel.work.limits import memory, store
from hydra_lab.kernel.work.model import HoldKind, NewHold

LOOK_AGAIN = timedelta(seconds=15)


def day_of(services: Services, now: datetime) -> str:
    """The lab's date, which is what a day's budget is for."""
    return now.astimezone(services.settings.current.zone).date().isoformat()


def midnight_after(services: Services, now: datetime) -> datetime:
    """When the lab's next day begins."""
    zone = services.settings.current.zone
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), time(), tzinfo=zone)


def spend(services: Services, connection: Connection, unit: str, amount: float) -> None:
    """Count something as spent today."""
    store.spend(connection, day_of(services, services.clock.now()), unit, amount)


def budget_holds(services: Services, connection: Connection, verb: Operation, now: datetime) -> list[NewHold]:
    """A hold for each of the operation's budgets that is spent today; a unit without a limit is never spent."""
    units = verb.durable.budgets if verb.durable else ()
    limits = {
        unit: services.settings.current.budgets[unit] for unit in units if unit in services.settings.current.budgets
    }
    if not limits:
        return []
    used = store.spent(connection, day_of(services, now))
    return [
        NewHold(
            kind=HoldKind.BUDGET, ref=unit, due=midnight_after(services, now),
            detail=f"Today's budget of {limit:g} {unit.replace('_', ' ')} is spent: {used[unit]:g}.",
            unblock=f"The lab's day ends, or a person raises budgets.{unit}.",
        )
        for unit, limit in limits.items()
        if used.get(unit, 0.0) >= limit
    ]  # fmt: skip


def wants(verb: Operation, parsed: Input) -> dict[str, float]:
    """What an operation with this input needs of each resource, in the unit its name ends with."""
    wanted = verb.durable.resources if verb.durable else None
    return dict(wanted(parsed)) if wanted else {}


def resource_holds(
    services: Services, connection: Connection, verb: Operation, row: Row[Any], now: datetime, *, claiming: bool = False
) -> list[NewHold]:
    """A hold for each resource of which less is free than the work needs.

    Free is what was measured, less what was promised and the measurement may not show yet. What nobody measures is not
    free: it is unknown, and said so. GPU memory is the ledger's; with ``claiming`` the work takes its leases there.
    """
    if not verb.durable or not verb.durable.resources:
        return []
    wanted = wants(verb, services.gate.parse(verb, row.input))
    holds = memory.holds(connection, row, wanted, now, claiming=claiming)
    others = {name: amount for name, amount in wanted.items() if place_of(name) is None}
    if not others:
        return holds
    measured = measured_free(services)
    reserved = reservations(services, work.running(connection))
    for name, amount in others.items():
        free = measured.get(name)
        left = None if free is None else free - reserved.get(name, 0.0)
        if left is not None and left >= amount:
            continue
        short = "nobody measures it here yet" if left is None else f"{max(left, 0.0):g} is free"
        holds.append(NewHold(
            kind=HoldKind.RESOURCE, ref=name, due=now + LOOK_AGAIN,
            detail=f"Needs {amount:g} of {name.replace('_', ' ')}; {short}.",
            unblock="Enough is measured to be free." if left is not None else "Configure what measures it.",
        ))  # fmt: skip
    return holds


def measured_free(services: Services) -> dict[str, float]:
    """What the lab's meter last measured as free; empty where there is none. It answers from memory."""
    try:
        return services.integrations.capability(ResourceMeter).free()
    except HydraError:
        return {}


def reservations(services: Services, running: Sequence[Any]) -> dict[str, float]:
    """What running items have reserved, by resource."""
    taken: dict[str, float] = {}
    for row in running:
        verb = services.registry.verbs.get(row.operation)
        if verb and verb.durable and verb.durable.resources:
            for name, amount in wants(verb, services.gate.parse(verb, row.input)).items():
                taken[name] = taken.get(name, 0.0) + amount
    return taken
