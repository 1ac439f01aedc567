"""Show what needs a person: approvals, missing credentials, work without a plan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Input, Output, operation
from hydra_lab.kernel.work import HoldKind, Item, measure, store
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.approvals.store import Approval
from hydra_lab.kernel.work.find import store as find


class Question(Output):
    """An approval that was asked."""

    id: str
    item: Item
    rule: str
    reason: str
    asked_at: datetime
    lapses_at: datetime | None
    without_answer: str = Field(description="What applies when it lapses: yes or no")
    answer: str | None
    decided_at: datetime | None
    decided_by: str | None
    comment: str | None
    preview: dict[str, Any] | None = Field(description="What is shown with it, and what an answer is bound to")


class Missing(Output):
    """An integration that work waits for."""

    integration: str
    title: str
    detail: str
    unblock: str
    since: datetime
    items: list[Item] = Field(description="Those that have waited longest")
    waiting: int = Field(description="How many wait for it in all")


class Unplanned(Output):
    """Work of which nobody knows yet which operation does it."""

    item: Item
    detail: str
    suggestions: list[str] = Field(description="Operations that might do it, the likeliest first")


class Counts(Output):
    """How many things wait for a person, whatever a list shows of them."""

    approvals: int
    missing: int = Field(description="Integrations that work waits for, however much waits for each")
    unplanned: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.approvals + self.missing + self.unplanned


class Inbox(Output):
    """Everything that waits for a person."""

    approvals: list[Question]
    missing: list[Missing]
    unplanned: list[Unplanned]
    counts: Counts
    total: int


class Decided(Output):
    """What was decided, newest first."""

    approvals: list[Question]


class Most(Input):
    """How many at most."""

    limit: int = Field(default=100, ge=1, le=500)


class Wanted(Most):
    """How many at most, of each kind."""

    examples: int = Field(default=20, ge=1, le=500, description="Items shown with each integration that is missing")


def questions(ctx: Context, asked: Sequence[Approval]) -> list[Question]:
    """Approvals, each with the item it is about."""
    with ctx.read() as connection:
        items = store.items_by_id(connection, {one.item for one in asked}, ctx.services.work.everything_hold())
    return [question(one, items[one.item]) for one in asked if one.item in items]


def question(asked: Approval, item: Item) -> Question:
    """An approval with the item it is about."""
    fields = {name: getattr(asked, name) for name in Question.model_fields if hasattr(asked, name)}
    return Question(**{**fields, "item": item, "without_answer": "yes" if asked.default_yes else "no"})


@operation("inbox.list", effect=Effect.READ, path="GET /inbox", tool=True)
def list_(ctx: Context, input: Wanted) -> Inbox:
    """Show what needs a person: approvals first, then missing credentials, then work without a plan."""
    with ctx.read() as connection:
        open_ = approvals.listed(connection, undecided=True, limit=input.limit)
    counts = count(ctx)
    plans = ctx.services.work.page(hold=HoldKind.PLAN, limit=input.limit)[0] if counts.unplanned else []
    unplanned = [
        Unplanned(item=item, detail=hold.detail, suggestions=hold.data.get("suggestions", []))
        for item in plans
        for hold in item.holds
        if hold.kind is HoldKind.PLAN
    ]
    return Inbox(
        approvals=questions(ctx, open_), missing=missing_of(ctx, min(input.limit, input.examples)), unplanned=unplanned,
        counts=counts, total=counts.total,
    )  # fmt: skip


@operation("inbox.count", effect=Effect.READ, path="GET /inbox/count")
def count(ctx: Context) -> Counts:
    """Count what needs a person, without showing it."""
    with ctx.read() as connection:
        missing = {meant_by(ctx, need) for need in find.waiting_by_ref(connection, HoldKind.REQUIREMENT)}
        return Counts(
            approvals=approvals.count_open(connection), missing=len(missing),
            unplanned=measure.held_for(connection, HoldKind.PLAN),
        )  # fmt: skip


def missing_of(ctx: Context, limit: int) -> list[Missing]:
    """Integrations that items wait for, with the oldest of those items, the longest waiting first."""
    found: dict[str, list[Any]] = {}
    waiting: dict[str, int] = {}
    with ctx.read() as connection:
        for need, total in find.waiting_by_ref(connection, HoldKind.REQUIREMENT).items():
            name = meant_by(ctx, need)
            found.setdefault(name, []).extend(find.longest_on(connection, HoldKind.REQUIREMENT, need, limit))
            waiting[name] = waiting.get(name, 0) + total
        ids = {hold.item for holds in found.values() for hold in holds}
        items = store.items_by_id(connection, ids, ctx.services.work.everything_hold())
    rows = []
    for name, holds in found.items():
        holds.sort(key=lambda hold: hold.since)
        own = dict.fromkeys(hold.item for hold in holds)
        rows.append(Missing(
            integration=name, title=title_of(ctx, name), detail=holds[0].detail, unblock=holds[0].unblock,
            since=holds[0].since, items=[items[id] for id in own], waiting=waiting[name],
        ))  # fmt: skip
    return sorted(rows, key=lambda row: row.since)


def meant_by(ctx: Context, need: str) -> str:
    """The integration a need stands for: its own name, or that of the only one that gives the capability."""
    integrations = ctx.services.registry.integrations
    givers = [name for name, one in integrations.items() if need in one.provides]
    return givers[0] if need not in integrations and len(givers) == 1 else need


def title_of(ctx: Context, name: str) -> str:
    """What a person calls an integration."""
    integration = ctx.services.registry.integrations.get(name)
    return integration.title if integration else name.replace("_", " ")


@operation("inbox.decided", effect=Effect.READ, path="GET /inbox/decided")
def decided(ctx: Context, input: Most) -> Decided:
    """Show approvals that were answered, lapsed or withdrawn, newest first."""
    with ctx.read() as connection:
        closed = approvals.listed(connection, undecided=False, limit=input.limit)
    return Decided(approvals=questions(ctx, closed))
