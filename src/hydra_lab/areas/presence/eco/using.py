"""How much energy the cards used, by day, and for how much of each day nobody knows."""

from datetime import datetime, timedelta
from datetime import time as clock_time
from itertools import groupby
from zoneinfo import ZoneInfo

from pydantic import Field

from hydra_lab.areas.presence.eco import store
from hydra_lab.areas.presence.eco.store import Used
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class Days(Input):
    """How far back."""

    days: int = Field(default=14, ge=1, le=400, description="How many days, today among them")


class CardEnergy(Output):
    """What one card used on a day. ``missing_s`` are seconds of that day, so far, that were not measured."""

    node: str
    uuid: str
    name: str
    kwh: float
    measured_s: float
    missing_s: float


class Day(Output):
    """One day. ``complete`` says that hardly anything of it is missing; else the sum is a least."""

    day: str
    kwh: float
    complete: bool
    cards: list[CardEnergy]


class Energy(Output):
    """Energy by day, oldest first; a day on which nothing was measured is absent."""

    days: list[Day]


@operation("presence.energy", effect=Effect.READ, path="GET /presence/energy")
def energy(ctx: Context, input: Days) -> Energy:
    """Show the energy that cards used by day, from measured power; what was not measured is said, not guessed."""
    now, zone = ctx.clock.now(), ctx.services.settings.current.zone
    first = now.astimezone(zone).date() - timedelta(days=input.days - 1)
    with ctx.read() as connection:
        found = store.used_since(connection, first)
    days = []
    for day, rows in groupby(found, key=lambda one: one.day):
        begin = datetime.combine(day, clock_time(), tzinfo=zone)
        cards = [shown(one, seconds_of(begin, now, zone)) for one in rows]
        days.append(Day(
            day=day.isoformat(), kwh=round(sum(one.kwh for one in cards), 4), cards=cards,
            complete=all(one.missing_s <= max(60.0, 0.01 * one.measured_s) for one in cards),
        ))  # fmt: skip
    return Energy(days=days)


def seconds_of(begin: datetime, now: datetime, zone: ZoneInfo) -> float:
    """How long a day has lasted so far; one with a change of the clocks is shorter or longer."""
    end = datetime.combine(begin.date() + timedelta(days=1), clock_time(), tzinfo=zone)
    return (min(now, end.astimezone(now.tzinfo)) - begin.astimezone(now.tzinfo)).total_seconds()


def shown(one: Used, lasted_s: float) -> CardEnergy:
    """A card's day."""
    missing = max(0.0, lasted_s - one.measured_s)
    return CardEnergy(
        node=one.node, uuid=one.uuid, name=one.name, kwh=round(one.wh / 1000, 4), measured_s=round(one.measured_s),
        missing_s=round(missing),
    )  # fmt: skip
