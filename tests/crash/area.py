"""Work to be killed in the middle of: plain steps that leave a line in a file, transactional ones that leave a row."""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from sqlalchemy import Column, Connection, Integer, String, text

from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation

STEPS = ("plain 1", "effect 2", "plain 3", "effect 4")
# Where a process can die within a step: before it, in it (a transactional one: before its commit), once its work is
# done and not yet recorded, and after it.
MOMENTS = ("before", "in", "unrecorded", "after")
POINTS = ("claimed", *(f"{moment} {step}" for step in STEPS for moment in MOMENTS), "unfinished", "finished")


class Death:
    """The point at which this process kills itself; set once by the process that serves."""

    point: str | None = None
    outside: Path = Path()


def die_at(point: str) -> None:
    """Die if this is the point."""
    if Death.point == point:
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)  # the signal takes a moment; nothing more must happen


class Slow(Input):
    """How long each step takes."""

    pause_s: float = 0.0


class Told(Output):
    """What the steps said."""

    said: list[str]


@operation(
    "crash.steps", effect=Effect.WRITE, durable=Durable(lane="default", attempts=2, backoff=timedelta(seconds=0))
)
def steps(ctx: Context, input: Slow) -> Told:
    """Two plain and two transactional steps."""
    said = [run(ctx, name, input.pause_s) for name in STEPS]
    die_at("unfinished")
    return Told(said=said)


@operation("crash.elsewhere", effect=Effect.WRITE, durable=Durable(lane="elsewhere"))
def elsewhere(ctx: Context, input: Slow) -> Told:
    """The same in another lane."""
    return steps(ctx, input)


@operation("crash.once", effect=Effect.WRITE, durable=Durable(lane="default", attempts=2))
def once(ctx: Context, input: Slow) -> Told:
    """One call and no step."""
    return Told(said=[plain("plain once", ctx.item_id or "", input.pause_s)])


def run(ctx: Context, name: str, pause_s: float) -> str:
    """One step, of the kind its name says."""
    die_at(f"before {name}")
    body: Callable[..., Any] = plain if name.startswith("plain") else effect
    doing = ctx.step if body is plain else ctx.transaction
    said: str = doing(name, body, name, ctx.item_id, pause_s)
    die_at(f"after {name}")
    return said


def plain(name: str, item: str, pause_s: float) -> str:
    """Leave a line outside; it may come twice."""
    die_at(f"in {name}")
    time.sleep(pause_s)
    with Death.outside.open("a") as file:
        file.write(f"{item} {name} {os.getpid()}\n")
    die_at(f"unrecorded {name}")
    return name


def effect(connection: Connection, name: str, item: str, pause_s: float) -> str:
    """Leave a row, which must come once."""
    connection.execute(
        text("INSERT INTO crash_effects (item, name) VALUES (:item, :name)"), {"item": item, "name": name}
    )
    die_at(f"in {name}")
    time.sleep(pause_s)
    after_commit(connection, lambda: die_at(f"unrecorded {name}"))
    return name


def effects(connection: Connection) -> list[tuple[str, str]]:
    """Every row that was left: ``(item, name)``."""
    return [
        (row.item, row.name) for row in connection.execute(text("SELECT item, name FROM crash_effects ORDER BY id"))
    ]


def create(op: Operations) -> None:
    """Where rows are left."""
    op.create_table(
        "crash_effects",
        Column("id", Integer(), primary_key=True, autoincrement=True),
        Column("item", String(), nullable=False),
        Column("name", String(), nullable=False),
    )


AREA = Area(name="crash", title="Crash", operations=(sys.modules[__name__],), migrations=(create,))
