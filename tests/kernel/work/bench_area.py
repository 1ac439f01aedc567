"""Operations that tests queue: quick ones, failing ones, ones with steps."""

import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, text

from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Busy, Refused, Unavailable
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation


class Say(Input):
    """Something to say back."""

    text: str = "hello"


class Said(Output):
    """What was said."""

    text: str


class Steps(Input):
    """How the stepped operation behaves."""

    fail_at: str | None = None
    error: str = "unavailable"


calls: list[str] = []
gate = threading.Event()
script: dict[str, Callable[[], None]] = {}


@operation("bench.echo", effect=Effect.WRITE, durable=Durable(attempts=3, backoff=timedelta(milliseconds=50)))
def echo(ctx: Context, input: Say) -> Said:
    """Say it back."""
    calls.append(input.text)
    if input.text in script:
        script[input.text]()
    return Said(text=input.text)


@operation("bench.wait", effect=Effect.WRITE, durable=Durable(attempts=2))
def wait(ctx: Context, input: Say) -> Said:
    """Wait until the test lets it go."""
    calls.append(input.text)
    while not gate.wait(0.02):
        ctx.check_cancelled()
    return Said(text=input.text)


@operation("bench.steps", effect=Effect.WRITE, durable=Durable(attempts=4, backoff=timedelta(milliseconds=50)))
def steps(ctx: Context, input: Steps) -> Said:
    """Three steps, one of which may fail."""
    first = ctx.step("first", one, "a")
    moment = ctx.clock.now()
    second = ctx.transaction("second", write_row, first)
    ctx.progress(0.6, "two thirds")
    third = ctx.step("third", one, f"{second}c")
    calls.append(moment.isoformat())
    return Said(text=third)


def one(letter: str) -> str:
    """A plain step."""
    calls.append(f"step {letter}")
    if letter in script:
        script[letter]()
    return letter


def write_row(connection: Connection, letter: str) -> str:
    """A transactional step."""
    connection.execute(text("CREATE TABLE IF NOT EXISTS bench_effects (letter TEXT)"))
    connection.execute(text("INSERT INTO bench_effects VALUES (:letter)"), {"letter": letter})
    return f"{letter}b"


def sleep_long(seconds: float) -> None:
    """What a child process does."""
    time.sleep(seconds)


@operation("bench.child", effect=Effect.WRITE, durable=Durable(attempts=1))
def child(ctx: Context) -> Said:
    """Run a child process for long."""
    ctx.child(sleep_long, 60.0)
    return Said(text="slept")


def unavailable() -> None:
    """An outside system is gone for a moment."""
    raise Unavailable("gone")


def busy() -> None:
    """An outside system names its time."""
    raise Busy("later", retry_after_s=0.3)


def refused() -> None:
    """An outside system says no."""
    raise Refused("no")


AREA = Area(name="bench", title="Bench", operations=(sys.modules[__name__],))
