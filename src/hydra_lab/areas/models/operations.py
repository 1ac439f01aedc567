"""See the model servers, what they have, what is loaded, and what was loaded when."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from hydra_lab.areas.models import store
from hydra_lab.areas.models.model import Seen, gib
from hydra_lab.kernel.capabilities import Ability
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class Wanted(Input):
    """Which server."""

    server: str | None = Field(default=None, max_length=100, description="Only what is there")


class Past(Wanted):
    """How much of what happened."""

    before: int | None = Field(default=None, ge=1, description="Only entries older than this one")
    limit: int = Field(default=50, ge=1, le=500, description="How many")


class ServerView(Output):
    """A server as it answered last; ``loaded`` is null where it does not tell."""

    id: str
    title: str
    integration: str
    node: str | None
    gpus: list[int]
    state: Literal["there", "lost", "unknown"]
    since: AwareDatetime | None
    looked_at: AwareDatetime | None = Field(description="When it answered last")
    detail: str | None = Field(description="Why it does not answer")
    loads: bool = Field(description="Whether models can be loaded and unloaded by asking")
    swaps: bool = Field(description="Whether it loads the model that a request names")
    holds_many: bool = Field(description="Whether several models may be in memory at once")
    pulls: bool = Field(description="Whether it can fetch models")
    models: int = Field(description="How many it has")
    loaded: list[str] | None
    requests: int = Field(description="Requests that run there now, through this Hydra")


class Servers(Output):
    """Every server."""

    servers: list[ServerView]


class ModelView(Output):
    """A model on a server; what the server does not tell is null."""

    server: str
    name: str
    bytes: int | None
    quantisation: str | None
    parameters: str | None
    family: str | None
    context: int | None = Field(description="The longest context in tokens")
    abilities: list[Ability] | None
    loaded: bool | None
    took_gib: float | None = Field(description="Memory that it took when it was last loaded")
    took_s: float | None = Field(description="How long its last load took")


class Models(Output):
    """What there is; of servers in ``lost`` it is what they had when they last answered."""

    models: list[ModelView]
    lost: list[str]


class LoadedView(Output):
    """A model in memory."""

    server: str
    node: str | None
    gpus: list[int]
    name: str
    gpu_gib: float | None = Field(description="What its server says that it holds on cards, else what was measured")
    context: int | None
    until: AwareDatetime | None = Field(description="When its server lets it go by itself")


class Loaded(Output):
    """What is in memory. ``unknown`` are servers that do not tell, ``lost`` those that do not answer."""

    loaded: list[LoadedView]
    unknown: list[str]
    lost: list[str]


class Entry(Output):
    """Something that happened."""

    id: int
    at: AwareDatetime
    event: str = Field(description="loaded, unloaded, switching, switched, switch_failed, pulled, lost, back, changed")
    server: str | None
    model: str | None
    item: str | None
    actor: str
    data: dict[str, Any]


class Entries(Output):
    """What happened, the latest first."""

    entries: list[Entry]


def seen(ctx: Context, id: str | None) -> list[Seen]:
    """The servers as they were last seen."""
    with ctx.read() as connection:
        return [one for one in store.all_seen(connection).values() if id in (None, one.id)]


def server_view(ctx: Context, one: Seen) -> ServerView:
    """A server as it is shown."""
    return ServerView(
        id=one.id, title=one.title, integration=one.integration, node=one.node, gpus=list(one.gpus), state=one.state,
        since=one.since, looked_at=one.looked_at, detail=one.detail, loads=one.loads, swaps=one.swaps,
        holds_many=one.holds_many, pulls=one.pulls, models=len(one.models), requests=ctx.services.doors.count(one.id),
        loaded=sorted(one.names) if one.there and one.loaded is not None else None,
    )  # fmt: skip


@operation("models.status", effect=Effect.READ)
def status(ctx: Context, input: Wanted) -> Servers:
    """Show every model server: whether it answers, what it can do and what is loaded."""
    return Servers(servers=[server_view(ctx, one) for one in seen(ctx, input.server)])


@operation("models.available", effect=Effect.READ)
def available(ctx: Context, input: Wanted) -> Models:
    """Show the models of all servers, with size, quantisation, context and what they can do."""
    there, found = seen(ctx, input.server), []
    for one in there:
        with ctx.read() as connection:
            learned = store.learned_of(connection, one.id)
        told = one.there and one.loaded is not None
        for each in one.models:
            took = learned.get(each.name)
            found.append(
                ModelView(
                    server=one.id, name=each.name, bytes=each.bytes, quantisation=each.quantisation,
                    parameters=each.parameters, family=each.family, context=each.context,
                    abilities=None if each.abilities is None else sorted(each.abilities),
                    loaded=each.name in one.names if told else None, took_gib=took.gib if took else None,
                    took_s=took.load_s if took else None,
                )
            )  # fmt: skip
    return Models(models=found, lost=[one.id for one in there if not one.there])


@operation("models.loaded", effect=Effect.READ)
def loaded(ctx: Context, input: Wanted) -> Loaded:
    """Show what is in memory, where, and how much it holds."""
    there, found = seen(ctx, input.server), []
    for one in (each for each in there if each.there):
        with ctx.read() as connection:
            learned = store.learned_of(connection, one.id)
        for each in one.loaded or ():
            took = learned.get(each.name)
            held = gib(each.gpu_bytes) if each.gpu_bytes is not None else took.gib if took else None
            found.append(
                LoadedView(
                    server=one.id, node=one.node, gpus=list(one.gpus), name=each.name, gpu_gib=held,
                    context=each.context, until=each.until,
                )
            )  # fmt: skip
    return Loaded(
        loaded=found, unknown=[one.id for one in there if one.there and one.loaded is None],
        lost=[one.id for one in there if not one.there],
    )  # fmt: skip


@operation("models.history", effect=Effect.READ)
def history(ctx: Context, input: Past) -> Entries:
    """Show what was loaded, unloaded, switched and fetched, and by whom, the latest first."""
    with ctx.read() as connection:
        wanted = Filter(topics=("models",), subject=input.server)
        events = journal.page(connection, wanted, before=input.before, limit=input.limit)
    return Entries(
        entries=[
            Entry(
                id=one.id, at=one.at, event=one.name.partition(".")[2], server=one.subject,
                model=one.data.get("model"), item=one.item, actor=one.actor_name, data=one.data,
            )
            for one in events
        ]
    )  # fmt: skip
