"""An area of toys for the surfaces' tests: one verb for each way a verb can be."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from pydantic import Field

from hydra_lab.kernel import errors
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import (
    Answer,
    Durable,
    Effect,
    Entry,
    Frame,
    Input,
    Output,
    Raw,
    endpoint,
    operation,
    stream,
)


class Paint(Input):
    """How it is painted."""

    colour: str = "red"
    coats: int = Field(1, ge=1, le=5)


class Toy(Input):
    """A toy to make."""

    name: str = Field(description="What it is called")
    count: int = 1
    paint: Paint = Paint()
    tags: list[str] = Field(default_factory=list)
    extra: dict[str, Any] = Field(default_factory=dict)
    labels: dict[str, str] = Field(default_factory=dict)


class Made(Output):
    """What was made."""

    toy: dict[str, Any]
    by: str


class Wanted(Input):
    """Which toys."""

    q: str | None = None
    tags: list[str] = Field(default_factory=list)
    limit: int = Field(10, ge=1, le=100)
    broken: bool | None = None
    since: datetime | None = None
    box: dict[str, int] | None = None


class Named(Input):
    """One toy."""

    name: str


class Which(Input):
    """An error by its class's name."""

    error: str


class Document(Input):
    """A text."""

    text: str
    name: str | None = None


class Sent(Input):
    """A request as it came."""

    body: bytes
    headers: dict[str, str]


@operation("toys.make", effect=Effect.WRITE, path="POST /toys", status=201, tool=True)
def make(ctx: Context, input: Toy) -> Answer[Made]:
    """Make a toy."""
    made = Made(toy=input.model_dump(), by=f"{ctx.actor.kind}:{ctx.actor.name}")
    return Answer(body=made, status=200 if input.name == "old" else 201, headers={"X-Toy": input.name})


@operation("toys.list", effect=Effect.READ, path="GET /toys", tool=True)
def list_(ctx: Context, input: Wanted) -> dict[str, Any]:
    """Show toys."""
    return input.model_dump(mode="json")


@operation("toys.special", effect=Effect.READ, path="GET /toys/special")
def special(ctx: Context) -> dict[str, str]:
    """Show the special toy."""
    return {"name": "the special one"}


@operation("toys.show", effect=Effect.READ, path="GET /toys/{name}")
def show(ctx: Context, input: Named) -> dict[str, str]:
    """Show one toy."""
    return {"name": input.name}


@operation("toys.change", effect=Effect.WRITE, path="PUT /toys/{name}")
def change(ctx: Context, input: Toy) -> dict[str, Any]:
    """Change a toy."""
    return input.model_dump()


@operation("toys.smash", effect=Effect.DANGER, path="POST /toys/{name}/smash", subject="name")
def smash(ctx: Context, input: Named) -> str:
    """Break a toy for good."""
    return f"{input.name} is gone"


@operation("toys.fail", effect=Effect.READ, path="GET /toys/fail/{error}")
def fail(ctx: Context, input: Which) -> str:
    """Fail in a chosen way."""
    kind = getattr(errors, input.error, None)
    match kind:
        case errors.NotConfigured:
            raise errors.NotConfigured("No glue.", requirement="glue", fix="Buy some.")
        case errors.Busy:
            raise errors.Busy("The bench is taken.", retry_after_s=7.2)
        case errors.TooMany:
            raise errors.TooMany("Slow down.", retry_after_s=0.5)
        case errors.ApprovalNeeded:
            raise errors.ApprovalNeeded("Ask first.", rule="toys")
        case None:
            raise ValueError("the password is swordfish-12345")
        case _:
            raise kind("It went wrong.", fix="Try another.")


@operation("toys.grow", effect=Effect.WRITE, path="POST /toys/grow", durable=Durable(lane="default"), tool=True)
def grow(ctx: Context, input: Named) -> str:
    """Grow a toy; takes its time."""
    for part in range(3):
        ctx.progress(part / 3, f"part {part}")
        ctx.log(f"grew part {part}")
    if input.name == "weed":
        raise errors.Refused("It will not grow.", fix="Plant another.")
    return f"a big {input.name}"


@operation("toys.read", effect=Effect.WRITE, path="POST /toys/read", body_limit=2048)
def read(ctx: Context, input: Document) -> dict[str, Any]:
    """Read a document about toys."""
    return {"letters": len(input.text), "name": input.name}


@operation("toys.manual", effect=Effect.READ, path="GET /toys/manual")
def manual(ctx: Context, input: Document) -> dict[str, str]:
    """Show the manual."""
    return {"text": f"# {input.text}\n\nPlay.\n"}


class Count(Input):
    """How far to count."""

    to: int = 3
    last_event_id: int | None = None


@stream("toys.count", effect=Effect.READ, path="GET /toys/count")
async def count(ctx: Context, input: Count) -> AsyncIterator[Frame]:
    """Count toys."""
    if input.to < 0:
        raise errors.NotFound("There are no toys below nothing.")
    for number in range((input.last_event_id or 0) + 1, input.to + 1):
        yield Frame(event="toy", id=str(number), data={"number": number, "text": f"toy {number}"})
    if input.to == 99:
        raise ValueError("swordfish-12345")


@endpoint("toys.picture", effect=Effect.READ, path="GET /toys/{name}/picture", media_type="image/png")
def picture(ctx: Context, input: Named) -> Raw:
    """Download a toy's picture."""
    if input.name == "file":
        return Raw(file=__file__, media_type="text/x-python", filename="toys – ü.py")
    return Raw(body=b"PNG", media_type="image/png", filename=f"{input.name}.png")


@endpoint("toys.hook", effect=Effect.READ, path="POST /hooks/toys", entry=Entry.HOOK)
def hook(ctx: Context, input: Sent) -> Raw:
    """Hear from the toy shop."""
    if input.headers.get("x-secret") != "open":
        raise errors.Denied("The hook's secret is wrong.")
    return Raw(body=input.body[::-1], status=202)


def as_shouted(problem: dict[str, Any]) -> dict[str, Any]:
    """An error in a form of its own."""
    return {"shout": problem["detail"].upper()}


LEFT: list[str] = []  # what became of those who took a song


@endpoint("toys.sing", effect=Effect.READ, path="POST /toys/sing", media_type="text/plain", error_shape=as_shouted)
async def sing(ctx: Context, input: Sent) -> Raw:
    """Sing as long as somebody listens."""
    song = input.body.decode(errors="replace")

    async def verses() -> AsyncIterator[bytes]:
        try:
            for number in range(1000 if song == "long" else 3):
                yield f"verse {number}\n".encode()
                await asyncio.sleep(0.01 if song == "long" else 0)
                if song == "broken":
                    raise errors.Unavailable("The singer fell.")
            LEFT.append("sung")
        finally:
            LEFT.append("closed")

    if song == "none":
        raise errors.NotFound("There is no such song.")
    if song == "slow":
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            LEFT.append("cancelled")
            raise
    return Raw(chunks=verses(), media_type="text/plain")


AREA = Area(name="toys", title="Toys", operations=(sys.modules[__name__],))
