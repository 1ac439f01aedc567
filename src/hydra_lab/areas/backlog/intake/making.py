"""What a running Hydra brings to reading a backlog: its operations, its policy and its integrations."""

from typing import Any

from hydra_lab.areas.backlog.intake.items import Making, document_actor
from hydra_lab.areas.backlog.planning.catalogue import Catalogue, Known
from hydra_lab.areas.backlog.planning.rules import shipped_rules
from hydra_lab.areas.backlog.reading.veiled import Text
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy.model import Actor, Verdict

IMPORT = "backlog.import"


def making_of(ctx: Context, name: str, text: Text) -> Making:
    """A document, read, with everything its items are planned by. Raises ``Invalid`` for one that is none."""
    document, whole = text.read()
    return Making(
        backlog=name,
        document=document,
        catalogue=catalogue_of(ctx, document_actor(name)),
        rules=shipped_rules(),
        ready=ctx.services.integrations.ready,
        missing=ctx.services.integrations.requirement_sentence,
        integrations={name: tuple(one.provides) for name, one in ctx.services.registry.integrations.items()},
        cause=ctx.cause,
        whole=whole,
    )


def catalogue_of(ctx: Context, actor: Actor) -> Catalogue:
    """The operations of this Hydra, as ``actor`` may use them."""
    services = ctx.services

    def known(operation: Operation) -> Known:
        def problem(input: dict[str, Any]) -> str | None:
            try:
                parsed = services.gate.parse(operation, input)
                services.sealing.seal(operation.input, input)  # a mask is no secret
            except Invalid as error:
                wrong = "; ".join(f"{one['field']}: {one['problem']}" for one in error.problems[:5])
                return f"Operation {operation.name} does not take this input: {wrong or error.detail}."
            decision = services.gate.decide(operation, parsed, actor)
            return f"Policy says no: {decision.reason}." if decision.verdict is Verdict.DENY else None

        return Known(
            name=operation.name, method=operation.method, path=operation.path, summary=operation.summary,
            # A document that imports documents would have no end.
            queueable=operation.queueable and operation.name != IMPORT, problem=problem, needs=operation.needs,
            floor=operation.floor,
        )  # fmt: skip

    return Catalogue(known(operation) for operation in services.registry.operations())
