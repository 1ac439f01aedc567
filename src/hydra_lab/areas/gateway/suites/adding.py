"""What the gateway adds: the same question asked of a model's server itself and through the gateway, in turn."""

import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from hydra_lab.areas.gateway.events import Watched
from hydra_lab.areas.gateway.reading import question_of
from hydra_lab.areas.gateway.serving.catalogue import Seen
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.kernel.capabilities import Ability
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, Series, SuiteResult, SuiteTarget
from hydra_lab.kernel.errors import Conflict, NotFound, Refused
from hydra_lab.kernel.inference.openai import CHAT
from hydra_lab.kernel.operation import Input

JSON = {"content-type": "application/json"}
SILENCE_S = 120.0


class GatewayParameters(Input):
    """How much is asked."""

    pairs: int = Field(default=20, ge=5, le=500, description="How often each way is asked alone, in turn")
    rounds: int = Field(default=5, ge=1, le=100, description="How often several ask at the same time, in turn")
    callers: int = Field(default=4, ge=2, le=64, description="Requests at the same time")
    output_tokens: int = Field(default=16, ge=1, le=4096, description="Most tokens of an answer")


@dataclass(kw_only=True)
class Took:
    """What one answer took, in seconds since it was asked; ``queued_s`` is only known of the gateway."""

    first_s: float
    whole_s: float
    tokens: int
    queued_s: float = 0.0


@dataclass(kw_only=True)
class Both:
    """Answers of both ways, those at one place asked right after each other, and the spans of whole rounds."""

    direct: list[Took] = field(default_factory=list)
    through: list[Took] = field(default_factory=list)
    spans: list[tuple[float, float]] = field(default_factory=list)


Way = Callable[[bytes], Awaitable[Took]]


def targets(ctx: Context) -> list[SuiteTarget]:
    """Every model that answers without another one being unloaded."""
    catalogue = ctx.services.lasting(Router).catalogue
    catalogue.look_now()
    return [
        SuiteTarget(
            name=f"{one.server.id}/{model.name}", title=f"{model.name} on {one.server.title}", node=one.server.node,
            gpus=tuple(one.server.gpus), uses_gpu=True,
            stamp={"backend": one.server.title, "model": model.name, "quantisation": model.quantisation},
        )
        for one in catalogue.known()
        if one.problem is None
        for model in one.models or ()
        if one.is_loaded(model.name) and (model.abilities is None or Ability.CHAT in model.abilities)
    ]  # fmt: skip


def run(ctx: Context, target: SuiteTarget, parameters: GatewayParameters) -> SuiteResult:
    """Alone, then several at once; each is a step."""
    alone = ctx.step("alone", measured, ctx, target, parameters, 1)
    several = ctx.step(f"{parameters.callers} at once", measured, ctx, target, parameters, parameters.callers)
    return SuiteResult(
        series=(*alone.series, *several.series),
        remarks=("From where the gateway is handed a request: HTTP and sign-in before it are not in it.",),
    )


def measured(ctx: Context, target: SuiteTarget, parameters: GatewayParameters, callers: int) -> SuiteResult:
    """Both ways in turn, on an event loop of their own."""
    times = parameters.pairs if callers == 1 else parameters.rounds
    both = asyncio.run(in_turn(ctx, target, parameters, callers, times))
    return SuiteResult(series=series_of(both, callers))


async def in_turn(ctx: Context, target: SuiteTarget, parameters: GatewayParameters, callers: int, times: int) -> Both:
    """Ask both ways, now one first and now the other, so that neither profits from what the other warmed up."""
    router, model = ctx.services.lasting(Router), str(target.stamp["model"])
    seen = next((one for one in router.catalogue.known() if f"{one.server.id}/{model}" == target.name), None)
    if seen is None:
        raise NotFound(f"The server of {target.title} is not configured any more.", fix="See /ui/integrations.")
    ways: list[Way] = [lambda body: direct(ctx, seen, body), lambda body: through(ctx, router, seen, body)]
    both = Both()
    try:
        for way in ways:
            await way(body_of(model, parameters.output_tokens))  # the first of each way opens connections
        for turn in range(times):
            ctx.check_cancelled()
            order = ways if turn % 2 else ways[::-1]
            found: dict[Any, list[Took]] = {}
            spans: dict[Any, float] = {}
            for way in order:
                began = time.monotonic()
                bodies = [body_of(model, parameters.output_tokens) for _ in range(callers)]
                found[way] = await asyncio.gather(*(way(body) for body in bodies))
                spans[way] = time.monotonic() - began
            both.direct += found[ways[0]]
            both.through += found[ways[1]]
            both.spans.append((spans[ways[0]], spans[ways[1]]))
    finally:
        await ctx.services.http.sender.close()
    return both


async def direct(ctx: Context, seen: Seen, body: bytes) -> Took:
    """Ask the server itself; a switch of models waits for it."""
    async with ctx.services.doors.inside(seen.server.id):
        began = time.monotonic()
        watched = Watched(began)
        async with seen.server.send(CHAT, body, JSON, silence_s=SILENCE_S) as answer:
            if answer.status != 200:
                raise Refused(f"{seen.server.title} answered {answer.status}.", fix="See what its own log says.")
            async for chunk in answer.chunks():
                watched.feed(chunk)
        return took(seen.server.title, watched, began)


async def through(ctx: Context, router: Router, seen: Seen, body: bytes) -> Took:
    """Ask as callers of the gateway do."""
    began = time.monotonic()
    watched = Watched(began)
    passing = await router.answer(ctx.actor, question_of(CHAT, body), JSON, keep=True)
    try:
        async for chunk in passing:
            watched.feed(chunk)
    finally:
        await passing.aclose()
    if passing.server not in (seen.server.id, seen.server.title):
        raise Conflict(
            f"The gateway asks {passing.server} for this model, not {seen.server.title}.",
            fix="Measure the server that its rules and aliases lead to.",
        )
    return took(seen.server.title, watched, began, queued_s=passing.queued_s)


def took(server: str, watched: Watched, began: float, *, queued_s: float = 0.0) -> Took:
    """What an answer took. Raises ``Refused`` for one without a token, or with an error in it."""
    if watched.error is not None or watched.first_token_s is None:
        raise Refused(f"{server} answered without a single token.", fix="See what its own log says.")
    return Took(
        first_s=watched.first_token_s, whole_s=time.monotonic() - began, queued_s=queued_s,
        tokens=watched.counted.completion or watched.tokens,
    )  # fmt: skip


def series_of(both: Both, callers: int) -> tuple[Series, ...]:
    """What was added, pair by pair, and what both ways came to."""
    case = "alone" if callers == 1 else f"{callers} at once"

    def series(name: str, unit: str, samples: Iterable[float], *, more: bool = False, watched: bool = False) -> Series:
        return Series(
            name=name, unit=unit, better="higher" if more else "lower", case=case, watched=watched,
            samples=tuple(round(one, 4) for one in samples),
        )  # fmt: skip

    pairs = list(zip(both.direct, both.through, strict=True))
    spans = list(enumerate(both.spans))
    tokens = [
        [sum(one.tokens for one in way[turn * callers : (turn + 1) * callers]) for turn, _ in spans]
        for way in (both.direct, both.through)
    ]
    alone = callers == 1
    return (
        series("added to first token", "ms", (1000 * (b.first_s - a.first_s) for a, b in pairs), watched=alone),
        series("added to whole answer", "ms", (1000 * (b.whole_s - a.whole_s) for a, b in pairs), watched=alone),
        series("first token, server itself", "ms", (1000 * one.first_s for one in both.direct)),
        series("first token, gateway", "ms", (1000 * one.first_s for one in both.through)),
        series("wait in the gateway", "ms", (1000 * one.queued_s for one in both.through)),
        series("all answers, server itself", "tokens/s", (tokens[0][n] / span[0] for n, span in spans), more=True),
        series("all answers, gateway", "tokens/s", (tokens[1][n] / span[1] for n, span in spans), more=True,
               watched=not alone),
    )  # fmt: skip


def body_of(model: str, tokens: int) -> bytes:
    """A question that no server and no cache has answered before."""
    number = random.SystemRandom().randrange(1 << 40)
    asks = [{"role": "user", "content": f"{number}: count from one to twenty in words."}]
    body = {"model": model, "messages": asks, "max_tokens": tokens, "temperature": 0, "stream": True,
            "stream_options": {"include_usage": True}}  # fmt: skip
    return json.dumps(body).encode()


SUITE = BenchmarkSuite(
    name="gateway",
    title="The gateway",
    about="What the gateway adds to a call of each loaded model, alone and with others, beside its server itself.",
    targets=targets,
    parameters=GatewayParameters,
    run=run,
    need="model_backend",
)
