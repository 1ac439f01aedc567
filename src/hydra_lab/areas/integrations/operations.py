"""Show the integrations, configure one, ask one whether it answers, forget its settings."""

from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict
from hydra_lab.kernel.integrations import IntegrationState, Status
from hydra_lab.kernel.operation import Effect, Input, Output, operation


class Seen(Output):
    """An outside system now; ``None`` is unknown."""

    name: str
    title: str
    what: str
    configured: bool
    status: Status
    detail: str | None
    version: str | None
    checked_at: datetime | None
    since: datetime | None
    latency_ms: float | None
    provides: list[str] = Field(description="The capabilities it gives")
    unlocks: list[str] = Field(description="Operations that need it, or what it gives")


class Known(Output):
    """Every integration."""

    integrations: list[Seen]


class Setting(Output):
    """One field of its settings. A secret's value is never told, only whether it is set."""

    name: str
    title: str
    about: str
    secret: bool
    required: bool
    is_set: bool
    source: str | None = Field(description="environment, file or stored")
    variable: str
    value: Any
    default: Any
    problem: str | None


class Detail(Seen):
    """An outside system with its settings."""

    settings: list[Setting]
    how_to: str
    reference: str
    versions: list[str]


class ByName(Input):
    """An integration."""

    name: str = Field(description="Its name, e.g. discord")


class ByNameOrAll(Input):
    """An integration, or all that are configured."""

    name: str | None = Field(default=None, description="Its name; every configured one if left out")


class Configuration(ByName):
    """An integration's settings, under ``values`` or beside the name."""

    model_config = ConfigDict(frozen=True, extra="allow")

    values: dict[str, Any] = Field(
        default_factory=dict, description="Its fields; null takes one back, and an empty secret stays as it is"
    )


def seen(ctx: Context, state: IntegrationState) -> Seen:
    """A state with what the integration is."""
    manifest = ctx.services.registry.integrations[state.name]
    given = {state.name, *manifest.provides}
    unlocks = [verb.name for verb in ctx.services.registry.operations() if given & set(verb.needs)]
    return Seen(**vars(state), what=manifest.what, provides=sorted(manifest.provides), unlocks=unlocks)


def detail(ctx: Context, name: str) -> Detail:
    """Everything about one integration. Raises ``NotFound``."""
    one = seen(ctx, ctx.services.integrations.state(name))
    manifest = ctx.services.registry.integrations[name]
    fields = [Setting.model_validate(vars(field)) for field in ctx.services.integrations.fields(name)]
    return Detail(
        **dict(one), settings=fields, how_to=manifest.how_to, reference=manifest.reference,
        versions=list(manifest.versions),
    )  # fmt: skip


@operation("integrations.list", effect=Effect.READ, path="GET /integrations", tool=True)
def list_(ctx: Context) -> Known:
    """Show every outside system Hydra knows, and whether it answers."""
    return Known(integrations=[seen(ctx, one) for one in ctx.services.integrations.states()])


@operation("integrations.show", effect=Effect.READ, path="GET /integrations/{name}")
def show(ctx: Context, input: ByName) -> Detail:
    """Show one integration: its state, its settings without secrets, and how to set it up."""
    return detail(ctx, input.name)


@operation(
    "integrations.configure", effect=Effect.WRITE, path="PUT /integrations/{name}", subject="name", scope="admin",
    queueable=False,
)  # fmt: skip
def configure(ctx: Context, input: Configuration) -> Detail:
    """Set up an integration; it is tested at once, and work that waits for it wakes when it answers."""
    with ctx.begin() as connection:
        ctx.services.integrations.configure(
            connection, input.name, {**(input.model_extra or {}), **input.values}, ctx.actor, cause=ctx.cause
        )
    return detail(ctx, input.name)


@operation(
    "integrations.forget", effect=Effect.WRITE, path="DELETE /integrations/{name}", subject="name", scope="admin",
    queueable=False,
)  # fmt: skip
def forget(ctx: Context, input: ByName) -> Detail:
    """Forget the settings of an integration that were set here; the environment and hydra.toml stay."""
    fields = [one.name for one in ctx.services.integrations.fields(input.name) if one.source == "stored"]
    if not fields:
        raise Conflict("Nothing about this integration was set here.", fix="Its settings are in the environment.")
    with ctx.begin() as connection:
        ctx.services.integrations.configure(
            connection, input.name, dict.fromkeys(fields), ctx.actor, cause=ctx.cause
        )  # fmt: skip
    return detail(ctx, input.name)


@operation("integrations.test", effect=Effect.WRITE, path="POST /integrations/{name}/test", subject="name")
def test(ctx: Context, input: ByName) -> Seen:
    """Ask an outside system now whether it answers."""
    ctx.services.integrations.settings_of(input.name)
    return seen(ctx, ctx.services.integrations.probe(input.name))


@operation("integrations.probe", effect=Effect.WRITE, path="POST /integrations/probe", subject="name")
def probe(ctx: Context, input: ByNameOrAll) -> Known:
    """Ask every configured outside system, or one of them, now whether it answers."""
    runtime = ctx.services.integrations
    names = [input.name] if input.name else [one.name for one in runtime.states() if one.configured]
    return Known(integrations=[seen(ctx, runtime.probe(name)) for name in names])
