"""What is kept of reconciling: the area's only SQL."""

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hydra_lab.areas.reconcile.model import Bad, Came, Ran, Replacing, Revision
from hydra_lab.areas.reconcile.tables import bad, replacing, revisions, runs, watching

ONE = 1
KEPT_RUNS = 500


def last_number(connection: Connection) -> int:
    """The number of the last revision; 0 before the first."""
    number = connection.execute(select(revisions.c.number).order_by(revisions.c.number.desc()).limit(1)).scalar()
    return number or 0


def revision(connection: Connection, number: int) -> tuple[Revision, str, str] | None:
    """A revision, its sealed document and its digest."""
    row = connection.execute(select(revisions).where(revisions.c.number == number)).first()
    return (revision_of(row), row.sealed, row.digest) if row else None


def all_revisions(connection: Connection, limit: int) -> list[Revision]:
    """The last revisions, newest first."""
    rows = connection.execute(select(revisions).order_by(revisions.c.number.desc()).limit(limit))
    return [revision_of(row) for row in rows]


def revision_of(row: Any) -> Revision:
    """A row as a revision."""
    return Revision(number=row.number, at=row.at, author=row.author, note=row.note, diff=row.diff)


def add_revision(connection: Connection, one: Revision, sealed: str, digest: str) -> None:
    """Keep a revision."""
    connection.execute(insert(revisions).values(
        number=one.number, at=one.at, author=one.author, note=one.note, diff=one.diff, sealed=sealed, digest=digest,
    ))  # fmt: skip


def put_run(connection: Connection, one: Ran) -> None:
    """Keep what came of applying, in place of what was kept of the same run."""
    connection.execute(delete(runs).where(runs.c.id == one.id))
    connection.execute(insert(runs).values(
        id=one.id, at=one.at, revision=one.revision, author=one.author, item=one.item, outcome=one.outcome,
        done=[came.model_dump(mode="json") for came in one.done],
    ))  # fmt: skip
    old = select(runs.c.id).order_by(runs.c.at.desc()).offset(KEPT_RUNS)
    connection.execute(delete(runs).where(runs.c.id.in_([row.id for row in connection.execute(old)])))


def all_runs(connection: Connection, limit: int) -> list[Ran]:
    """What came of applying, the last first."""
    rows = connection.execute(select(runs).order_by(runs.c.at.desc(), runs.c.id.desc()).limit(limit))
    return [
        Ran(id=row.id, at=row.at, revision=row.revision, author=row.author, item=row.item, outcome=row.outcome,
            done=[Came.model_validate(one) for one in row.done])
        for row in rows
    ]  # fmt: skip


def all_bad(connection: Connection) -> list[Bad]:
    """Descriptions that did not work."""
    rows = connection.execute(select(bad).order_by(bad.c.at))
    return [Bad(name=row.name, digest=row.digest, revision=row.revision, at=row.at, why=row.why) for row in rows]


def put_bad(connection: Connection, one: Bad) -> None:
    """Remember that a description did not work."""
    forget_bad(connection, one.name, one.digest)
    connection.execute(insert(bad).values(**one.model_dump()))


def forget_bad(connection: Connection, name: str, digest: str) -> None:
    """It works after all."""
    connection.execute(delete(bad).where(bad.c.name == name, bad.c.digest == digest))


def watched(connection: Connection) -> tuple[dict[str, Any], dict[str, Any]]:
    """The rules of watching and what it has seen, as they are kept; both empty before the first time."""
    row = connection.execute(select(watching).where(watching.c.id == ONE)).first()
    return (row.rules, row.seen) if row else ({}, {})


def put_watched(connection: Connection, rules: dict[str, Any], seen: dict[str, Any]) -> None:
    """Keep both."""
    values = {"rules": rules, "seen": seen}
    if not connection.execute(update(watching).where(watching.c.id == ONE).values(values)).rowcount:
        connection.execute(insert(watching).values(id=ONE, **values))


def note_replacing(connection: Connection, name: str, item: str, *, ran: bool) -> None:
    """A container is being replaced by some work; whether it ran is what the first to begin saw."""
    if not connection.execute(update(replacing).where(replacing.c.name == name).values(item=item)).rowcount:
        connection.execute(insert(replacing).values(name=name, item=item, ran=ran))


def forget_replacing(connection: Connection, name: str) -> None:
    """It is over."""
    connection.execute(delete(replacing).where(replacing.c.name == name))


def all_replacing(connection: Connection) -> list[Replacing]:
    """Containers whose replacement did not end."""
    return [Replacing(name=row.name, item=row.item, ran=row.ran) for row in connection.execute(select(replacing))]
