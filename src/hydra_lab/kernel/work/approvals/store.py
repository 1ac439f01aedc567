"""Questions to a person and their answers: the approvals' only SQL."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from hydra_lab.kernel.work.tables import approvals


@dataclass(frozen=True, kw_only=True)
class Approval:
    """A question bound to an operation and the hash of its input; ``answer`` is ``yes``, ``no`` or open.

    Where something was shown with it, it is bound to that as well: to the ``digest`` of the ``preview``.
    """

    id: str
    item: str
    operation: str
    input_hash: str
    rule: str
    reason: str
    asked_at: datetime
    lapses_at: datetime | None
    default_yes: bool
    answer: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    comment: str | None = None
    preview: dict[str, Any] | None = None
    digest: str | None = None


def approval_of(row: Row[Any]) -> Approval:
    """A row as an ``Approval``."""
    return Approval(**row._mapping)


def ask(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Keep questions."""
    if rows:
        connection.execute(insert(approvals), rows)


def open_for(connection: Connection, item: str) -> Approval | None:
    """The question of an item that is still open."""
    query = select(approvals).where(approvals.c.item == item, approvals.c.answer.is_(None))
    row = connection.execute(query.order_by(approvals.c.asked_at.desc())).first()
    return approval_of(row) if row else None


def one(connection: Connection, id: str) -> Approval | None:
    """A question by its id."""
    row = connection.execute(select(approvals).where(approvals.c.id == id)).first()
    return approval_of(row) if row else None


def granted(
    connection: Connection, item: str, operation: str, input_hash: str, digest: str | None = None
) -> bool:  # fmt: skip
    """Whether a person said yes to just this operation with just this input for this item, seeing just this."""
    query = select(approvals.c.id).where(
        approvals.c.item == item,
        approvals.c.operation == operation,
        approvals.c.input_hash == input_hash,
        approvals.c.answer == "yes",
    )
    if digest is not None:
        query = query.where(approvals.c.digest == digest)
    return connection.execute(query).first() is not None


def times_granted(connection: Connection, item: str, rule: str) -> int:
    """How often a person said yes when a rule asked about an item."""
    c = approvals.c
    query = select(func.count()).select_from(approvals).where(c.item == item, c.rule == rule, c.answer == "yes")
    return connection.execute(query).scalar_one()


def last_asked(connection: Connection, item: str, operation: str, input_hash: str) -> Approval | None:
    """The newest question about just this operation with just this input for this item, whatever was answered."""
    c = approvals.c
    query = select(approvals).where(c.item == item, c.operation == operation, c.input_hash == input_hash)
    row = connection.execute(query.order_by(c.asked_at.desc(), c.id.desc())).first()
    return approval_of(row) if row else None


def granted_items(connection: Connection, ids: list[str]) -> set[tuple[str, str, str]]:
    """``(item, operation, input hash)`` of every yes among these items."""
    query = select(approvals.c.item, approvals.c.operation, approvals.c.input_hash)
    rows = connection.execute(query.where(approvals.c.item.in_(ids), approvals.c.answer == "yes"))
    return {(row.item, row.operation, row.input_hash) for row in rows}


def asked_because(connection: Connection, item: str, rule: str) -> str | None:
    """The reason with which a rule has asked about an item before; ``None`` if it never did."""
    query = select(approvals.c.reason).where(approvals.c.item == item, approvals.c.rule == rule)
    return connection.execute(query.order_by(approvals.c.asked_at.desc())).scalar()


def answer(connection: Connection, id: str, *, answer: str, by: str, at: datetime, comment: str | None = None) -> bool:
    """Keep an answer; ``False`` if the question was answered already."""
    change = update(approvals).where(approvals.c.id == id, approvals.c.answer.is_(None))
    done = connection.execute(change.values(answer=answer, decided_by=by, decided_at=at, comment=comment))
    return done.rowcount == 1


def withdraw(connection: Connection, item: str, at: datetime) -> None:
    """Close open questions of an item that no longer needs an answer."""
    change = update(approvals).where(approvals.c.item == item, approvals.c.answer.is_(None))
    connection.execute(change.values(answer="withdrawn", decided_at=at))


def listed(connection: Connection, *, undecided: bool, limit: int) -> list[Approval]:
    """Open questions, oldest first; or decided ones, newest first."""
    if undecided:
        query = select(approvals).where(approvals.c.answer.is_(None)).order_by(approvals.c.asked_at)
    else:
        query = select(approvals).where(approvals.c.answer.is_not(None)).order_by(approvals.c.decided_at.desc())
    return [approval_of(row) for row in connection.execute(query.limit(limit))]


def count_open(connection: Connection) -> int:
    """How many questions are open."""
    query = select(func.count()).select_from(approvals).where(approvals.c.answer.is_(None))
    return connection.execute(query).scalar_one()
