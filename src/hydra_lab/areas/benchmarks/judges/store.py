"""What people say of judges' verdicts, in the database: this part's only SQL."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from hydra_lab.areas.benchmarks.judges.model import Told
from hydra_lab.areas.benchmarks.tables import verdicts


def put(
    connection: Connection, *, run: str, case: str, judge: str, right: bool, agrees: bool, by: str, at: datetime
) -> None:
    """Keep a person's verdict in place of an earlier one on the same case."""
    connection.execute(delete(verdicts).where(verdicts.c.run == run, verdicts.c.case == case))
    row = {"run": run, "case": case, "judge": judge, "right": right, "agrees": agrees, "by": by, "at": at}
    connection.execute(insert(verdicts).values(row))


def of_run(connection: Connection, run: str) -> dict[str, bool]:
    """Whether people agree, by case."""
    rows = connection.execute(select(verdicts.c.case, verdicts.c.agrees).where(verdicts.c.run == run))
    return {row.case: row.agrees for row in rows}


def of_judge(connection: Connection, judge: str) -> list[Told]:
    """Every verdict on a judge."""
    rows = connection.execute(select(verdicts.c.right, verdicts.c.agrees).where(verdicts.c.judge == judge))
    return [Told(right=row.right, agrees=row.agrees) for row in rows]


def judges(connection: Connection) -> list[str]:
    """Every judge that people gave a verdict on."""
    return list(connection.execute(select(verdicts.c.judge).distinct().order_by(verdicts.c.judge)).scalars())
