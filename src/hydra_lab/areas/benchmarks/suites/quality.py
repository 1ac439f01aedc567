"""How right models answer: questions whose answers a program can check."""

import asyncio
import json
from pathlib import Path
from typing import Any

from pydantic import Field

from hydra_lab.areas.benchmarks.suites.asking import Reply, ask
from hydra_lab.areas.benchmarks.suites.checkers import Case, cases_in, checked
from hydra_lab.areas.benchmarks.suites.models import server_of, targets
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, Series, SuiteResult, SuiteTarget
from hydra_lab.kernel.errors import Conflict, Refused
from hydra_lab.kernel.operation import Input, Output

FILE = Path(__file__).with_name("cases.yaml")


class QualityParameters(Input):
    """What is asked, and how."""

    cases: str | None = Field(default=None, max_length=500_000, description="Cases as YAML, in place of Hydra's own")
    groups: tuple[str, ...] = Field(default=(), max_length=50, description="Only these groups of cases; all if empty")
    max_tokens: int = Field(default=1024, ge=1, le=100_000, description="Most tokens of an answer")
    silence_s: float = Field(default=120, gt=0, le=3600, description="Seconds without a token until it has failed")


class Answer(Output):
    """One case, what was answered, and whether that is right; ``null`` where nobody knows."""

    case: str
    group: str
    right: bool | None
    why: str = ""
    answer: str = ""


def run(ctx: Context, target: SuiteTarget, parameters: QualityParameters) -> SuiteResult:
    """Every case, each a step; the answers are kept as a file with the work."""
    every = cases_in(parameters.cases if parameters.cases is not None else FILE.read_text())
    cases = [one for one in every if not parameters.groups or one.group in parameters.groups]
    if not cases:
        raise Conflict("No case is in these groups.", fix=f"One of {', '.join(dict.fromkeys(c.group for c in every))}.")
    answers = [ctx.step(f"{one.group}: {one.name}", answered, ctx, target, parameters, one) for one in cases]
    text = json.dumps([one.model_dump(mode="json") for one in answers], indent=1, ensure_ascii=False)
    ctx.artifact(f"answers-{file_name(target.name)}.json", text.encode(), "application/json")
    unknown = [one for one in answers if one.right is None]
    if len(unknown) == len(answers):
        raise Refused(f"No answer could be checked: {unknown[0].why}", fix="The file of answers says more.")
    return SuiteResult(
        series=tuple(one for group in dict.fromkeys(one.group for one in cases) for one in series_of(group, answers)),
        remarks=tuple(f"{one.group}, {one.case}: not known, {one.why}." for one in unknown),
    )


def series_of(group: str, answers: list[Answer]) -> list[Series]:
    """The share of right answers of a group; what nobody knows is not in it."""
    known = [one for one in answers if one.group == group and one.right is not None]
    samples, labels = tuple(float(bool(one.right)) for one in known), tuple(one.case for one in known)
    series = Series(name="right answers", unit="share", better="higher", samples=samples, case=group, typical="mean",
                    labels=labels)  # fmt: skip
    return [series] if known else []


def answered(ctx: Context, target: SuiteTarget, parameters: QualityParameters, case: Case) -> Answer:
    """One case. A refusal of the server is an answer that nobody knows; one that is gone is waited for."""
    try:
        text = asyncio.run(said(ctx, target, parameters, case)).text
    except Refused as error:
        return Answer(case=case.name, group=case.group, right=None, why=error.detail.rstrip("."))
    found = checked(case, text)
    return Answer(case=case.name, group=case.group, right=found.right, why=found.why, answer=text)


async def said(ctx: Context, target: SuiteTarget, parameters: QualityParameters, case: Case) -> Reply:
    """What the model says; a switch of models waits for it."""
    server = server_of(ctx, target)
    body: dict[str, Any] = {
        "model": target.stamp["model"], "messages": [{"role": "user", "content": case.ask}], "temperature": 0,
        "max_tokens": parameters.max_tokens,
    }  # fmt: skip
    try:
        async with ctx.services.doors.inside(server.id):
            return await ask(server, body, parameters.silence_s)
    finally:
        await ctx.services.http.sender.close()


def file_name(text: str) -> str:
    """A target's name as part of a file's."""
    return "".join(one if one.isalnum() or one in "-._" else "-" for one in text)[:100]


SUITE = BenchmarkSuite(
    name="quality",
    title="Quality of answers",
    about="The share of right answers of each loaded model, by questions whose answers a program can check.",
    targets=targets,
    parameters=QualityParameters,
    run=run,
    need="model_backend",
)
