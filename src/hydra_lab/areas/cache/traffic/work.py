"""Analyzing recorded traffic: make vectors, compare answers as the audit does, replay it in several settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fnmatch import fnmatchcase

from pydantic import Field
from sqlalchemy import Connection

from hydra_lab.areas.cache import store as cache
from hydra_lab.areas.cache.alike.judging import embedded, mean_the_same
from hydra_lab.areas.cache.asking.keys import hashed
from hydra_lab.areas.cache.model import Name, Rule, Settings
from hydra_lab.areas.cache.traffic import store
from hydra_lab.areas.cache.traffic.judging import Option, off, option, recommended
from hydra_lab.areas.cache.traffic.replaying import HOUR_S, Line, Traffic, Way, pair, replayed, wanted
from hydra_lab.areas.cache.traffic.store import Question
from hydra_lab.areas.cache.wishes import SETTINGS
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Busy, HydraError, Unavailable
from hydra_lab.kernel.operation import Input, Output

ANALYSIS = "analysis"  # the document of the latest
HOURS = (24.0, 168.0, 720.0)
BOUNDS = (0.01, 0.02, 0.05)
EMBEDDED = 5000  # texts of which vectors are made at most, the newest
AT_ONCE = 16  # texts of one request for vectors
LONGEST = 8000  # letters of a text that a vector is made of, as when it was asked
ROUNDS = 4  # of comparing: what is found to mean the same changes what stands beside what
PATIENCE = 3  # comparisons in a row that may fail


class ToAnalyze(Input):
    """Which recorded questions, and what is good enough."""

    model: Name = Field(default="*", description="The model or alias asked for; * stands for any letters")
    key: Name = Field(default="*", description="The key's name; * stands for any letters")
    wrong: float = Field(
        default=0.05, ge=0.001, le=0.5, description="The share of answers from the cache that may be wrong at most"
    )
    shared: bool = Field(default=False, description="As if one key got what another asked, too")
    comparisons: int = Field(default=300, ge=0, le=10_000, description="Answers that a model is asked to compare")


class Plan(Output):
    """What is looked at, and with what. Only figures: what was asked is in no record of the work."""

    until: datetime
    first: datetime | None
    last: datetime | None
    questions: int
    keys: int
    unset: int
    too_free: int
    settings: Settings
    rule: Rule


class Made(Output):
    """Vectors that there are, and why not of more."""

    vectors: int
    problem: str | None = None


class Compared(Output):
    """Answers that were compared now, and those that were not."""

    made: int
    left: int
    problem: str | None = None


class Analysis(Output):
    """What came of replaying recorded questions. ``recommended`` is one of the ``options``, by its id."""

    id: str
    at: datetime
    model: str
    key: str
    shared: bool
    allowed: float = Field(description="The share of answers from the cache that may be wrong")
    questions: int
    first: datetime | None
    last: datetime | None
    options: list[Option]
    recommended: str | None
    why: str
    remarks: list[str]


def look(ctx: Context, input: ToAnalyze) -> Plan:
    """What is recorded now."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        settings = Settings.model_validate(cache.document(connection, SETTINGS) or {})
    rule = next((one for one in settings.rules if (one.model, one.key) == (input.model, input.key)), Rule())
    found = list(lines(ctx, input, now))
    named = [one.temperature for one in found if one.temperature is not None]
    with ctx.read() as connection:
        keys = {one.key for one in store.all_of(connection, now) if fits(one, input)}
    return Plan(
        until=now, first=datetime.fromtimestamp(found[0].at, now.tzinfo) if found else None,
        last=datetime.fromtimestamp(found[-1].at, now.tzinfo) if found else None, questions=len(found),
        keys=len(keys), unset=len(found) - len(named), too_free=sum(one > rule.temperature for one in named),
        settings=settings, rule=rule,
    )  # fmt: skip


def fits(one: Question, input: ToAnalyze) -> bool:
    """Whether a question is meant."""
    return fnmatchcase(one.model, input.model) and fnmatchcase(one.key, input.key)


def lines(ctx: Context, input: ToAnalyze, until: datetime) -> Iterator[Line]:
    """The questions that are meant, as a replay needs them."""
    with ctx.read() as connection:
        for one in store.all_of(connection, until):
            if fits(one, input):
                tenant = "" if input.shared else one.key
                yield Line(
                    number=one.number, at=one.at.timestamp(), exact=f"{tenant}\n{one.exact}",
                    family=f"{tenant}\n{one.family}", text=one.text if one.alike else "", hash=one.hash,
                    alike=one.alike, temperature=one.temperature, is_real=one.given_by == "model",
                    answer=hashed(" ".join(one.answer.lower().split())), tokens=one.tokens, seconds=one.seconds,
                )  # fmt: skip


def ways(plan: Plan, *, with_alike: bool) -> list[Way]:
    """The settings that are tried, the plainest first; longer times only where more than the shorter was recorded."""
    span = (plan.last - plan.first).total_seconds() / HOUR_S if plan.first and plan.last else 0.0
    hours = [one for place, one in enumerate(HOURS) if place == 0 or span > HOURS[place - 1]]
    unset = [False, True] if plan.unset else [False]
    bounds = sorted({*BOUNDS, plan.settings.errors}) if with_alike else []
    named = plan.rule.temperature
    return [
        *(Way(hours=each, unset=also, temperature=named) for also in unset for each in hours),
        *(Way(hours=hours[-1], errors=one, unset=also, temperature=named) for also in unset for one in bounds),
    ]


def make_vectors(ctx: Context, input: ToAnalyze, plan: Plan) -> Made:
    """Have vectors of the questions made that have none."""
    embedder = plan.settings.embedder
    if embedder is None:
        return Made(vectors=0, problem="No embedding model is set, so alike questions were not looked for.")
    texts = {one.hash: one.text for one in lines(ctx, input, plan.until) if one.alike}
    with ctx.read() as connection:
        known = store.vectors(connection, embedder).keys()
    meant = list(texts)[-EMBEDDED:]
    missing = [one for one in meant if one not in known]
    for start in range(0, len(missing), AT_ONCE):
        ctx.progress(0.6 * start / len(missing), f"vectors of {start} of {len(missing)} questions")
        some = missing[start : start + AT_ONCE]
        try:
            found = embedded(ctx, embedder, [texts[one][:LONGEST] for one in some])
        except (Unavailable, Busy):
            raise
        except HydraError as error:
            return Made(vectors=0, problem=f"Alike questions were not looked for: {error.detail}")
        with ctx.begin() as connection:
            vectors = {one: vector.tobytes() for one, vector in zip(some, found, strict=True) if vector is not None}
            store.put_vectors(connection, embedder, vectors)
        if not vectors:
            problem = f"Alike questions were not looked for: {embedder} gave no vectors."
            return Made(vectors=0, problem=problem)
    older = len(texts) - len(meant)
    left_out = f"Of {older} older questions no vectors were made, so they were not looked for." if older else None
    return Made(vectors=len(meant), problem=left_out)


def traffic(ctx: Context, input: ToAnalyze, plan: Plan, *, with_alike: bool) -> Traffic:
    """What is replayed."""
    settings = plan.settings
    with ctx.read() as connection:
        known = store.said(connection)
        vectors = store.vectors(connection, settings.embedder) if with_alike and settings.embedder else {}
    judge = settings.judge or f"{settings.embedder} {settings.same_answer}"
    found = list(lines(ctx, input, plan.until))
    meant = {one.hash for one in found}
    return Traffic(
        lines=found, vectors={text: one for text, one in vectors.items() if text in meant}, known=known, judge=judge,
        least=settings.alike,
    )  # fmt: skip


def compare(ctx: Context, input: ToAnalyze, plan: Plan, with_alike: bool) -> Compared:
    """Compare the real answers of pairs, as the audit does, until all are or enough."""
    settings, made, failed, left = plan.settings, 0, 0, 0
    base = {Way(**{**one.__dict__, "errors": None if one.errors is None else 0.0}) for one in
            ways(plan, with_alike=with_alike)}  # fmt: skip
    for _ in range(ROUNDS):
        now = traffic(ctx, input, plan, with_alike=with_alike)
        pairs = ctx.child(wanted, now, sorted(base, key=repr))
        by_number = {one.number: one for one in now.lines}
        left = len(pairs)
        for one, other in pairs:
            if made >= input.comparisons or failed >= PATIENCE:
                break
            ctx.progress(0.6 + 0.3 * made / max(input.comparisons, 1), f"{made} answers compared")
            with ctx.read() as connection:
                texts = store.answers(connection, (one, other))
            if len(texts) < 2:  # purged meanwhile
                continue
            same = mean_the_same(ctx, settings, texts[one][0], texts[one][1], texts[other][1])
            if same is None:
                failed += 1
                continue
            made, failed, left = made + 1, 0, left - 1
            with ctx.begin() as connection:
                store.put_verdict(
                    connection, pair(now.judge, by_number[one], by_number[other]), same=same, at=plan.until
                )
        if not left or failed or made >= input.comparisons:
            break
    problem = None
    if left:
        problem = f"{left} pairs of answers were not compared"
        problem += ", for nothing could compare them now." if failed else ": no more comparisons were wanted."
    return Compared(made=made, left=left, problem=problem)


def replay(ctx: Context, input: ToAnalyze, plan: Plan, with_alike: bool) -> list[Option]:
    """The figures of each setting; off is the first."""
    ctx.progress(0.92, "replaying")
    tried = ways(plan, with_alike=with_alike)
    tallies = ctx.child(replayed, traffic(ctx, input, plan, with_alike=with_alike), tried)
    return [off(plan.questions), *(option(way, each, plan.questions) for way, each in zip(tried, tallies, strict=True))]


def concluded(
    id: str, input: ToAnalyze, plan: Plan, options: list[Option], problems: list[str | None]
) -> Analysis:  # fmt: skip
    """All of it, with what is recommended."""
    chosen, why = recommended(options, plan.questions, input.wrong)
    remarks = [one for one in problems if one]
    if plan.too_free:
        remarks.append(
            f"{plan.too_free} questions named a temperature above {plan.rule.temperature:g}; no setting answers them."
        )
    if plan.unset:
        remarks.append(f"{plan.unset} questions named no temperature; settings that say so answer them, too.")
    if plan.keys > 1 and not input.shared:
        remarks.append(f"{plan.keys} keys asked, each answered for itself.")
    return Analysis(
        id=id, at=plan.until, model=input.model, key=input.key, shared=input.shared, allowed=input.wrong,
        questions=plan.questions, first=plan.first, last=plan.last, options=options, recommended=chosen, why=why,
        remarks=remarks,
    )  # fmt: skip


def keep(connection: Connection, ctx: Context, found: Analysis) -> None:
    """Keep it as the latest, and tell."""
    cache.put_document(connection, ANALYSIS, found.model_dump(mode="json"))
    ctx.emit(
        connection, "cache.analyzed",
        data={"questions": found.questions, "recommended": found.recommended, "why": found.why},
    )  # fmt: skip
