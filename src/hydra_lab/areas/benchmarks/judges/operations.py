"""Say whether a judge model was right, and see how far people agree with each."""

from pydantic import Field

from hydra_lab.areas.benchmarks.judges import store
from hydra_lab.areas.benchmarks.judges.model import Agreement, agreement
from hydra_lab.areas.benchmarks.operations import BASE, known
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Denied, NotFound
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.policy.model import ActorKind

WANTED = 0.8  # of verdicts in which people agree, unless a run says otherwise


class Verdict(Input):
    """What a person thinks of a judge's verdict."""

    id: str = Field(max_length=64, description="The run")
    case: str = Field(max_length=200, description="The case, as the run names it")
    agree: bool = Field(description="Whether the judge was right")


class Wanted(Input):
    """From which agreement on a judge counts as trusted."""

    agreement: float = Field(default=WANTED, gt=0, le=1)


class Judges(Output):
    """Every judge that people have looked at."""

    judges: list[Agreement]


@operation("benchmarks.agree", effect=Effect.WRITE, path=f"POST {BASE}/{{id}}/verdict", subject="id", queueable=False)
def agree(ctx: Context, input: Verdict) -> Agreement:
    """Say whether a judge model was right about an answer; only a person's word counts."""
    if ctx.actor.kind is not ActorKind.PERSON:
        raise Denied("Only people say whether a judge is right.", fix="Have a person look at the run's page.")
    run = known(ctx, input.id)
    one = next((each for each in run.judged if each.case == input.case), None)
    if one is None or one.right is None:
        raise NotFound(
            f"No judge said anything about “{input.case}” in this run.", fix="Its page shows what was judged."
        )
    with ctx.begin() as connection:
        store.put(connection, run=run.id, case=one.case, judge=one.judge, right=one.right, agrees=input.agree,
                  by=ctx.actor.name, at=ctx.services.clock.now())  # fmt: skip
        ctx.emit(connection, "benchmarks.verdict", subject=one.case, data={"judge": one.judge, "agrees": input.agree})
        return agreement(one.judge, store.of_judge(connection, one.judge), WANTED)


@operation("benchmarks.judges", effect=Effect.READ, path=f"GET {BASE}/judges")
def judges(ctx: Context, input: Wanted) -> Judges:
    """Show how far people agree with each judge model: share, interval and Cohen's kappa."""
    with ctx.read() as connection:
        found = [(name, store.of_judge(connection, name)) for name in store.judges(connection)]
    return Judges(judges=[agreement(name, told, input.agreement) for name, told in found])
