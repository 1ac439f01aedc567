"""Benchmark runs in the database: the area's only SQL."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from hydra_lab.areas.benchmarks.model import Past, Run, Verdict
from hydra_lab.areas.benchmarks.tables import runs


def put(connection: Connection, run: Run) -> None:
    """Keep a run."""
    connection.execute(
        insert(runs).values(
            id=run.id,
            suite=run.suite,
            target=run.target,
            conditions=run.conditions,
            item=run.item,
            state=run.state,
            started_at=run.started_at,
            run=run.model_dump(mode="json"),
        )
    )


def put_verdict(connection: Connection, id: str, verdict: Verdict) -> None:
    """Keep what came of comparing a run."""
    if run := one(connection, id):
        judged = run.model_copy(update={"verdict": verdict})
        connection.execute(update(runs).where(runs.c.id == id).values(run=judged.model_dump(mode="json")))


def one(connection: Connection, id: str) -> Run | None:
    """A run by its id."""
    row = connection.execute(select(runs.c.run).where(runs.c.id == id)).first()
    return Run.model_validate(row.run) if row else None


def latest(connection: Connection) -> list[Run]:
    """The last run of each suite on each target, the newest first."""
    place = func.row_number().over(
        partition_by=(runs.c.suite, runs.c.target), order_by=(runs.c.started_at.desc(), runs.c.id.desc())
    )
    ranked = select(runs.c.run, runs.c.started_at, runs.c.id, place.label("place")).subquery()
    rows = connection.execute(
        select(ranked.c.run).where(ranked.c.place == 1).order_by(ranked.c.started_at.desc(), ranked.c.id.desc())
    )
    return [Run.model_validate(row.run) for row in rows]


def history(
    connection: Connection,
    *,
    suite: str | None = None,
    target: str | None = None,
    before: Run | None = None,
    limit: int,
) -> list[Run]:
    """Runs, the newest first; ``before`` leaves out that one and what came after it."""
    wanted = select(runs.c.run).order_by(runs.c.started_at.desc(), runs.c.id.desc()).limit(limit)
    if suite:
        wanted = wanted.where(runs.c.suite == suite)
    if target:
        wanted = wanted.where(runs.c.target == target)
    if before:
        at = before.started_at
        older = or_(runs.c.started_at < at, and_(runs.c.started_at == at, runs.c.id < before.id))
        wanted = wanted.where(older)
    return [Run.model_validate(row.run) for row in connection.execute(wanted)]


def past(connection: Connection, run: Run, *, limit: int) -> list[Past]:
    """What a chart needs of the runs of the same suite and target before one, the newest first."""
    earlier = or_(runs.c.started_at < run.started_at, and_(runs.c.started_at == run.started_at, runs.c.id < run.id))
    rows = connection.execute(
        select(runs.c.id, runs.c.state, runs.c.conditions, runs.c.started_at, runs.c.run)
        .where(runs.c.suite == run.suite, runs.c.target == run.target, earlier)
        .order_by(runs.c.started_at.desc(), runs.c.id.desc())
        .limit(limit)
    )
    return [
        Past(id=row.id, state=row.state, conditions=row.conditions, started_at=row.started_at, series=row.run["series"])
        for row in rows
    ]


def like(connection: Connection, run: Run, *, before: datetime, leave_out: Sequence[str] = ()) -> list[Run]:
    """Earlier runs that ended well under the same conditions, the newest first."""
    rows = connection.execute(
        select(runs.c.run)
        .where(
            runs.c.conditions == run.conditions, runs.c.state == "done", runs.c.started_at < before,
            runs.c.id.not_in(leave_out),
        )
        .order_by(runs.c.started_at.desc(), runs.c.id.desc())
        .limit(100)
    )  # fmt: skip
    return [Run.model_validate(row.run) for row in rows]
