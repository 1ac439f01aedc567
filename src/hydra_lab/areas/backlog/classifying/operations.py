"""Have a model find operations for items of a backlog, and choose among what it suggests."""

from datetime import timedelta

from pydantic import Field

from hydra_lab.areas.backlog.classifying import store
from hydra_lab.areas.backlog.classifying.holding import plan_hold, proposals_of
from hydra_lab.areas.backlog.classifying.model import Proposal, Reading
from hydra_lab.areas.backlog.classifying.work import Classified, carry_out
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.find.meant import meant
from hydra_lab.kernel.work.model import HoldKind, Item, NewHold

CLASSIFY = "backlog.classify"


class ToClassify(Input):
    """Which items a model is asked about."""

    name: str | None = Field(default=None, max_length=64, description="Only those of one backlog")
    again: bool = Field(default=False, description="Also those whose text was asked about before")


class OneItem(Input):
    """An item that waits for an operation."""

    item: str = Field(max_length=64, description="The item's id, or six or more characters of it")


class Taken(OneItem):
    """An item and one of the operations that a model suggests for it."""

    operation: str = Field(max_length=100, description="One of the item's suggestions")


class Wanted(Input):
    """Which backlog's suggestions."""

    name: str = Field(max_length=64)
    limit: int = Field(default=50, ge=1, le=200)


class Suggested(Output):
    """An item for which a person has to choose."""

    item: Item
    proposals: list[Proposal]
    model: str


class Suggestions(Output):
    """What a model suggests and is not sure enough of, and how its readings ended."""

    suggested: list[Suggested]
    total: int
    counts: dict[str, int] = Field(description="Texts by what came of them: given, proposed, none, failed, …")


@operation(CLASSIFY, effect=Effect.WRITE, path="POST /backlog/classify", subject="name", needs=("model_backend",),
           durable=Durable(lane="inference", attempts=5, timeout=timedelta(hours=6)))  # fmt: skip
def classify(ctx: Context, input: ToClassify) -> Classified:
    """Ask a model which operations do the items that no field and no rule has one for.

    It chooses among a dozen operations near to the item's words; its input is checked by the operation itself. Where it
    is sure enough (`classify.confidence`) the item gets the operation, as far as policy allows; else a person chooses.
    A text is asked about once, until it changes.
    """
    return carry_out(ctx, input.name, again=input.again)


@operation("backlog.suggestions", effect=Effect.READ, path="GET /backlog/{name}/suggestions", subject="name")
def suggestions(ctx: Context, input: Wanted) -> Suggestions:
    """Show items for which a model suggests operations that it is not sure enough of."""
    with ctx.read() as connection:
        found, total = store.to_choose(connection, input.name, input.limit)
        counts = {str(state): number for state, number in store.counts(connection, input.name).items()}
    items = [(ctx.services.work.get(one.item), one) for one in found]
    return Suggestions(
        suggested=[
            Suggested(item=item, proposals=proposals_of(item), model=one.model)
            for item, one in items
            if proposals_of(item)
        ],
        total=total, counts=counts,
    )  # fmt: skip


@operation("backlog.accept", effect=Effect.WRITE, path="POST /backlog/items/{item}/accept", subject="item",
           queueable=False)  # fmt: skip
def accept(ctx: Context, input: Taken) -> Item:
    """Have an item done by an operation that a model suggests, with the input it suggests."""
    item, reading = suggested(ctx, input.item)
    chosen = next((one for one in proposals_of(item) if one.operation == input.operation), None)
    if chosen is None:
        raise Invalid(f"{input.operation} is not suggested for it.", fix="Choose any with `hydra queue choose`.")
    done = ctx.services.work.choose(item.id, chosen.operation, chosen.input, ctx.actor, ctx.cause)
    decide(ctx, reading, "chosen")
    return done


@operation("backlog.dismiss", effect=Effect.WRITE, path="POST /backlog/items/{item}/dismiss", subject="item",
           queueable=False)  # fmt: skip
def dismiss(ctx: Context, input: OneItem) -> Item:
    """Say that nothing a model suggests does an item; it is not asked again until the text changes."""
    item, reading = suggested(ctx, input.item)
    hold = plan_hold(item)
    assert hold is not None
    said = f"{ctx.actor.name} found that nothing {reading.model} suggests does it."
    detail = f"{hold.data['without_a_model']} {said}"
    offered = {one.operation for one in reading.proposals}
    kept = [name for name in hold.data.get("suggestions", []) if name not in offered]
    bare = NewHold(
        kind=HoldKind.PLAN, detail=detail, unblock=hold.unblock, ref=hold.ref,
        data={**hold.data, "suggestions": kept, "proposals": []},
    )  # fmt: skip
    with ctx.begin() as connection:
        changes.drop_holds(connection, [item.id], HoldKind.PLAN)
        changes.put_hold(connection, item.id, bare, ctx.services.clock.now())
        ctx.services.journal.write(
            connection, "backlog.suggestions_dismissed", actor=ctx.actor, subject=item.title, item=item.id,
            cause=ctx.cause, data={"model": reading.model, "suggested": sorted(offered)},
        )  # fmt: skip
    decide(ctx, reading, "dismissed")
    return ctx.services.work.get(item.id)


def suggested(ctx: Context, id: str) -> tuple[Item, Reading]:
    """An item with what a model said of it. Raises ``Conflict`` where nothing is suggested for it."""
    with ctx.read() as connection:
        id = meant(connection, id)
        reading = store.of_item(connection, id)
    item = ctx.services.work.get(id)
    if reading is None or not proposals_of(item):
        raise Conflict(f"No model suggests anything for {item.title}.", fix=f"See `hydra queue why {id}`.")
    return item, reading


def decide(ctx: Context, reading: Reading, state: str) -> None:
    """Keep what a person made of a suggestion."""
    with ctx.begin() as connection:
        store.put(connection, reading.model_copy(update={"state": state, "decided_by": ctx.actor.name}))
