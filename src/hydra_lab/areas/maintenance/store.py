"""The SQL of maintenance: disk measurements, what pruning must keep, and tidying the database itself."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, delete, func, insert, select, text

from hydra_lab.areas.maintenance.disks import Sample, Usage
from hydra_lab.areas.maintenance.tables import samples
from hydra_lab.kernel.database.connect import BUSY_TIMEOUT_MS, postgres_url
from hydra_lab.kernel.journal.tables import events
from hydra_lab.kernel.work import State
from hydra_lab.kernel.work.tables import items

# Compacting rewrites the whole file while others wait; above this size it is left to a person.
COMPACT_UP_TO = 512 << 20
WORTH_COMPACTING = 0.2


def history(connection: Connection, node: str, mount: str, since: datetime) -> list[Sample]:
    """A file system's measurements since a time, oldest first."""
    c = samples.c
    query = select(c.at, c.total, c.free).where(c.node == node, c.mount == mount, c.at >= since).order_by(c.at)
    return [Sample(**row._mapping) for row in connection.execute(query)]


def newest(connection: Connection) -> list[tuple[str, str, Sample]]:
    """The last measurement of each node's file systems: ``(node, mount, measurement)``, by name."""
    c = samples.c
    last = select(c.node, func.max(c.at).label("at")).group_by(c.node).subquery()
    query = select(samples).join(last, (c.node == last.c.node) & (c.at == last.c.at)).order_by(c.node, c.mount)
    return [
        (row.node, row.mount, Sample(at=row.at, total=row.total, free=row.free)) for row in connection.execute(query)
    ]


def keep_samples(connection: Connection, node: str, at: datetime, seen: Sequence[Usage]) -> None:
    """Keep one measurement of each file system, in place of one of the same time."""
    connection.execute(delete(samples).where(samples.c.node == node, samples.c.at == at))
    rows = [{"node": node, "mount": one.mount, "at": at, "total": one.total, "free": one.free} for one in seen]
    if rows:
        connection.execute(insert(samples), rows)


def drop_samples(connection: Connection, before: datetime) -> int:
    """Forget measurements older than a time; how many."""
    return connection.execute(delete(samples).where(samples.c.at < before)).rowcount


def open_items_with_events_before(connection: Connection, before: datetime) -> list[str]:
    """Items that are not over and whose story begins before a time: their journal entries are kept."""
    open_ = items.c.state.in_((State.HELD, State.QUEUED, State.RUNNING))
    query = select(events.c.item).where(events.c.at < before).join(items, items.c.id == events.c.item)
    return [row.item for row in connection.execute(query.where(open_).distinct())]


@dataclass(frozen=True, kw_only=True)
class Tidied:
    """Sizes in bytes before and after; ``said`` is what was done, in words."""

    before: int
    after: int
    log_before: int
    log_after: int
    said: tuple[str, ...]


def tidy_sqlite(path: Path) -> Tidied:
    """Refresh the planner's statistics, empty the write-ahead log, and compact the file where that wins something."""
    log = path.with_name(f"{path.name}-wal")
    before, log_before = path.stat().st_size, size(log)
    with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
        connection.execute("PRAGMA analysis_limit=1000")
        connection.execute("PRAGMA optimize(0x10002)")
        said = ["refreshed the statistics that queries are planned with"]
        pages, unused = (
            connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")
        )
        if unused < pages * WORTH_COMPACTING:
            said.append(f"did not compact: {unused / max(pages, 1):.0%} of the file is unused")
        elif before > COMPACT_UP_TO:
            said.append(
                "did not compact: the file is too large to make others wait; `VACUUM` it while Hydra is stopped"
            )
        else:
            connection.execute("VACUUM")
            said.append("compacted the file")
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        said.append("the write-ahead log is in use and was not emptied" if busy else "emptied the write-ahead log")
    return Tidied(
        before=before, after=path.stat().st_size, log_before=log_before, log_after=size(log), said=tuple(said)
    )


def tidy_postgres(url: str) -> Tidied:
    """Vacuum and analyse every table of the database."""
    engine = create_engine(postgres_url(url), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    sized = text("SELECT pg_database_size(current_database())")
    with engine.connect() as connection:
        before = connection.execute(sized).scalar_one()
        connection.execute(text("VACUUM (ANALYZE)"))
        after = connection.execute(sized).scalar_one()
    return Tidied(before=before, after=after, log_before=0, log_after=0, said=("vacuumed and analysed every table",))


def size(path: Path) -> int:
    """A file's size, 0 when it is not there."""
    return path.stat().st_size if path.exists() else 0
