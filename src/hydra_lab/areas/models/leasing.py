"""What a load takes of GPU memory is leased from its beginning, so that nobody else is promised it meanwhile."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection

from hydra_lab.kernel.capabilities import ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.gpus import ledger


def take(ctx: Context, connection: Connection, one: ModelServer, model: str, need_gib: float | None) -> None:
    """Take the memory for a model, as of now; work that ends before the model is there gives it back."""
    ledger.loading(
        connection, one.id, model, ctx.services.clock.now(), node=one.node, gpus=one.gpus,
        estimated_gib=need_gib, movable=one.loads, item=ctx.item_id, attempt=ctx.run.attempt if ctx.run else None,
    )  # fmt: skip


def give_back(ctx: Context, one: ModelServer, models: Sequence[str]) -> None:
    """Models are not in memory, or not any more."""
    with ctx.begin() as connection:
        for model in models:
            ledger.gone(connection, one.id, model)


@contextmanager
def leased(ctx: Context, one: ModelServer, model: str, need_gib: float | None) -> Iterator[None]:
    """Hold the memory for the length of a load; a load that fails gives it back."""
    with ctx.begin() as connection:
        take(ctx, connection, one, model, need_gib)
    try:
        yield
    except BaseException:
        give_back(ctx, one, [model])
        raise


def settled(ctx: Context, one: ModelServer, model: str, gib: float | None, load_s: float) -> None:
    """It is in memory: what it took and how long that was is kept."""
    with ctx.begin() as connection:
        ledger.loaded(connection, one.id, model, ctx.services.clock.now(), gib=gib, seconds=load_s)
