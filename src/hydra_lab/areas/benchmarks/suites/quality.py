"""How right models answer: questions whose answers a program can check, or another model judges."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field

from hydra_lab.areas.benchmarks.judges import store
from hydra_lab.areas.benchmarks.judges.asking import judged, leaning
from hydra_lab.areas.benchmarks.judges.model import ENOUGH, Agreement, agreement
from hydra_lab.areas.benchmarks.suites.asking import Reply, ask
from hydra_lab.areas.benchmarks.suites.checkers import THOUGHT, Case, cases_in, checked
from hydra_lab.areas.benchmarks.suites.models import server_of, targets
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import BenchmarkSuite, Judged, Series, SuiteResult, SuiteTarget
from hydra_lab.kernel.errors import Conflict, Refused
from hydra_lab.kernel.operation import Input, Output

FILE = Path(__file__).with_name("cases.yaml")
SHOWN = 4_000  # characters of a question and an answer that people are shown


class QualityParameters(Input):
    """What is asked, and how."""

    cases: str | None = Field(default=None, max_length=500_000, description="Cases as YAML, in place of Hydra's own")
    groups: tuple[str, ...] = Field(default=(), max_length=50, description="Only these groups of cases; all if empty")
    max_tokens: int = Field(default=1024, ge=1, le=100_000, description="Most tokens of an answer")
    silence_s: float = Field(default=120, gt=0, le=3600, description="Seconds without a token until it has failed")
    judge: str | None = Field(
        default=None, max_length=200, description="The model or alias that judges, for such cases"
    )
    judge_itself: bool = Field(default=False, description="Whether a model may judge its own answers; the run says so")
    judge_agreement: float = Field(
        default=0.8, gt=0, le=1, description="Share of people's verdicts that make it trusted"
    )


class Answer(Output):
    """One case, what was answered, and whether that is right; ``null`` where nobody knows."""

    case: str
    group: str
    right: bool | None
    why: str = ""
    answer: str = ""
    judge: str | None = None
    grade: int | None = None


def run(ctx: Context, target: SuiteTarget, parameters: QualityParameters) -> SuiteResult:
    """Every case, each a step, then what a judge decides; the answers are kept as a file with the work."""
    every = cases_in(parameters.cases if parameters.cases is not None else FILE.read_text())
    cases = [one for one in every if not parameters.groups or one.group in parameters.groups]
    if not cases:
        raise Conflict("No case is in these groups.", fix=f"One of {', '.join(dict.fromkeys(c.group for c in every))}.")
    answers = [ctx.step(f"{one.group}: {one.name}", answered, ctx, target, parameters, one) for one in cases]
    for place, one in enumerate(cases):  # afterwards, so that a judge that has to be loaded is loaded once
        if one.judge and parameters.judge and answers[place].answer:
            judge = f"judge {one.group}: {one.name}"
            answers[place] = ctx.step(judge, judged_answer, ctx, target, parameters, one, answers[place])
    text = json.dumps([one.model_dump(mode="json") for one in answers], indent=1, ensure_ascii=False)
    ctx.artifact(f"answers-{file_name(target.name)}.json", text.encode(), "application/json")
    unknown = [one for one in answers if one.right is None]
    if len(unknown) == len(answers):
        raise Refused(f"No answer could be checked: {unknown[0].why}", fix="The file of answers says more.")
    asked = {(one.group, one.name): one.ask for one in cases}
    shown = tuple(
        Judged(case=f"{one.group}: {one.case}", judge=one.judge, question=asked[one.group, one.case][:SHOWN],
               answer=one.answer[:SHOWN], right=one.right, why=one.why, grade=one.grade)
        for one in answers if one.judge
    )  # fmt: skip
    found = ctx.step("look at the judge", trust_in, ctx, parameters) if shown else None
    trusted = found is not None and found.trust == "trusted"
    return SuiteResult(
        series=tuple(
            one for group in dict.fromkeys(one.group for one in cases)
            for one in series_of(group, answers, trusted=trusted)
        ),
        remarks=(*(f"{one.group}, {one.case}: not known, {one.why}." for one in unknown),
                 *remarks_on(target, parameters, shown, found)),
        judged=shown,
    )  # fmt: skip


def series_of(group: str, answers: list[Answer], *, trusted: bool = False) -> list[Series]:
    """The shares of right answers of a group, by a program and by a judge; what nobody knows is in neither.

    What a judge says is only watched where people were found to agree with it.
    """
    found = []
    for name, by_judge, watched in (("right answers", False, True), ("right answers, by a judge", True, trusted)):
        known = [one for one in answers if one.group == group and one.right is not None and bool(one.judge) is by_judge]
        samples, labels = tuple(float(bool(one.right)) for one in known), tuple(one.case for one in known)
        if known:
            found.append(Series(name=name, unit="share", better="higher", samples=samples, case=group, typical="mean",
                                labels=labels, watched=watched))  # fmt: skip
    return found


def trust_in(ctx: Context, parameters: QualityParameters) -> Agreement:
    """How far people agree with the judge so far."""
    judge = parameters.judge or ""
    with ctx.read() as connection:
        return agreement(judge, store.of_judge(connection, judge), parameters.judge_agreement)


def remarks_on(
    target: SuiteTarget, parameters: QualityParameters, judged: tuple[Judged, ...], found: Agreement | None
) -> Iterator[str]:
    """What a person has to know of the judge."""
    if found is None:
        return
    if found.trust == "not yet known":
        known = f"({found.verdicts} of {ENOUGH} verdicts)"
        yield f"How far people agree with {found.judge} is not yet known {known}: what it says is not watched."
    elif found.trust == "not trusted":
        share = f"{found.share:.0%} of cases, less than {found.wanted:.0%}"
        yield f"People agree with {found.judge} in {share}: it is not trusted, and what it says is not watched."
    if parameters.judge_itself and parameters.judge == target.stamp.get("model"):
        yield f"{parameters.judge} judged its own answers."
    if told := leaning(list(judged)):
        yield told


def answered(ctx: Context, target: SuiteTarget, parameters: QualityParameters, case: Case) -> Answer:
    """One case. A refusal of the server is an answer that nobody knows; one that is gone is waited for."""
    try:
        text = asyncio.run(said(ctx, target, parameters, case)).text
    except Refused as error:
        return Answer(case=case.name, group=case.group, right=None, why=error.detail.rstrip("."))
    if case.judge:
        return Answer(case=case.name, group=case.group, right=None, why="no judge model is named", answer=text)
    found = checked(case, text)
    return Answer(case=case.name, group=case.group, right=found.right, why=found.why, answer=text)


def judged_answer(
    ctx: Context, target: SuiteTarget, parameters: QualityParameters, case: Case, answer: Answer
) -> Answer:  # fmt: skip
    """What the judge says of an answer; what a model thought aloud is no part of it."""
    assert case.judge
    assert parameters.judge
    verdict = judged(
        ctx, parameters.judge, case.judge, case.ask, THOUGHT.sub("", answer.answer).strip(),
        model=str(target.stamp["model"]), itself=parameters.judge_itself,
    )  # fmt: skip
    told = {"right": verdict.right, "why": verdict.why, "grade": verdict.grade, "judge": parameters.judge}
    return answer.model_copy(update=told)


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
