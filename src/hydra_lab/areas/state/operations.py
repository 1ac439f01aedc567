"""Show and write the state: what is measured now, and what was completed since it was last read."""

from contextlib import suppress

from hydra_lab.areas.state import projection, store
from hydra_lab.areas.state.model import StateDocument, StateWritten
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotReady
from hydra_lab.kernel.operation import Durable, Effect, operation


@operation("state.show", effect=Effect.READ, path="GET /state", tool=True)
def show(ctx: Context) -> StateDocument:
    """Show what STATE.json holds, measured now, with what ended since you last asked."""
    reader = f"{ctx.actor.kind.value}:{ctx.actor.name}"
    with ctx.read() as connection:
        since = store.last_read(connection, reader)
    document = projection.measure(ctx, since)
    # A disk that is full must not keep anybody from reading how things are.
    with suppress(NotReady), ctx.begin() as connection:
        store.mark_read(connection, reader, document.written_at)
    return document


@operation("state.write", effect=Effect.WRITE, path="POST /state", durable=Durable(attempts=3))
def write(ctx: Context) -> StateWritten:
    """Write STATE.json anew from what is measured now."""
    document = projection.write(ctx)
    unknown = {name: fact.unknown for name, fact in document.facts.items() if fact.unknown is not None}
    ctx.artifact("STATE.json", document.model_dump_json(indent=2).encode(), "application/json")
    return StateWritten(
        path=str(projection.path_of(ctx)), written_at=document.written_at, facts=len(document.facts) - len(unknown),
        unknown=unknown, completed=document.completed.summary,
    )  # fmt: skip
