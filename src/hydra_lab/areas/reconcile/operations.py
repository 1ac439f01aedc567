"""Say what is wanted, see what is not so, bring it about, and see what came of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import Field

from hydra_lab.areas.reconcile import store
from hydra_lab.areas.reconcile.acting import applying
from hydra_lab.areas.reconcile.desired import drafting, keeping
from hydra_lab.areas.reconcile.desired.model import Desired, read
from hydra_lab.areas.reconcile.desired.showing import as_yaml, by_name, difference, unmasked
from hydra_lab.areas.reconcile.model import Applied, Plan, Ran, Revision, Unseen
from hydra_lab.areas.reconcile.seeing import Part
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, NotConfigured, NotFound, Unavailable
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation


class ToCheck(Desired):
    """A desired state: its fields, or all of it as a document."""

    document: str | None = Field(
        default=None, max_length=1 << 20, repr=False, description="All of it as YAML or JSON, in place of the fields"
    )

    @classmethod
    def opened(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """What the document says, beside what goes with it."""
        told = dict(given)
        document = told.get("document")
        if not isinstance(document, str) or not document.strip():
            return told
        said = read(document)
        if twice := sorted(said.keys() & {"document", "note", "replaces"}):
            raise Invalid(
                "The document says what no desired state says.",
                problems=[{"field": name, "problem": "does not belong into the document"} for name in twice],
                fix="Take it out.",
            )
        return (
            {name: value for name, value in told.items() if name not in Desired.model_fields} | {"document": ""} | said
        )

    @property
    def desired(self) -> Desired:
        """What is wanted."""
        return Desired.model_construct(**{name: getattr(self, name) for name in Desired.model_fields})


class ToSet(ToCheck):
    """A desired state that is to hold."""

    note: str | None = Field(default=None, max_length=500, description="Why it is so from now on")
    replaces: int | None = Field(
        default=None, ge=0, description="The revision it was made from; refused if there is a later one"
    )


class WhichRevision(Input):
    """Which revision."""

    revision: int | None = Field(default=None, ge=1, description="Default: the one in force")


class ToImport(Input):
    """What is to be taken over."""

    parts: list[Part] = Field(default=["containers"], min_length=1, max_length=5)
    note: str | None = Field(default=None, max_length=500)


class ToApply(Input):
    """What is to be brought about."""

    again: bool = Field(default=False, description="Also what was tried before and rolled back")
    parts: list[Part] | None = Field(default=None, max_length=5, description="Only these; all if left out")
    wait_s: float = Field(default=120, ge=1, le=1200, description="Seconds until a container must be well")


class HistoryWanted(Input):
    """How much of it."""

    limit: int = Field(default=50, ge=1, le=500)


class Shown(Output):
    """A desired state without what is secret."""

    revision: Revision | None = Field(description="Nothing was ever wanted if left out")
    desired: dict[str, Any]
    document: str = Field(description="The same as YAML")


class Checked(Output):
    """What would be otherwise, and what bringing it about would take."""

    diff: str
    plan: Plan
    document: str = Field(description="How it is read, as YAML without what is secret")
    lost: list[Unseen] = Field(default=[], description="Nodes that do not answer: theirs is as it was wanted before")


class WasSet(Output):
    """The revision that holds."""

    revision: Revision
    changed: bool = Field(description="False where the revision before said the same")
    lost: list[Unseen] = Field(default=[], description="Nodes that do not answer: theirs is as it was wanted before")


class History(Output):
    """Revisions and runs, the last first."""

    revisions: list[Revision]
    runs: list[Ran]


@operation("reconcile.desired", effect=Effect.READ, path="GET /reconcile/desired")
def desired(ctx: Context, input: WhichRevision) -> Shown:
    """Show what is wanted, as it is now or was in an earlier revision; what is secret is masked."""
    number = input.revision or keeping.last(ctx)
    wanted = keeping.desired_of(ctx, number)
    with ctx.read() as connection:
        found = store.revision(connection, number)
    return Shown(revision=found[0] if found else None, desired=by_name(wanted), document=as_yaml(wanted))


@operation("reconcile.set_desired", effect=Effect.WRITE, path="PUT /reconcile/desired", scope="admin", queueable=False)
def set_desired(ctx: Context, input: ToSet) -> WasSet:
    """Say what is wanted from now on, in place of what was. Nothing is done about it until it is applied.

    Masked values (•••) stay what they were. It is kept as a revision, unless it says just what the last one says.
    """
    revision, changed = keeping.kept(ctx, complete(ctx, input.desired), input.note, input.replaces)
    return WasSet(revision=revision, changed=changed)


@operation("reconcile.check", effect=Effect.READ, path="POST /reconcile/check")
def check(ctx: Context, input: ToCheck) -> Checked:
    """Show how a desired state differs from the one in force, and what it would take. Nothing is kept."""
    number = keeping.last(ctx)
    wanted = complete(ctx, input.desired)
    diff = difference(keeping.desired_of(ctx, number) if number else None, wanted)
    return Checked(diff=diff, plan=applying.plan_of(ctx, wanted, number), document=as_yaml(wanted))


def complete(ctx: Context, given: Desired) -> Desired:
    """It with masked values as they were. Raises ``Invalid`` for what nobody knows: values, operations."""
    number = keeping.last(ctx)
    before = keeping.desired_of(ctx, number) if number else None

    def running(name: str) -> Mapping[str, str]:
        try:
            return drafting.environment(ctx, name)
        except (NotConfigured, NotFound, Unavailable):
            return {}

    wanted = unmasked(given, before, running)
    problems = keeping.schedule_problems(ctx, wanted)
    if problems:
        raise Invalid("The desired state is not right.", problems=problems, fix="Mend what is named.")
    return wanted


@operation("reconcile.draft", effect=Effect.READ, path="GET /reconcile/draft")
def draft(ctx: Context, input: ToImport) -> Checked:
    """Show a desired state that says just what there is now: a beginning to be edited. What is secret is masked."""
    number = keeping.last(ctx)
    before = keeping.desired_of(ctx, number)
    wanted, lost = drafting.drafted(ctx, input.parts, before)
    plan, diff = applying.plan_of(ctx, wanted, number), difference(before if number else None, wanted)
    return Checked(diff=diff, plan=plan, document=as_yaml(wanted), lost=lost)


@operation("reconcile.import", effect=Effect.WRITE, path="POST /reconcile/import", scope="admin", queueable=False)
def import_(ctx: Context, input: ToImport) -> WasSet:
    """Take over what there is now as what is wanted; parts that are not named stay as they are wanted."""
    number = keeping.last(ctx)
    before = keeping.desired_of(ctx, number)
    found, lost = drafting.drafted(ctx, input.parts, before)
    wanted = before.model_copy(update={part: getattr(found, part) for part in input.parts})
    wanted = Desired.model_validate(by_name(wanted, secrets=True))
    revision, changed = keeping.kept(ctx, wanted, input.note or "taken over from what there is", None)
    return WasSet(revision=revision, changed=changed, lost=lost)


@operation("reconcile.plan", effect=Effect.READ, path="GET /reconcile/plan")
def plan(ctx: Context) -> Plan:
    """Show what is not as it is wanted, what would be done about it, what that costs, and what policy says to it."""
    number = keeping.last(ctx)
    return applying.plan_of(ctx, keeping.desired_of(ctx, number), number)


@operation("reconcile.apply", effect=Effect.WRITE, path="POST /reconcile/apply", shows=True,
           durable=Durable(attempts=3, timeout=timedelta(hours=3)))  # fmt: skip
def apply(ctx: Context, input: ToApply) -> Applied:
    """Bring about what is wanted, step by step.

    Containers come up after what they depend on; each is verified, and is what it was where that fails. What makes a
    container anew or removes one asks first, with the plan; a yes holds for just that plan. A description that was
    rolled back is remembered and not tried again unless `again` is said.
    """
    return applying.apply(ctx, input.again, input.parts, input.wait_s)


@operation("reconcile.history", effect=Effect.READ, path="GET /reconcile/history")
def history(ctx: Context, input: HistoryWanted) -> History:
    """Show every revision with its author and what it changed, and what came of applying them."""
    with ctx.read() as connection:
        revisions, runs = store.all_revisions(connection, input.limit), store.all_runs(connection, input.limit)
        bad = store.all_bad(connection)
    marked = [
        one.model_copy(update={"bad": [f"{each.name}: {each.why}" for each in bad if each.revision == one.number]})
        for one in revisions
    ]
    return History(revisions=marked, runs=runs)
