"""How quick models are: time to the first token, between tokens, and tokens a second, alone and with others."""

import asyncio
import itertools
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from hydra_lab.areas.benchmarks.suites.asking import Reply, ask
from hydra_lab.areas.benchmarks.suites.models import server_of, targets
from hydra_lab.kernel.capabilities import ModelServer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, Series, SuiteResult, SuiteTarget
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.operation import Input

# Short everyday words, each about one token for most models.
WORDS = [
    "the", "lab", "has", "a", "small", "rack", "with", "two", "fans", "and", "one", "old", "disk", "that", "hums", "at",
    "night", "while", "owner", "sleeps", "light", "in", "hall", "goes", "on", "when", "door", "opens", "so", "cat",
]  # fmt: skip
TASK = "Write a long story about these words, and do not stop early:"
Counts = Annotated[tuple[Annotated[int, Field(ge=1, le=200_000)], ...], Field(min_length=1, max_length=6)]
Callers = Annotated[tuple[Annotated[int, Field(ge=1, le=64)], ...], Field(min_length=1, max_length=6)]


class LatencyParameters(Input):
    """What is asked. Every combination of the three is measured."""

    prompt_words: Counts = Field(default=(64, 1024), description="Lengths of what is asked, in words")
    output_tokens: Counts = Field(default=(32, 128), description="Most tokens of an answer")
    concurrency: Callers = Field(default=(1, 4), description="Requests at the same time")
    repetitions: int = Field(default=5, ge=1, le=100, description="How often each is asked")
    warm_up: int = Field(default=1, ge=0, le=20, description="Requests before, which do not count")
    silence_s: float = Field(default=120, gt=0, le=3600, description="Seconds without a token until it has failed")


@dataclass(kw_only=True)
class Round:
    """What came of requests made at the same time; ``seconds`` is from the first one until the last one's end."""

    replies: list[Reply] = field(default_factory=list)
    errors: list[HydraError] = field(default_factory=list)
    seconds: float = 0.0


def run(ctx: Context, target: SuiteTarget, parameters: LatencyParameters) -> SuiteResult:
    """Every combination, one after the other, each a step."""
    if parameters.warm_up:
        ctx.step("warm up", warm_up, ctx, target, parameters)
    series: list[Series] = []
    remarks: list[str] = []
    cases = itertools.product(parameters.prompt_words, parameters.output_tokens, parameters.concurrency)
    for words, tokens, callers in cases:
        found = ctx.step(case_of(words, tokens, callers), measured, ctx, target, parameters, words, tokens, callers)
        series += found.series
        remarks += found.remarks
    return SuiteResult(series=tuple(series), remarks=tuple(dict.fromkeys(remarks)))


def case_of(words: int, tokens: int, callers: int) -> str:
    """A combination in words."""
    return f"{words} words in, up to {tokens} tokens out, {'alone' if callers == 1 else f'{callers} at once'}"


def warm_up(ctx: Context, target: SuiteTarget, parameters: LatencyParameters) -> None:
    """Ask a few times, so that what a first request alone takes is not measured."""
    for _ in range(parameters.warm_up):
        found = at_once(ctx, target, parameters, parameters.prompt_words[0], parameters.output_tokens[0], 1)
        if found.errors:
            raise found.errors[0]


def measured(
    ctx: Context, target: SuiteTarget, parameters: LatencyParameters, words: int, tokens: int, callers: int
) -> SuiteResult:
    """One combination. Raises where not a single request was answered; fewer failures become a remark."""
    rounds = []
    for _ in range(parameters.repetitions):
        ctx.check_cancelled()
        rounds.append(at_once(ctx, target, parameters, words, tokens, callers))
    errors = [one for each in rounds for one in each.errors]
    if not any(each.replies for each in rounds):
        raise errors[0]
    case = case_of(words, tokens, callers)
    remarks = []
    if errors:
        remarks.append(f"{case}: {len(errors)} of {callers * len(rounds)} failed: {errors[0].detail}")
    if any(reply.counted is None for each in rounds for reply in each.replies):
        remarks.append("The server does not count tokens: the pieces of its stream were counted in their place.")
    return SuiteResult(series=series_of(rounds, case), remarks=tuple(remarks))


def series_of(rounds: list[Round], case: str) -> tuple[Series, ...]:
    """The figures of one combination. A request that failed is in none; a round with one has no throughput."""
    replies = [reply for each in rounds for reply in each.replies]
    several = [reply for reply in replies if reply.tokens > 1 and reply.pieces_s[-1] > reply.pieces_s[0]]
    whole = [each for each in rounds if not each.errors and each.seconds > 0]
    spans = [(reply, reply.pieces_s[-1] - reply.pieces_s[0]) for reply in several]

    def series(name: str, unit: str, samples: Iterable[float], *, more: bool = False, watched: bool = True) -> Series:
        return Series(
            name=name, unit=unit, better="higher" if more else "lower", case=case, watched=watched,
            samples=tuple(round(one, 4) for one in samples),
        )  # fmt: skip

    rates = ((reply.tokens - 1) / span for reply, span in spans)
    together = (sum(reply.tokens for reply in each.replies) / each.seconds for each in whole)
    found = (
        series("time to first token", "ms", (1000 * reply.pieces_s[0] for reply in replies)),
        series("between tokens", "ms", (1000 * span / (reply.tokens - 1) for reply, span in spans)),
        series("longest pause", "ms", (1000 * longest(reply) for reply in several), watched=False),
        series("one answer", "tokens/s", rates, more=True, watched=False),
        series("all answers", "tokens/s", together, more=True),
    )
    return tuple(one for one in found if one.samples)


def longest(reply: Reply) -> float:
    """The longest time between two pieces, in seconds."""
    return max(late - early for early, late in itertools.pairwise(reply.pieces_s))


def at_once(
    ctx: Context, target: SuiteTarget, parameters: LatencyParameters, words: int, tokens: int, callers: int
) -> Round:
    """Requests at the same time, on an event loop of their own."""
    server = server_of(ctx, target)
    bodies = [body_of(str(target.stamp["model"]), words, tokens) for _ in range(callers)]
    return asyncio.run(asked(ctx, server, bodies, parameters.silence_s))


async def asked(ctx: Context, server: ModelServer, bodies: list[dict[str, Any]], silence_s: float) -> Round:
    """Send requests at the same time; a switch of models waits for them."""

    async def one(body: dict[str, Any]) -> Reply:
        async with ctx.services.doors.inside(server.id):
            return await ask(server, body, silence_s)

    try:
        began = time.perf_counter()
        found = await asyncio.gather(*(one(body) for body in bodies), return_exceptions=True)
        seconds = time.perf_counter() - began
    finally:
        await ctx.services.http.sender.close()
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, HydraError):
            raise each
    return Round(
        replies=[each for each in found if isinstance(each, Reply)],
        errors=[each for each in found if isinstance(each, HydraError)],
        seconds=seconds,
    )


def body_of(model: str, words: int, tokens: int) -> dict[str, Any]:
    """A question whose beginning no server has in its cache, so that all of it is read."""
    dice = random.SystemRandom()
    asks = " ".join([str(dice.randrange(1 << 30)), *dice.choices(WORDS, k=max(0, words - len(TASK.split()) - 1)), TASK])
    return {
        "model": model, "messages": [{"role": "user", "content": asks}], "max_tokens": tokens, "temperature": 0,
    }  # fmt: skip


SUITE = BenchmarkSuite(
    name="inference.latency",
    title="Latency of models",
    about="Time to the first token, between tokens and tokens a second of each loaded model, over lengths and callers.",
    targets=targets,
    parameters=LatencyParameters,
    run=run,
    need="model_backend",
)
