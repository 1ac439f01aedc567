"""List what Hydra can do, with the schemas of what goes in and comes out."""

from typing import Any

from pydantic import Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Input, Kind, Operation, Output, operation


class Verb(Output):
    """One operation, stream or endpoint."""

    name: str
    summary: str
    description: str
    kind: Kind
    effect: Effect
    method: str
    path: str
    durable: bool
    queueable: bool
    needs: list[str] = Field(description="Integrations or capabilities it needs")
    scope: str = Field(description="The scope its caller's credential needs")
    subject: str | None = Field(description="The input field that says what a call is about")
    floor: str | None = Field(description="Why it always asks a person, if it does")
    tool: bool = Field(description="Whether it is offered to agents as a tool of its own")
    status: int
    input_schema: dict[str, Any]
    output_schema: dict[str, Any]


class Verbs(Output):
    """Every verb, by name."""

    operations: list[Verb]


class ByName(Input):
    """An operation."""

    name: str = Field(description="Its name, e.g. maintenance.run")


def shown(verb: Operation) -> Verb:
    """A declaration as it is listed."""
    return Verb(
        name=verb.name, summary=verb.summary, description=verb.description, kind=verb.kind, effect=verb.effect,
        method=verb.method, path=verb.path, durable=verb.durable is not None, queueable=verb.queueable,
        needs=list(verb.needs), scope=verb.wanted_scope, subject=verb.subject, floor=verb.floor, tool=verb.tool,
        status=202 if verb.durable else verb.status, input_schema=verb.input_schema(),
        output_schema=verb.output_schema(),
    )  # fmt: skip


@operation("operations.list", effect=Effect.READ, path="GET /operations")
def list_(ctx: Context) -> Verbs:
    """Show everything Hydra can do."""
    return Verbs(operations=[shown(verb) for verb in ctx.services.registry.verbs.values()])


@operation("operations.show", effect=Effect.READ, path="GET /operations/{name}")
def show(ctx: Context, input: ByName) -> Verb:
    """Show one operation: what it does, what it takes and what it answers."""
    return shown(ctx.services.registry.operation(input.name))
