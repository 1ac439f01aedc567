"""See who holds GPU memory, ask whether something would fit, and pin models so that they stay."""

from pydantic import Field

from hydra_lab.areas.broker.views import Ledger, card_view, lease_view
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.gpus import ledger as books
from hydra_lab.kernel.gpus import store
from hydra_lab.kernel.gpus.placing import Place
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.work.model import Priority, Rank


class WhichModel(Input):
    """A model of a server."""

    server: str = Field(min_length=1, max_length=100, description="The server's id, e.g. ollama or ollama:big")
    model: str = Field(min_length=1, max_length=200, description="The model's name there")


class ToPin(WhichModel):
    """A model that is to stay."""

    priority: Priority | None = Field(default=None, description="How urgent it is; more urgent ones go last")


class Pin(Output):
    """A model, and whether it is pinned."""

    server: str
    model: str
    pinned: bool
    priority: Priority


class Wanted(Input):
    """How much memory, and where."""

    gib: float = Field(gt=0, le=10_000, description="GiB on one card")
    node: str | None = Field(default=None, max_length=63, description="Only cards of one node")
    gpu: int | None = Field(default=None, ge=0, le=1000, description="Only the card of this number")
    priority: Priority = Field(default=Priority.MEDIUM, description="How urgent it is")


class Fit(Output):
    """Whether it would fit now, on which card, and which idle models would go for it."""

    fits: bool
    card: str | None
    free_gib: float | None
    would_go: list[str]
    why_unknown: str | None


@operation("gpus.ledger", effect=Effect.READ, path="GET /gpus/ledger")
def ledger(ctx: Context) -> Ledger:
    """Show who holds memory of which card, measured against leased, with what nobody explains."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        cards, leases = books.books(connection, now), store.all_leases(connection)
    elsewhere = [one for one in leases if not any(one.is_on(card.card) for card in cards)]
    return Ledger(
        cards=[card_view(one, now) for one in cards],
        elsewhere=[lease_view(one, now, on_card=False) for one in elsewhere],
    )


@operation("gpus.fits", effect=Effect.READ, path="GET /gpus/fits")
def fits(ctx: Context, input: Wanted) -> Fit:
    """Say whether so much memory is to be had now, where, and what would be unloaded for it."""
    rank = int(Rank[input.priority.name])
    with ctx.read() as connection:
        answer = books.ask(
            connection, Place(node=input.node, index=input.gpu), input.gib, ctx.clock.now(), priority=rank
        )
    best = answer.best
    return Fit(
        fits=answer.fits, card=best.card.label if best else None, free_gib=best.free_gib if best else None,
        would_go=[one.title for one in answer.evict], why_unknown=best.why_unknown if best else None,
    )  # fmt: skip


@operation("gpus.pin", effect=Effect.WRITE, path="POST /gpus/pin", subject="model")
def pin(ctx: Context, input: ToPin) -> Pin:
    """Keep a model in memory: nothing unloads it by itself, not even for work that waits."""
    return settled(ctx, input, pinned=True, priority=input.priority)


@operation("gpus.unpin", effect=Effect.WRITE, path="POST /gpus/unpin", subject="model")
def unpin(ctx: Context, input: WhichModel) -> Pin:
    """Let a model go again when it is idle or its memory is needed."""
    return settled(ctx, input, pinned=False, priority=None)


def settled(ctx: Context, one: WhichModel, *, pinned: bool, priority: Priority | None) -> Pin:
    """Keep whether a model is pinned, and journal it."""
    with ctx.begin() as connection:
        rank = None if priority is None else int(Rank[priority.name])
        known = books.settle_pin(connection, one.server, one.model, pinned, rank)
        data = {"server": one.server, "model": one.model}
        ctx.emit(connection, "gpus.pinned" if pinned else "gpus.unpinned", subject=one.model, data=data)
    return Pin(
        server=one.server, model=one.model, pinned=known.pinned, priority=Priority(Rank(known.priority).name.lower())
    )
