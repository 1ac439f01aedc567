"""Eco mode in the database: cards as they were, lanes that were closed, running work, energy by day."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.presence.eco.limits import Kept
from hydra_lab.areas.presence.tables import cards, energy, lanes
from hydra_lab.kernel.capabilities import Gpu
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.tables import items


@dataclass(frozen=True, kw_only=True)
class Running:
    """Work that runs in a lane."""

    id: str
    title: str
    lane: str
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The last power that was measured of a card."""

    at: datetime
    watts: float


@dataclass(frozen=True, kw_only=True)
class Used:
    """What a card used on a day, and for how long that was measured."""

    day: date
    uuid: str
    node: str
    name: str
    wh: float
    measured_s: float


def kept_cards(connection: Connection) -> dict[str, Kept]:
    """What is known of cards, by uuid."""
    rows = connection.execute(select(cards))
    return {row.uuid: Kept(before_w=row.before_w, set_w=row.set_w, trouble=row.trouble) for row in rows}


def lowered_on(connection: Connection, node: str) -> list[tuple[str, str, float | None]]:
    """The cards of a node that are not as they were: uuid, name, what they were."""
    rows = connection.execute(select(cards).where(cards.c.node == node, cards.c.before_w.is_not(None)))
    return [(row.uuid, row.name, row.before_w) for row in rows]


def is_to_be_mended(connection: Connection, node: str) -> bool:
    """Whether a node has cards that are not as they should be because it did not answer, and nothing sees to it."""
    waits = connection.execute(select(cards.c.uuid).where(cards.c.node == node, cards.c.again.is_(True))).first()
    open_ = (State.HELD, State.QUEUED, State.RUNNING)
    query = select(items.c.id).where(items.c.operation == "presence.apply", items.c.state.in_(open_))
    return waits is not None and connection.execute(query).first() is None


def keep_card(
    connection: Connection,
    card: Gpu,
    *,
    before_w: float | None,
    set_w: float | None,
    trouble: str | None,
    again: bool = False,
) -> None:
    """Keep what a card was, what it is to be, what is wrong with that, and whether trying again could help."""
    known(connection, card)
    values = {"before_w": before_w, "set_w": set_w, "trouble": trouble, "again": again}
    connection.execute(update(cards).where(cards.c.uuid == card.uuid).values(values))


def note_trouble(connection: Connection, node: str, trouble: str) -> None:
    """None of a node's cards could be asked."""
    connection.execute(
        update(cards).where(cards.c.node == node, cards.c.before_w.is_not(None)).values(trouble=trouble, again=True)
    )


def known(connection: Connection, card: Gpu) -> None:
    """See that there is a row for a card, with its place as it is now."""
    place = {"node": card.node, "name": card.name}
    if connection.execute(update(cards).where(cards.c.uuid == card.uuid).values(place)).rowcount == 0:
        connection.execute(insert(cards).values(uuid=card.uuid, again=False, **place))


def last_measured(connection: Connection) -> dict[str, Measured]:
    """The last power of each card."""
    rows = connection.execute(select(cards).where(cards.c.measured_at.is_not(None), cards.c.measured_w.is_not(None)))
    return {row.uuid: Measured(at=row.measured_at, watts=row.measured_w) for row in rows}


def put_measured(connection: Connection, card: Gpu) -> None:
    """Keep the power that was measured now; an unknown one is kept as a gap."""
    known(connection, card)
    values = {"measured_at": card.at, "measured_w": card.power_w}
    connection.execute(update(cards).where(cards.c.uuid == card.uuid).values(values))


def add_energy(connection: Connection, card: Gpu, day: date, wh: float, seconds: float) -> None:
    """Count what a card used in some seconds of a day."""
    c = energy.c
    place = (c.day == day, c.uuid == card.uuid)
    more = {"wh": c.wh + wh, "measured_s": c.measured_s + seconds, "node": card.node, "name": card.name}
    if connection.execute(update(energy).where(*place).values(more)).rowcount == 0:
        row = {"day": day, "uuid": card.uuid, "node": card.node, "name": card.name}
        connection.execute(insert(energy).values(wh=wh, measured_s=seconds, **row))


def used_since(connection: Connection, day: date) -> list[Used]:
    """What cards used, by day and card."""
    query = select(energy).where(energy.c.day >= day).order_by(energy.c.day, energy.c.node, energy.c.uuid)
    return [Used(**row._mapping) for row in connection.execute(query)]


def closed_lanes(connection: Connection) -> dict[str, str]:
    """The lanes that presence closed, with the reason it gave."""
    return {row.lane: row.reason for row in connection.execute(select(lanes))}


def keep_lane(connection: Connection, lane: str, reason: str) -> None:
    """A lane was closed."""
    forget_lane(connection, lane)
    connection.execute(insert(lanes).values(lane=lane, reason=reason))


def forget_lane(connection: Connection, lane: str) -> None:
    """A lane is closed by presence no more."""
    connection.execute(delete(lanes).where(lanes.c.lane == lane))


def used_lanes(connection: Connection) -> set[str]:
    """The lanes of work that is not over."""
    open_ = (State.HELD, State.QUEUED, State.RUNNING)
    return set(connection.execute(select(items.c.lane).where(items.c.state.in_(open_)).distinct()).scalars())


def running(connection: Connection) -> list[Running]:
    """All work that runs, the oldest first."""
    c = items.c
    query = select(c.id, c.title, c.lane, c.started_at).where(c.state == State.RUNNING).order_by(c.started_at)
    rows = connection.execute(query)
    return [Running(id=row.id, title=row.title, lane=row.lane, since=row.started_at) for row in rows]
