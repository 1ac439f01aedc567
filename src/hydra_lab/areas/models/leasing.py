"""What a load takes of GPU memory is leased from its beginning, so that nobody else is promised it meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from hydra_lab.kernel.capabilities import ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.gpus import ledger


@contextmanager
def leased(ctx: Context, one: ModelServer, model: str, need_gib: float | None) -> Iterator[None]:
    """Hold the memory for the length of a load; a load that fails gives it back."""
    with ctx.begin() as connection:
        ledger.loading(
            connection, one.id, model, ctx.services.clock.now(), node=one.node, gpus=one.gpus,
            estimated_gib=need_gib, movable=one.loads, item=ctx.item_id, attempt=ctx.run.attempt if ctx.run else None,
        )  # fmt: skip
    try:
        yield
    except BaseException:
        with ctx.begin() as connection:
            ledger.gone(connection, one.id, model)
        raise


def settled(ctx: Context, one: ModelServer, model: str, gib: float | None, load_s: float) -> None:
    """It is in memory: what it took and how long that was is kept."""
    with ctx.begin() as connection:
        ledger.loaded(connection, one.id, model, ctx.services.clock.now(), gib=gib, seconds=load_s)
