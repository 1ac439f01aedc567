"""Record traffic, analyze it, and take over the setting that came out of it."""

from datetime import timedelta

from pydantic import Field

from hydra_lab.areas.cache import operations
from hydra_lab.areas.cache import store as cache
from hydra_lab.areas.cache.model import Name, Recorded, Rule, Settings
from hydra_lab.areas.cache.serving import Cache
from hydra_lab.areas.cache.traffic import work
from hydra_lab.areas.cache.traffic.judging import Option
from hydra_lab.areas.cache.traffic.report import report
from hydra_lab.areas.cache.traffic.work import ANALYSIS, Analysis, ToAnalyze
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, NotFound
from hydra_lab.kernel.operation import Durable, Effect, Input, Nothing, operation


class ToRecord(Recorded):
    """Whose questions are recorded, or no longer are."""

    on: bool = True


@operation("cache.record", effect=Effect.WRITE, scope="admin", subject="model", queueable=False)
def record(ctx: Context, input: ToRecord) -> Settings:
    """Record the questions to a model or alias, or of a key, with their answers; or record them no longer.

    What was recorded stays until its days are over or it is purged.
    """
    known = operations.settings(ctx, Nothing())
    one = Recorded(model=input.model, key=input.key)
    others = tuple(each for each in known.records if each != one)
    return operations.put(ctx, known.model_copy(update={"records": (*others, one) if input.on else others}))


class Chosen(Input):
    """A setting of the latest analysis."""

    setting: Name = Field(description="The setting's id, as the analysis has it")
    analysis: Name = Field(description="The analysis's id; another that came since is not meant")


@operation("cache.analyze", effect=Effect.WRITE, path="POST /cache/analyze", scope="admin", subject="model",
           durable=Durable(lane="inference", attempts=3, timeout=timedelta(hours=6)))  # fmt: skip
def analyze(ctx: Context, input: ToAnalyze) -> Analysis:
    """Replay recorded questions as if the cache had been set in several ways, and recommend one.

    Alike questions are looked for where an embedding model is set. Whether an answer would have been right is found by
    comparing it with the real one, as the audit does.
    """
    ctx.step("write what was heard", write, ctx)
    plan = ctx.step("look", work.look, ctx, input)
    made = ctx.step("make vectors", work.make_vectors, ctx, input, plan)
    compared = ctx.step("compare answers", work.compare, ctx, input, plan, made.vectors > 0)
    options = ctx.step("replay", work.replay, ctx, input, plan, made.vectors > 0)
    found = work.concluded(ctx.item_id or ctx.new_id(), input, plan, options, [made.problem, compared.problem])
    ctx.artifact("analysis.md", report(found).encode(), "text/markdown")
    ctx.artifact("analysis.json", found.model_dump_json(indent=1).encode(), "application/json")
    ctx.transaction("keep", work.keep, ctx, found)
    return found


def write(ctx: Context) -> None:
    """Have all that was heard so far in the database."""
    ctx.services.lasting(Cache).recorder.write()


@operation("cache.analysis", effect=Effect.READ, scope="admin")
def analysis(ctx: Context, input: Nothing) -> Analysis:
    """Show the latest analysis of recorded traffic."""
    found = latest(ctx)
    if found is None:
        raise NotFound("Nothing was analyzed yet.", fix="POST /cache/record, and POST /cache/analyze when it has some.")
    return found


@operation("cache.adopt", effect=Effect.WRITE, scope="admin", subject="setting", queueable=False)
def adopt(ctx: Context, input: Chosen) -> Settings:
    """Set the cache as a setting of the latest analysis has it, for the models and keys that were analyzed."""
    found = latest(ctx)
    one = next((each for each in found.options if each.id == input.setting), None) if found else None
    if found is None or found.id != input.analysis or one is None:
        raise Conflict("The latest analysis has no such setting.", fix="GET /cache/analysis shows what it has.")
    known = operations.settings(ctx, Nothing())
    changed = known.with_rule(rule_of(one, found, known))
    return operations.put(ctx, changed if one.errors is None else changed.model_copy(update={"errors": one.errors}))


def rule_of(one: Option, found: Analysis, known: Settings) -> Rule:
    """The rule that a setting means; what it does not speak about stays as it is set."""
    before = next((each for each in known.rules if (each.model, each.key) == (found.model, found.key)), None)
    base = before or Rule(model=found.model, key=found.key)
    if one.mode == "off":
        return base.model_copy(update={"mode": "off"})
    return base.model_copy(
        update={"mode": one.mode, "hours": one.hours, "unset": one.unset, "shared": found.shared}
    )  # fmt: skip


def latest(ctx: Context) -> Analysis | None:
    """The latest analysis."""
    with ctx.read() as connection:
        found = cache.document(connection, ANALYSIS)
    return Analysis.model_validate(found) if found else None
