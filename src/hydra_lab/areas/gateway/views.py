"""What the gateway tells of itself: lines, breakers, and numbers of each model and key."""

import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from hydra_lab.areas.gateway import store
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.areas.gateway.store import Used
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Output

DAY = timedelta(hours=24)


class ServerLine(Output):
    """One server as the gateway sees it. ``model`` is the one whose turn it is, where it serves one at a time."""

    server: str
    title: str
    models: list[str] | None
    loaded: list[str] | None
    model: str | None = None
    loading: str | None = None
    running: int = 0
    waiting: int = 0
    swaps: int = 0
    rests: bool = False
    problem: str | None = None


class Numbers(Output):
    """What was asked of one model, or by one key, in the last 24 hours. Times are means, in seconds."""

    name: str
    requests: int
    failures: int
    prompt_tokens: int
    completion_tokens: int
    queued_s: float
    first_token_s: float | None
    tokens_per_s: float | None


class Status(Output):
    """The gateway now, and its last 24 hours. What was used is up to five seconds behind."""

    servers: list[ServerLine]
    models: list[Numbers]
    keys: list[Numbers]
    since: datetime
    failed_over: int


def status_of(ctx: Context) -> Status:
    """Everything, from memory and the database; no server is asked."""
    router = ctx.services.lasting(Router)
    since = (ctx.clock.now() - DAY).replace(minute=0, second=0, microsecond=0)
    router.counting.write()
    with ctx.read() as connection:
        by_model, by_key = (store.used_by(connection, column, since) for column in ("model", "key"))
    return Status(
        servers=list(lines(router)), models=[numbers(*one) for one in by_model.items()],
        keys=[numbers(*one) for one in by_key.items()], since=since,
        failed_over=sum(router.counting.failed_over.values()),
    )  # fmt: skip


def lines(router: Router) -> Iterable[ServerLine]:
    """Each server's line."""
    now = time.monotonic()
    for seen in router.catalogue.known():
        line, id = router.lines.get(seen.server.id), seen.server.id
        yield ServerLine(
            server=id, title=seen.server.title, problem=seen.problem, rests=router.breakers.rests(id, now),
            models=None if seen.models is None else [one.name for one in seen.models],
            loaded=None if seen.loaded is None else [one.name for one in seen.loaded],
            model=line.model if line and line.one_model else None, loading=line.swapping if line else None,
            running=line.running if line else 0, waiting=line.waiting() if line else 0,
            swaps=line.swaps if line else 0,
        )  # fmt: skip


def numbers(name: str, used: Used) -> Numbers:
    """Sums as means. Tokens a second are those of streams, from the first token on."""
    answering_s = used.seconds - used.first_token_s
    return Numbers(
        name=name, requests=used.requests, failures=used.failures, prompt_tokens=used.prompt,
        completion_tokens=used.completion, queued_s=used.queued_s / max(1, used.requests),
        first_token_s=used.first_token_s / used.first_tokens if used.first_tokens else None,
        tokens_per_s=used.completion / answering_s if used.completion and answering_s > 0 else None,
    )  # fmt: skip
