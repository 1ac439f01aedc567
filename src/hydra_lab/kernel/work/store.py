"""Questions about work items: the reading half of the queue's SQL."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, Connection, Row, and_, false, func, literal_column, or_, select, tuple_

from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.secrets.sealed import shown
from hydra_lab.kernel.work.awaited.store import say_awaited
from hydra_lab.kernel.work.model import Artifact, Hold, HoldKind, Item, ItemError, Priority, Progress, Rank, State
from hydra_lab.kernel.work.ordering import Ready
from hydra_lab.kernel.work.tables import artifacts, boots, dependencies, holds, items, pauses

PRIORITIES = {int(rank): Priority(rank.name.lower()) for rank in Rank}
TOLD = {kind: place for place, kind in enumerate(HoldKind)}
# In a literal, for only so a database knows that the index of just these rows will do.
IS_READY = items.c.state == literal_column("'queued'")


def hold_of(row: Row[Any]) -> Hold:
    """A row of ``work_holds`` as a ``Hold``."""
    return Hold.model_construct(
        kind=HoldKind(row.kind), detail=row.detail, unblock=row.unblock, since=row.since, checked_at=row.checked_at,
        due=row.due, ref=row.ref, data=row.data,
    )  # fmt: skip


def actor_of(data: dict[str, Any]) -> Actor:
    """The creator as it was kept with the item."""
    return Actor(kind=ActorKind(data["kind"]), name=data["name"], scopes=frozenset(data.get("scopes", ())))


def pause_holds(connection: Connection) -> list[tuple[str, str, Hold]]:
    """Paused tiers and lanes as ``(scope, value, hold)``; they are stored once and read into items."""
    return [
        (
            row.scope,
            row.value,
            Hold(
                kind=HoldKind.PAUSED,
                detail=f"{row.scope.capitalize()} {row.value} is paused" + (f": {row.reason}" if row.reason else "."),
                unblock=f"Resume {row.scope} {row.value}.",
                since=row.since,
                checked_at=row.since,
                due=row.until,
            ),
        )
        for row in connection.execute(select(pauses).order_by(pauses.c.scope, pauses.c.value))
    ]


def paused_condition(found: Sequence[tuple[str, str, Hold]]) -> ColumnElement[bool]:
    """Items that a paused tier or lane keeps from running."""
    tiers = [int(value) for scope, value, _ in found if scope == "tier"]
    lanes = [value for scope, value, _ in found if scope == "lane"]
    # An item without a tier is in none: its NULL must not make the condition, or its opposite, unknown.
    in_tiers = and_(items.c.tier.is_not(None), items.c.tier.in_(tiers))
    conditions = [in_tiers] * bool(tiers) + [items.c.lane.in_(lanes)] * bool(lanes)
    return or_(*conditions) if conditions else false()


def built(connection: Connection, rows: Sequence[Row[Any]], everything: Hold | None = None) -> list[Item]:
    """Rows as items, with their holds, dependencies and artifacts; ``everything`` is the hold of a global pause."""
    ids = [row.id for row in rows]
    if not ids:
        return []
    held: dict[str, list[Hold]] = defaultdict(list)
    waiting = [row.id for row in rows if row.state == State.HELD]
    query = select(holds).where(holds.c.item.in_(waiting)).order_by(holds.c.id)
    for row in connection.execute(query) if waiting else ():
        held[row.item].append(hold_of(row))
    say_awaited(connection, held.values())
    needs: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(select(dependencies).where(dependencies.c.item.in_(ids))):
        needs[row.item].append(row.on_item)
    files: dict[str, list[Artifact]] = defaultdict(list)
    columns = (artifacts.c.item, artifacts.c.name, artifacts.c.media_type, artifacts.c.size, artifacts.c.sha256)
    begun = [row.id for row in rows if row.attempt]
    query = select(*columns).where(artifacts.c.item.in_(begun)).order_by(artifacts.c.name)
    for row in connection.execute(query) if begun else ():
        url = f"/queue/{row.item}/artifacts/{quote(row.name, safe='')}"
        files[row.item].append(
            Artifact(name=row.name, media_type=row.media_type, size=row.size, url=url, sha256=row.sha256)
        )
    paused = pause_holds(connection)
    return [item_of(row, held[row.id], needs[row.id], files[row.id], paused, everything) for row in rows]


def item_of(
    row: Any,
    held: list[Hold],
    needs: list[str],
    files: list[Artifact],
    paused: Sequence[tuple[str, str, Hold]],
    everything: Hold | None,
) -> Item:
    """One row as an ``Item``; pauses of its tier, its lane or everything are read into its holds."""
    state = State(row.state)
    if state in (State.QUEUED, State.HELD):
        mine = {"tier": str(row.tier), "lane": row.lane}
        held = (
            held
            + [hold for scope, value, hold in paused if mine[scope] == value]
            + ([everything] if everything else [])
        )
    actor = row.actor
    return Item.model_construct(
        id=row.id, title=row.title, operation=row.operation, input=shown(row.input), section=row.section, tier=row.tier,
        phase=row.phase, priority=PRIORITIES[row.priority], effort_minutes=row.effort_minutes,
        impact=row.impact, state=State.HELD if state is State.QUEUED and held else state,
        holds=sorted(held, key=lambda hold: TOLD[hold.kind]) if held else [],
        progress=Progress(**row.progress) if row.progress and state is State.RUNNING else None,
        attempts=row.attempt, result=row.result, error=ItemError(**row.error) if row.error else None,
        artifacts=files, lane=row.lane, window=row.window, not_before=row.not_before, deadline=row.deadline,
        depends_on=sorted(needs), key=row.key, origin=row.origin, created_at=row.created_at, ready_at=row.ready_at,
        started_at=row.started_at, finished_at=row.finished_at,
        created_by=f"{actor['kind']}:{actor['name']}", cause=row.cause,
    )  # fmt: skip


def row_of(connection: Connection, id: str, *, lock: bool = False) -> Row[Any] | None:
    """The bare row of an item; with ``lock`` no other transaction changes it until this one ends."""
    query = select(items).where(items.c.id == id)
    return connection.execute(query.with_for_update(key_share=True) if lock else query).first()


def item(connection: Connection, id: str, everything: Hold | None = None) -> Item | None:
    """One item, ``None`` if there is no such id."""
    row = row_of(connection, id)
    return built(connection, [row], everything)[0] if row else None


def items_by_id(connection: Connection, ids: Iterable[str], everything: Hold | None = None) -> dict[str, Item]:
    """Several items."""
    rows = connection.execute(select(items).where(items.c.id.in_(list(ids)))).all()
    return {one.id: one for one in built(connection, rows, everything)}


def with_key(connection: Connection, key: str) -> str | None:
    """The id of the item that has a dedupe key."""
    return connection.execute(select(items.c.id).where(items.c.key == key)).scalar()


def existing(connection: Connection, ids: Iterable[str], *, lock: bool = False) -> dict[str, str]:
    """Of these ids, those that exist, with their states; with ``lock`` none changes until this transaction ends."""
    query = select(items.c.id, items.c.state).where(items.c.id.in_(list(ids))).order_by(items.c.id)
    rows = connection.execute(query.with_for_update(read=True) if lock else query)
    return {row.id: row.state for row in rows}


def ready_of(row: Row[Any]) -> Ready:
    """What ordering needs of a row."""
    return Ready(id=row.id, priority=row.priority, phase=row.phase_rank, tier=row.tier_rank, ready_at=row.ready_at)


def candidates(
    connection: Connection, lane: str, limit: int, *, lock: bool = False, brief: bool = False
) -> list[Row[Any]]:
    """The oldest ``limit`` ready items of each (priority, phase, tier) class of a lane; with ``lock`` for this
    transaction alone, with ``brief`` only what orders and names them.

    The best ``limit`` of the lane are among them: within a class the older is never behind the younger. Classes are
    found by hopping along the index from one to the next, so the cost does not grow with the backlog.
    """
    c = items.c
    classes = tuple_(c.priority, c.phase_rank, c.tier_rank)
    ready = and_(IS_READY, c.lane == lane, ~paused_condition(pause_holds(connection)))
    order = (c.priority, c.phase_rank, c.tier_rank, c.ready_at)
    columns = (c.id, c.title, c.operation, c.priority, c.phase_rank, c.tier_rank, c.ready_at)
    query = select(*(columns if brief else c)).where(ready).limit(limit)
    query = query.with_for_update(key_share=True, skip_locked=True) if lock else query
    found = list(connection.execute(query))
    if len(found) < limit:  # there are no more, so no class has any
        return found
    found, last = [], (-1, -1, -1)
    while True:
        head = connection.execute(
            select(c.priority, c.phase_rank, c.tier_rank)
            .where(ready, classes > tuple_(*last))
            .order_by(*order)
            .limit(1)
        ).first()
        if head is None:
            return found
        last = (head.priority, head.phase_rank, head.tier_rank)
        same = and_(c.priority == last[0], c.phase_rank == last[1], c.tier_rank == last[2])
        found += connection.execute(query.where(same).order_by(c.ready_at, c.id)).all()


def lanes_with_ready_work(connection: Connection) -> list[str]:
    """Lanes in which something is ready, by the same hopping."""
    lane = items.c.lane
    first = select(func.min(lane).label("lane")).where(IS_READY).cte("found", recursive=True)
    after = select(func.min(lane)).where(IS_READY, lane > first.c.lane).scalar_subquery()
    found = first.union_all(select(after).where(first.c.lane.is_not(None)))
    return list(connection.execute(select(found.c.lane).where(found.c.lane.is_not(None))).scalars())


def operations(connection: Connection) -> list[str]:
    """Names of the operations that items have, by the same hopping."""
    name = items.c.operation
    first = select(func.min(name).label("name")).cte("operations", recursive=True)
    after = select(func.min(name)).where(name > first.c.name).scalar_subquery()
    found = first.union_all(select(after).where(first.c.name.is_not(None)))
    return list(connection.execute(select(found.c.name).where(found.c.name.is_not(None))).scalars())


def running(connection: Connection, owner: str | None = None) -> list[Row[Any]]:
    """Items that are running, all or those of one boot."""
    query = select(items).where(items.c.state == State.RUNNING)
    return list(connection.execute(query.where(items.c.owner == owner) if owner else query).all())


Orphan = Row[Any]  # a running item whose process is gone


def orphans(connection: Connection) -> list[Orphan]:
    """Running items whose owner is no living boot."""
    living = select(boots.c.id).where(boots.c.ended_at.is_(None))
    owned = and_(items.c.owner.is_not(None), items.c.owner.in_(living))
    return list(connection.execute(select(items).where(items.c.state == State.RUNNING, ~owned)).all())


def dependencies_of(connection: Connection, id: str) -> list[str]:
    """Items this one waits for, done or not."""
    query = select(dependencies.c.on_item).where(dependencies.c.item == id)
    return list(connection.execute(query.order_by(dependencies.c.on_item)).scalars())


def dependents(connection: Connection, id: str) -> list[str]:
    """Items that wait for this one."""
    return [row.item for row in connection.execute(select(dependencies.c.item).where(dependencies.c.on_item == id))]


def edges(connection: Connection) -> dict[str, list[str]]:
    """Every dependency of items that are not over: item to what it waits for."""
    open_ = items.c.state.in_((State.HELD, State.QUEUED, State.RUNNING))
    query = select(dependencies).join(items, items.c.id == dependencies.c.item).where(open_)
    found: dict[str, list[str]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.item].append(row.on_item)
    return found
