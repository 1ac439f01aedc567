"""Operations that tests queue: quick ones, failing ones, ones with steps, ones that burn or wait."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from pydantic import BaseModel
from sqlalchemy import Column, Connection, Integer, String, text

from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Refused, Unavailable
from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation
from hydra_lab.kernel.policy.preview import Part as Shown
from hydra_lab.kernel.policy.preview import Preview

QUICK = timedelta(milliseconds=20)


class Say(Input):
    """Something to say back."""

    text: str = "hello"


class Said(Output):
    """What was said."""

    text: str


class Place(Input):
    """A file to write to."""

    path: str


calls: list[str] = []
gate = threading.Event()
script: dict[str, Callable[[], None]] = {}


def called(name: str) -> str:
    """Note a call, and do what the test wrote for it."""
    calls.append(name)
    if name in script:
        script[name]()
    return name


def forget() -> None:
    """Begin a test with nothing noted, nothing scripted and the gate shut."""
    calls.clear()
    script.clear()
    gate.clear()


def failing(times: int, error: Exception) -> Callable[[], None]:
    """A script that raises so many times, then does nothing."""
    left = [times]

    def fail() -> None:
        if left[0]:
            left[0] -= 1
            raise error

    return fail


@operation("bench.echo", effect=Effect.WRITE, durable=Durable(attempts=3, backoff=QUICK))
def echo(ctx: Context, input: Say) -> Said:
    """Say it back."""
    return Said(text=called(input.text))


@operation("bench.danger", effect=Effect.DANGER, subject="text", durable=Durable())
def danger(ctx: Context, input: Say) -> Said:
    """Do something that a person confirms."""
    return Said(text=called(input.text))


@operation("bench.wait", effect=Effect.WRITE, durable=Durable(attempts=2))
def wait(ctx: Context, input: Say) -> Said:
    """Wait until the test lets it go."""
    called(input.text)
    while not gate.wait(0.01):
        ctx.check_cancelled()
    return Said(text=input.text)


@operation("bench.brief", effect=Effect.WRITE, durable=Durable(timeout=timedelta(seconds=0.5)))
def brief(ctx: Context, input: Say) -> Said:
    """Wait until the test lets it go, for half a second at most."""
    return wait(ctx, input)


class Memory(Input):
    """How much memory of a card is needed, and of which."""

    text: str = "memory"
    gib: float = 10.0
    on: str = "gpu_memory_gib"


def memory_of(input: Memory) -> dict[str, float]:
    """What it needs while it runs."""
    return {input.on: input.gib}


@operation("bench.memory", effect=Effect.WRITE, durable=Durable(attempts=2, backoff=QUICK, resources=memory_of))
def memory(ctx: Context, input: Memory) -> Said:
    """Hold memory of a card until the test lets it go."""
    called(input.text)
    while not gate.wait(0.01):
        ctx.check_cancelled()
    return Said(text=input.text)


@operation("bench.lamp", effect=Effect.WRITE, needs=("lamp",), durable=Durable(attempts=2, backoff=QUICK))
def lamp(ctx: Context, input: Say) -> Said:
    """Switch a lamp."""
    return Said(text=called(input.text))


@operation("bench.look", effect=Effect.READ)
def look(ctx: Context, input: Say) -> Said:
    """Look, at once or as work."""
    return Said(text=called(input.text))


@operation("bench.direct", effect=Effect.WRITE, queueable=False)
def direct(ctx: Context) -> Said:
    """Answer at once and never be queued."""
    return Said(text="direct")


class Part(BaseModel):
    """A step's result that is rebuilt."""

    name: str
    took: timedelta


@operation("bench.within", effect=Effect.WRITE, durable=Durable(attempts=1))
def within(ctx: Context) -> Said:
    """Ask for the time and an id in the middle of a write transaction, after a step."""
    ctx.step("first", called, "first")
    with ctx.begin() as connection:
        ctx.emit(connection, "bench.within", subject=ctx.new_id(), data={"at": ctx.clock.now().isoformat()})
    return Said(text="written")


@operation("bench.steps", effect=Effect.WRITE, durable=Durable(attempts=4, backoff=QUICK))
def steps(ctx: Context, input: Say) -> Said:
    """Plain and transactional steps, recorded time and chance, progress, a log line and a file."""
    first = ctx.step("first", make_part, "first")
    assert isinstance(first, Part)
    moment, id = ctx.clock.now(), ctx.new_id()
    count = ctx.transaction("second", write_effect, ctx.item_id, 2)
    ctx.progress(0.5, "half way")
    ctx.log("between second and third")
    ctx.step("third", called, "third")
    calls.append(f"{moment.isoformat()} {id}")
    ctx.artifact("note.txt", f"{first.name} {count}".encode(), "text/plain")
    ctx.transaction("fourth", write_effect, ctx.item_id, 4)
    called("end")
    return Said(text=f"{first.name} {count}")


@operation("bench.late", effect=Effect.WRITE, durable=Durable(attempts=2))
def late(ctx: Context, input: Say) -> Said:
    """Do something before the first step."""
    called(input.text)
    return Said(text=ctx.step("late", called, "late step"))


def make_part(name: str) -> Part:
    """A plain step."""
    return Part(name=called(name), took=timedelta(seconds=1))


def write_effect(connection: Connection, item: str, step: int) -> int:
    """A transactional step: one row per time it was done."""
    connection.execute(
        text("INSERT INTO bench_effects (item, step) VALUES (:item, :step)"), {"item": item, "step": step}
    )
    called(f"effect {step}")
    return step


@operation("bench.forgiving", effect=Effect.WRITE, durable=Durable(attempts=4, backoff=QUICK))
def forgiving(ctx: Context, input: Say) -> Said:
    """A body that goes on after a step failed, and then fails."""
    try:
        ctx.step("refused", called, "refused")
    except Refused as error:
        calls.append(f"forgave {error.detail}")
    ctx.step("kept", called, "kept")
    ctx.step("last", called, "last")
    return Said(text="forgiven")


@operation("bench.nested", effect=Effect.WRITE, durable=Durable(attempts=4, backoff=QUICK))
def nested(ctx: Context, input: Say) -> Said:
    """A step that holds two transactions, the second with a file."""

    def both() -> list[int]:
        one = ctx.transaction("one", write_effect, ctx.item_id, 1)
        two = ctx.transaction("two", with_file, 2)
        called("after both")
        return [one, two]

    def with_file(connection: Connection, step: int) -> int:
        ctx.artifact("two.txt", b"two", "text/plain")
        return write_effect(connection, ctx.item_id or "", step)

    return Said(text=str(ctx.step("both", both)))


@operation("bench.child", effect=Effect.WRITE, durable=Durable(attempts=1))
def child(ctx: Context, input: Place) -> Said:
    """Run a child process, which starts one of its own, for long."""
    ctx.child(sleep_with_grandchild, input.path)
    return Said(text="slept")


def sleep_with_grandchild(path: str) -> None:
    """What the child does: say which processes there are, then sleep."""
    grandchild = subprocess.Popen(["sleep", "600"])
    Path(path).write_text(f"{os.getpid()} {grandchild.pid}\n")
    time.sleep(600)


@operation("bench.burn", effect=Effect.WRITE, durable=Durable(attempts=1, cpu=True))
def burn(ctx: Context, input: Say) -> Said:
    """A step that burns CPU, so it runs in a process of its own."""
    return Said(text=ctx.step("burn", burned, input.text))


def burned(text: str) -> str:
    """In the child: which process this is, or the error asked for."""
    if text == "refused":
        raise Refused("the child refused", fix="ask nicely")
    if text == "die":
        os._exit(9)
    return f"{os.getpid()}"


class OnShelf(Output):
    """What would be done."""

    things: list[str]

    @property
    def preview(self) -> Preview:
        """What is shown of it."""
        return Preview(
            summary=f"{len(self.things)} go",
            parts=(Shown(title="Go", lines=tuple((one, "old") for one in self.things)),),
        )


shelf: list[str] = []


def on_shelf() -> OnShelf:
    """What stands on the shelf now."""
    return OnShelf(things=list(shelf))


@operation("bench.clear", effect=Effect.DANGER, durable=Durable(), shows=True)
def clear(ctx: Context, input: Say) -> Said:
    """Take everything off the shelf that a person saw on it; with the text “data” that deletes data."""
    found = ctx.agreed("look", on_shelf) if input.text != "data" else ctx.step("look", on_shelf)
    if input.text == "data":
        ctx.ask(found.preview, floor="deletes data")
    return Said(text=ctx.step("clear", lambda: called(", ".join(found.things))))


@operation("bench.follow", effect=Effect.WRITE, durable=Durable(lane="inference"))
def follow(ctx: Context, input: Say) -> Said:
    """Queue more work."""
    return Said(text=str(ctx.enqueue("bench.echo", {"text": input.text}).id))


class LampSettings(IntegrationSettings):
    """Where the lamp is."""

    url: str


class LampState:
    """Whether the lamp answers, as the test says."""

    answers = True


def probe_lamp(settings: Any, http: Any) -> Probe:
    """Ask the lamp."""
    if not LampState.answers:
        raise Unavailable("the lamp is dark")
    return Probe(detail="shines")


LAMP = Integration(
    name="lamp", title="Lamp", what="A lamp.", settings=LampSettings, probe=probe_lamp, secret_name="a lamp",
    how_to="Plug it in.", reference="https://lamp.example", beat_s=3600.0,
)  # fmt: skip


def create(op: Operations) -> None:
    """Where transactional steps leave their marks."""
    op.create_table(
        "bench_effects",
        Column("id", Integer(), primary_key=True, autoincrement=True),
        Column("item", String(), nullable=False),
        Column("step", Integer(), nullable=False),
    )


def effects(connection: Connection, item: str) -> list[int]:
    """Which transactional steps an item did, as often as it did them."""
    rows = connection.execute(text("SELECT step FROM bench_effects WHERE item = :item ORDER BY id"), {"item": item})
    return [row.step for row in rows]


AREA = Area(name="bench", title="Bench", operations=(sys.modules[__name__],), migrations=(create,))
