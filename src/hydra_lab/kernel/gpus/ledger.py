"""What changes the ledger: cards are measured, models come and go, work takes its lease, models are pinned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hydra_lab.kernel.gpus import store
from hydra_lab.kernel.gpus.account import Account, accounts, grows, part
from hydra_lab.kernel.gpus.model import Card, Learned, Lease, LeaseKind, holder_of_model, holder_of_work
from hydra_lab.kernel.gpus.placing import Answer, Place, placed
from hydra_lab.kernel.gpus.room import Room, room

STAYS_BUSY = timedelta(seconds=15)  # how long what was in use at the last look counts as in use
NEWEST = 0.5  # how much the latest load says of how long the next will take, against all before it


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A model that its server has in memory: what it says it holds on GPUs, and until when it stays if unused."""

    model: str
    gib: float | None = None
    until: datetime | None = None


def measured(connection: Connection, node: str, found: Sequence[Card]) -> None:
    """A node's cards as they were just measured; a node without any has none."""
    store.put_cards(connection, node, found)


def books(connection: Connection, now: datetime) -> list[Account]:
    """Every card's account, by node and number."""
    return accounts(store.all_cards(connection), store.all_leases(connection), now)


# Models -----------------------------------------------------------------------------------------------------------


def room_for(
    connection: Connection, server: str, model: str, goes: Collection[str], now: datetime, *,
    node: str, gpus: Sequence[int] = (),
) -> Room:  # fmt: skip
    """What a model could have on its server's cards once the models ``goes`` of that server are unloaded."""
    cards = [one for one in store.all_cards(connection) if one.node == node and (not gpus or one.index in gpus)]
    holders = {holder_of_model(server, name) for name in (model, *goes)}
    return room(cards if len(cards) >= len(gpus) else (), store.all_leases(connection), holders, now)


def loading(
    connection: Connection,
    server: str,
    model: str,
    now: datetime,
    *,
    node: str | None,
    gpus: Sequence[int] = (),
    estimated_gib: float | None = None,
    movable: bool = True,
    item: str | None = None,
    attempt: int | None = None,
) -> Lease:
    """A model is about to be loaded: its memory is taken from now on. What was learned of it comes before the guess.

    ``movable`` is whether it can be unloaded by asking. ``gone`` gives it back if the load fails; where work loads it,
    it is given back, too, when that attempt ends before the model is ``loaded``.
    """
    store.one_at_a_time(connection)
    known = store.learned_of(connection, server, model)
    lease = Lease(
        holder=holder_of_model(server, model), kind=LeaseKind.MODEL, title=f"{model} on {server}", node=node,
        gpus=where(connection, node, gpus), estimated_gib=estimated_gib if known.gib is None else known.gib,
        priority=known.priority, movable=movable, taken_at=now, server=server, model=model,
        item=item, attempt=attempt,
    )  # fmt: skip
    return put_new(connection, lease, now)


def loaded(
    connection: Connection, server: str, model: str, now: datetime, *, gib: float | None, seconds: float | None
) -> None:
    """A model that was loading is in memory: how much it holds, if its server says so, and how long it took."""
    holder = holder_of_model(server, model)
    store.change_lease(connection, holder, measured_gib=gib, settled_at=now, used_at=now, item=None)
    learn(connection, server, model, gib=gib, seconds=seconds)


def gone(connection: Connection, server: str, model: str) -> bool:
    """A model is in memory no longer, or could not be loaded."""
    return store.drop_leases(connection, [holder_of_model(server, model)]) > 0


def keep_server(
    connection: Connection,
    server: str,
    found: Sequence[Loaded],
    now: datetime,
    *,
    node: str | None,
    gpus: Sequence[int] = (),
    movable: bool = True,
    in_use: bool = False,
) -> bool:
    """What a server has in memory now, however it came there; whether models came, went or moved.

    A model that is still being loaded stays the lease of whoever loads it. ``in_use`` is whether requests are inside
    the server now: then all its models count as used, for which is asked nobody tells. A model counts as used, too,
    when its server lets it stay longer than it said before.
    """
    before = {one.model: one for one in store.all_leases(connection) if one.server == server}
    there, cards = {one.model: one for one in found}, where(connection, node, gpus)
    out = [one.holder for name, one in before.items() if name not in there and one.settled_at is not None]
    changed = store.drop_leases(connection, out) > 0
    for name, one in there.items():
        old = before.get(name)
        if old is not None and old.settled_at is None:
            continue
        changed = changed or old is None or old.gpus != cards
        if old is None:
            lease = Lease(
                holder=holder_of_model(server, name), kind=LeaseKind.MODEL, title=f"{name} on {server}", node=node,
                gpus=cards, estimated_gib=store.learned_of(connection, server, name).gib, measured_gib=one.gib,
                movable=movable, taken_at=now, settled_at=now, server=server, model=name,
            )  # fmt: skip
        else:
            lease = replace(
                old,
                node=node,
                gpus=cards,
                movable=movable,
                measured_gib=old.measured_gib if one.gib is None else one.gib,
            )
        used = in_use or (one.until is not None and lease.until is not None and one.until > lease.until)
        lease = replace(
            lease, until=one.until, used_at=now if used else lease.used_at,
            busy_until=now + STAYS_BUSY if in_use else lease.busy_until,
        )  # fmt: skip
        if lease != old:
            store.put_lease(connection, lease)
            learn(connection, server, name, gib=one.gib, seconds=None)
    return changed


def used(connection: Connection, server: str, model: str, now: datetime, busy_until: datetime | None = None) -> None:
    """A model was in use just now; ``busy_until`` is until when it counts as in use unless this is said again."""
    until = {} if busy_until is None else {"busy_until": busy_until}
    store.change_lease(connection, holder_of_model(server, model), used_at=now, **until)


def learn(connection: Connection, server: str, model: str, *, gib: float | None, seconds: float | None) -> None:
    """Keep how much a model holds and how long it took to load, the latest counting half."""
    known = store.learned_of(connection, server, model)
    took = known.reload_s
    if seconds is not None:
        took = seconds if took is None else took * (1 - NEWEST) + seconds * NEWEST
    now_known = replace(known, gib=known.gib if gib is None else gib, reload_s=took)
    if now_known != known:
        store.put_learned(connection, now_known)


def settle_pin(connection: Connection, server: str, model: str, pinned: bool, priority: int | None) -> Learned:
    """Pin a model, so that nothing unloads it, or let it go; its priority says who is let go first."""
    known = store.learned_of(connection, server, model)
    now_known = replace(known, pinned=pinned, priority=known.priority if priority is None else priority)
    store.put_learned(connection, now_known)
    return now_known


def where(connection: Connection, node: str | None, gpus: Sequence[int]) -> tuple[int, ...]:
    """The cards' numbers as they were said; of a node with one card it is that one."""
    if gpus or node is None:
        return tuple(gpus)
    there = [one.index for one in store.all_cards(connection) if one.node == node]
    return tuple(there) if len(there) == 1 else ()


# Work -------------------------------------------------------------------------------------------------------------


def ask(connection: Connection, place: Place, gib: float, now: datetime, *, priority: int) -> Answer:
    """Whether an amount is to be had now, and where."""
    return placed(books(connection, now), place, gib, now, priority)


def take(
    connection: Connection, item: str, attempt: int, resource: str, card: Card, gib: float, now: datetime, *,
    title: str, priority: int,
) -> None:  # fmt: skip
    """Work takes its lease of a resource on a card, for one attempt."""
    lease = Lease(
        holder=holder_of_work(item, resource), kind=LeaseKind.WORK, title=title, node=card.node, gpus=(card.index,),
        estimated_gib=gib, priority=priority, taken_at=now, item=item, attempt=attempt,
    )  # fmt: skip
    put_new(connection, lease, now)


def put_new(connection: Connection, lease: Lease, now: datetime) -> Lease:
    """Keep a new lease, with what its card held apart from leases when it was taken."""
    store.drop_leases(connection, [lease.holder])
    seen = [one for one in books(connection, now) if lease.is_on(one.card) and one.card.used_gib is not None]
    based = replace(lease, base_gib=max(map(apart, seen), default=None))
    store.put_lease(connection, based)
    return based


def left_over(connection: Connection, servers: Sequence[str]) -> list[str]:
    """Leases of which nobody is left: of work that ended, and of servers that are not connected any more."""
    every = store.all_leases(connection)
    gone = [one.holder for one in every if one.server is not None and one.server not in servers]
    return gone + store.ended(connection)


def give_back(connection: Connection, item: str) -> None:
    """Work gives back what it took."""
    mine = [one.holder for one in store.all_leases(connection) if one.item == item]
    store.drop_leases(connection, mine)


def apart(one: Account) -> float:
    """What a card holds apart from its leases."""
    settled = sum(part(lease) for lease in one.leases if lease.is_on(one.card) and not grows(lease, one.card))
    growing = one.leased_gib - settled
    return max(0.0, (one.card.used_gib or 0.0) - settled - (growing - one.coming_gib))
