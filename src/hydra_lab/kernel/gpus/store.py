"""The GPU ledger in the database: its only SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from hydra_lab.kernel.gpus.model import MEDIUM, Card, Learned, Lease, LeaseKind
from hydra_lab.kernel.gpus.tables import cards, learned, leases
from hydra_lab.kernel.journal.store import lock_all
from hydra_lab.kernel.work.model import State
from hydra_lab.kernel.work.tables import items


def one_at_a_time(connection: Connection) -> None:
    """Have nobody else take memory until this transaction ends (SQLite has one writer anyway).

    It is the journal's lock: whoever takes memory writes there too, and two locks could wait for one another.
    """
    lock_all(connection)


# Cards ------------------------------------------------------------------------------------------------------------


def all_cards(connection: Connection) -> list[Card]:
    """Every card as last measured, by node and number."""
    rows = connection.execute(select(cards).order_by(cards.c.node, cards.c.index))
    return [Card(**row._mapping) for row in rows]


def put_cards(connection: Connection, node: str, found: Sequence[Card]) -> None:
    """The cards of a node as they are now; others of it are gone."""
    connection.execute(delete(cards).where(cards.c.node == node))
    if found:
        connection.execute(insert(cards), [vars(one) for one in found])


# Leases -----------------------------------------------------------------------------------------------------------


def counts() -> ColumnElement[bool]:
    """A lease of work counts while its item runs at that attempt, or is just being claimed for it: so it ends with the
    attempt whatever ends that, a crash included."""
    runs = and_(items.c.state == State.RUNNING, items.c.attempt == leases.c.attempt)
    starts = and_(items.c.state == State.QUEUED, items.c.attempt + 1 == leases.c.attempt)
    return or_(leases.c.item.is_(None), runs, starts)


def all_leases(connection: Connection) -> list[Lease]:
    """Every lease that counts, the oldest first."""
    known = and_(learned.c.server == leases.c.server, learned.c.model == leases.c.model)
    query = (
        select(leases, learned.c.pinned, learned.c.priority.label("own"), learned.c.reload_s)
        .join(items, items.c.id == leases.c.item, isouter=True)
        .join(learned, known, isouter=True)
        .where(counts())
        .order_by(leases.c.taken_at, leases.c.holder)
    )
    return [lease_of(row) for row in connection.execute(query)]


def lease_of(row: Row[Any]) -> Lease:
    """A row of leases, with what is learned of its model."""
    values = dict(row._mapping)
    own = values.pop("own")
    values |= {
        "kind": LeaseKind(row.kind), "gpus": tuple(row.gpus), "pinned": bool(row.pinned),
        "priority": row.priority if own is None else own,
    }  # fmt: skip
    return Lease(**values)


def put_lease(connection: Connection, lease: Lease) -> None:
    """Keep a lease in place of its holder's last."""
    kept = {name: value for name, value in vars(lease).items() if name in leases.c}
    connection.execute(delete(leases).where(leases.c.holder == lease.holder))
    connection.execute(insert(leases).values(kept | {"gpus": list(lease.gpus)}))


def change_lease(connection: Connection, holder: str, **values: Any) -> bool:
    """Set columns of a lease; ``False`` where there is none."""
    return connection.execute(update(leases).where(leases.c.holder == holder).values(values)).rowcount > 0


def drop_leases(connection: Connection, holders: Sequence[str]) -> int:
    """Give leases back; how many there were."""
    return connection.execute(delete(leases).where(leases.c.holder.in_(holders))).rowcount if holders else 0


def ended(connection: Connection) -> list[str]:
    """The leases of work that does not run any more."""
    forgotten = and_(leases.c.item.is_not(None), items.c.id.is_(None))
    query = select(leases.c.holder).join(items, items.c.id == leases.c.item, isouter=True)
    query = query.where(or_(forgotten, ~counts()))
    return list(connection.execute(query).scalars())


# What is learned --------------------------------------------------------------------------------------------------


def all_learned(connection: Connection) -> dict[tuple[str, str], Learned]:
    """What is kept of models, by server and model."""
    found = [Learned(**row._mapping) for row in connection.execute(select(learned))]
    return {(one.server, one.model): one for one in found}


def learned_of(connection: Connection, server: str, model: str) -> Learned:
    """What is kept of one model."""
    query = select(learned).where(learned.c.server == server, learned.c.model == model)
    row = connection.execute(query).first()
    return Learned(**row._mapping) if row else Learned(server=server, model=model, priority=MEDIUM)


def put_learned(connection: Connection, known: Learned) -> None:
    """Keep what is known of a model."""
    mine = and_(learned.c.server == known.server, learned.c.model == known.model)
    connection.execute(delete(learned).where(mine))
    connection.execute(insert(learned).values(vars(known)))
