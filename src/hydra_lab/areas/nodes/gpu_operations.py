"""See graphics cards, how they were over the last hours, and set how much power one may draw."""

from datetime import timedelta

from pydantic import AwareDatetime, Field

from hydra_lab.areas.nodes import store
from hydra_lab.areas.nodes.model import key_of
from hydra_lab.areas.nodes.operations import known
from hydra_lab.areas.nodes.views import GpuView, gpu_view
from hydra_lab.areas.nodes.watch.look import look
from hydra_lab.areas.nodes.watch.sources import machines_of
from hydra_lab.kernel.capabilities import GpuHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class Wanted(Input):
    """Which cards."""

    node: str | None = Field(default=None, max_length=63, description="Only those of one node")


class Gpus(Output):
    """Cards, by node and index."""

    gpus: list[GpuView]


class Span(Input):
    """Whose history, and how much of it."""

    node: str = Field(max_length=63, description="Which node")
    hours: float = Field(default=6, gt=0, le=48, description="How far back")


class Point(Output):
    """What was measured at a time. ``uuid`` is null for the node itself; what was not measured is null."""

    at: AwareDatetime
    uuid: str | None
    power_w: float | None
    memory_gib: float | None
    temperature_c: float | None
    used_percent: float | None = Field(description="Use of the processor, or of the card")


class History(Output):
    """Measurements, oldest first, about one a minute. While a node is lost there are none."""

    node: str
    points: list[Point]


class Limit(Input):
    """A limit for one card."""

    uuid: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$", description="The card's id, GPU-…")
    watts: float = Field(gt=0, le=5000, description="The limit, within the card's own bounds")


@operation("gpus.list", effect=Effect.READ, path="GET /gpus", tool=True)
def list_(ctx: Context, input: Wanted) -> Gpus:
    """Show graphics cards: use, memory, temperature, power and limits; each figure with its source and its time."""
    if input.node is not None:
        known(ctx, input.node)
    with ctx.read() as connection:
        seen = store.all_seen(connection)
    names = [name for name in machines_of(ctx) if input.node in (None, name) and name in seen]
    return Gpus(gpus=[gpu_view(card, seen[name]) for name in names for card in seen[name].cards])


@operation("gpus.history", effect=Effect.READ, path="GET /gpus/history", subject="node")
def history(ctx: Context, input: Span) -> History:
    """Show what a node and its cards drew, held and how warm they were over the last hours."""
    known(ctx, input.node)
    with ctx.read() as connection:
        found = store.points(connection, input.node, ctx.clock.now() - timedelta(hours=input.hours))
        seen = store.seen_of(connection, input.node)
    uuids = {card.key: card.uuid for card in seen.cards} if seen else {}
    return History(
        node=input.node,
        points=[
            Point(
                at=one.at, uuid=uuids.get(one.card, one.card) or None, power_w=one.power_w, memory_gib=one.memory_gib,
                temperature_c=one.temperature_c, used_percent=one.used_percent,
            )
            for one in found
        ],
    )  # fmt: skip


@operation("gpus.limit", effect=Effect.WRITE, path="POST /gpus/{uuid}/limit", needs=("gpu_host",), subject="uuid")
def limit(ctx: Context, input: Limit) -> GpuView:
    """Set how much power a card may draw, and read back that it took it."""
    with ctx.read() as connection:
        every = store.all_seen(connection).items()
    found = [(name, card) for name, seen in every for card in seen.cards if card.key == key_of(input.uuid)]
    if not found:
        raise NotFound(f"There is no card {input.uuid}.", fix="`hydra gpus list` shows the cards.")
    ((name, card),) = found[:1]
    after = ctx.capability(GpuHost).set_power_limit(name, card.uuid, input.watts)
    before = card.figures.get("power_limit_w")
    with ctx.begin() as connection:
        data = {
            "node": name,
            "uuid": card.uuid,
            "watts": after.power_limit_w,
            "before": before.value if before else None,
        }
        ctx.emit(connection, "gpus.limit_set", subject=card.label, data=data)
    look(ctx, name)
    shown = list_(ctx, Wanted(node=name)).gpus
    return next(one for one in shown if key_of(one.uuid) == card.key)
