"""Reading and adding up what was spent: the limits' only SQL."""

from sqlalchemy import Connection, insert, select, update

from hydra_lab.kernel.work.limits.tables import usage


def spent(connection: Connection, day: str) -> dict[str, float]:
    """What was spent on a day, by unit."""
    rows = connection.execute(select(usage.c.unit, usage.c.amount).where(usage.c.day == day))
    return {row.unit: row.amount for row in rows}


def spend(connection: Connection, day: str, unit: str, amount: float) -> None:
    """Add to what was spent on a day."""
    more = update(usage).where(usage.c.day == day, usage.c.unit == unit).values(amount=usage.c.amount + amount)
    if connection.execute(more).rowcount == 0:
        connection.execute(insert(usage).values(day=day, unit=unit, amount=amount))
