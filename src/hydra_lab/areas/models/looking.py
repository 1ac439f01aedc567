"""Looking at model servers: one thread asks each of them again and again, for all who listen."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import structlog

from hydra_lab.areas.models import store
from hydra_lab.areas.models.model import Seen, answered, gib, news, silent
from hydra_lab.kernel.capabilities import LoadedModel, ModelBackend, ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotFound
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.process.kept import keep_taking, take_at_once

log = structlog.get_logger()
THREAD = "models-poll"
EVERY_S = 5.0
MOST_AT_ONCE = 16


def servers(ctx: Context) -> dict[str, tuple[str, ModelServer]]:
    """Every server that is configured, by id, with its integration."""
    found = ctx.services.integrations.capabilities(ModelBackend)
    return {one.id: (name, one) for name, backend in found.items() for one in backend.servers()}


def server(ctx: Context, id: str) -> ModelServer:
    """One of them. Raises ``NotConfigured`` where there is none at all, ``NotFound`` for an unknown id."""
    ctx.services.integrations.require(("model_backend",))
    there = servers(ctx)
    if id not in there:
        raise NotFound(f"There is no model server {id}.", fix=f"There are: {', '.join(there)}.")
    return there[id][1]


def look(ctx: Context) -> None:
    """Ask every server and keep what it says as it comes: one that hangs holds up no other."""
    there = servers(ctx)
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="models-look") as pool:
        for integration, one in there.values():
            pool.submit(look_at, ctx, integration, one)
    with ctx.read() as connection:
        gone = store.all_seen(connection).keys() - there.keys()
    if gone:
        with ctx.begin() as connection:
            for id in gone:
                store.forget(connection, id)


def look_at(ctx: Context, integration: str, one: ModelServer) -> None:
    """Ask one server, keep the answer and journal what is new. Never raises: what went wrong is logged."""
    ctx = replace(ctx, run=None)  # in work too the time is now's: what is seen is never replayed
    now = Seen(
        id=one.id, title=one.title, integration=integration, node=one.node, gpus=one.gpus, loads=one.loads,
        swaps=one.swaps, holds_many=one.holds_many, pulls=one.pulls,
    )  # fmt: skip
    try:
        with ctx.read() as connection:
            before = store.seen_of(connection, one.id)
        was = before or now
        try:
            loaded = one.loaded()
            told = None if loaded is None else tuple(loaded)
            in_ledger(ctx, one, told)
            now = answered(was, now, tuple(one.models()), told, ctx.clock.now())
        except HydraError as error:
            now = silent(was, now, error.detail, ctx.clock.now())
        with ctx.begin() as connection:
            if store.put(connection, before, now):
                for each in news(was, now):
                    known = {key: value for key, value in each.data.items() if value is not None}
                    ctx.emit(connection, f"models.{each.name}", subject=one.id, data=known)
    except Exception as error:  # one server's trouble is not another's
        log.warning("models.look_failed", server=one.id, error=repr(error))


def in_ledger(ctx: Context, one: ModelServer, told: tuple[LoadedModel, ...] | None) -> None:
    """Keep in the ledger of GPU memory what a server has in memory, where it tells."""
    if told is None:
        return
    there = [ledger.Loaded(model=each.name, gib=gib(each.gpu_bytes), until=each.until) for each in told]
    with ctx.begin() as connection:
        ledger.keep_server(
            connection, one.id, there, ctx.clock.now(), node=one.node, gpus=one.gpus, movable=one.loads,
            in_use=ctx.services.doors.count(one.id) > 0,
        )  # fmt: skip


def keep_looking(ctx: Context) -> None:
    """Have exactly one thread look at all servers, for as long as this process leads."""
    keep_taking(ctx, THREAD, lambda ctx: partial(look, ctx), EVERY_S)


def look_at_once(ctx: Context) -> None:
    """Have it look now: the servers were changed."""
    take_at_once(ctx, THREAD)
