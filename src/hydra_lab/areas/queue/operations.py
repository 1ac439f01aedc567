"""Queue work, look at it, and act on it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, time

from hydra_lab.areas.queue import model
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.operation import Answer, Effect, Frame, Raw, endpoint, operation, stream
from hydra_lab.kernel.work import Item, measure
from hydra_lab.kernel.work.find.meant import meant
from hydra_lab.kernel.work.logs import store as logs
from hydra_lab.kernel.work.logs.report import read_file
from hydra_lab.kernel.work.why import Why


def found_id(ctx: Context, text: str) -> str:
    """The id of the item that is meant. Raises as ``meant`` does."""
    with ctx.read() as connection:
        return meant(connection, text)


@operation("queue.add", effect=Effect.WRITE, path="POST /queue", status=201, queueable=False, passes_on=True, tool=True)
def add(ctx: Context, input: model.NewWork) -> Answer[Item]:
    """Queue an operation to run as soon as it may.

    Answers the new item (201), or with 200 the one that has the same `key` already. What it waits for stands in its
    holds.
    """
    [(item, created)] = ctx.services.work.add_all([input.new(ctx.actor, ctx.cause)])
    return Answer(body=item, status=201 if created else 200)


@operation(
    "queue.batch",
    effect=Effect.WRITE,
    path="POST /queue/batch",
    status=201,
    queueable=False,
    passes_on=True,
    body_limit=8 << 20,
)
def batch(ctx: Context, input: model.Batch) -> model.Added:
    """Queue up to 1,000 pieces of work in one transaction: all are added, or none."""
    added = ctx.services.work.add_all([one.new(ctx.actor, ctx.cause) for one in input.items])
    return model.Added(items=[item for item, _ in added], created=sum(created for _, created in added))


@operation("queue.list", effect=Effect.READ, path="GET /queue", tool=True)
def list_(ctx: Context, input: model.Wanted) -> model.Listing:
    """Show work items, newest first, by state, tier, operation or words."""
    wanted = input.model_dump()
    items, total, cursor = ctx.services.work.page(**wanted)
    return model.Listing(items=items, total=total, cursor=cursor)


@operation("queue.show", effect=Effect.READ, path="GET /queue/{id}", tool=True)
def show(ctx: Context, input: model.ById) -> Item:
    """Show one work item with all that is known of it."""
    return ctx.services.work.get(found_id(ctx, input.id))


@operation("queue.why", effect=Effect.READ, path="GET /queue/{id}/why", tool=True)
def why(ctx: Context, input: model.ById) -> Why:
    """Say why an item is not running: its holds, or its place in line and the rule that gives it."""
    return ctx.services.work.why(found_id(ctx, input.id))


@operation("queue.steps", effect=Effect.READ, path="GET /queue/{id}/steps")
def steps(ctx: Context, input: model.ById) -> model.Steps:
    """Show the checkpoints of an item: what has finished and is kept."""
    recorded = ctx.services.work.steps(found_id(ctx, input.id))
    kept = [step for step in recorded if not step.is_for_replay]
    return model.Steps(steps=[model.StepView.model_validate(vars(step)) for step in kept])


@operation("queue.log", effect=Effect.READ, path="GET /queue/{id}/log")
def log(ctx: Context, input: model.LogWanted) -> model.Log:
    """Show what an item said while it ran."""
    item = ctx.services.work.get(found_id(ctx, input.id))
    with ctx.read() as connection:
        lines = logs.lines(connection, item.id, after=input.after, limit=input.limit)
    said = [model.LogLine.model_validate(vars(line)) for line in lines]
    return model.Log(lines=said, last=said[-1].id if said else input.after)


@stream("queue.follow", effect=Effect.READ, path="GET /queue/{id}/follow")
async def follow(ctx: Context, input: model.Followed) -> AsyncIterator[Frame]:
    """Follow an item until it is over: its log lines, its progress, and its state whenever it changes."""
    id, last, seen = await asyncio.to_thread(found_id, ctx, input.id), max(input.after, input.last_event_id), None
    while True:
        item = await asyncio.to_thread(ctx.services.work.get, id)  # before its log: what is over says no more
        while (said := await asyncio.to_thread(log, ctx, model.LogWanted(id=id, after=last))).lines:
            for line in said.lines:
                yield Frame(event="log", data=line.model_dump(mode="json"), id=str(line.id))
            last = said.last
        state = (item.state, item.progress, [hold.detail for hold in item.holds])
        if state != seen:
            seen = state
            yield Frame(event="item", data=item.model_dump(mode="json"))
        if item.state.is_over:
            return
        await asyncio.sleep(0.25)


@operation("queue.stats", effect=Effect.READ, path="GET /queue/stats", tool=True)
def stats(ctx: Context) -> model.Stats:
    """Show the queue in numbers: states, holds, lanes, today's work."""
    work, now = ctx.services.work, ctx.clock.now()
    zone = ctx.services.settings.current.zone
    midnight = datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
    slots = work.node.slots if work.node else None
    paused = work.everything_hold() is not None
    with ctx.read() as connection:
        today = measure.finished_since(connection, midnight)
        names = [verb.name for verb in ctx.services.registry.operations() if verb.durable]
        states, tiers = measure.counts_and_tiers(connection, all_paused=paused)
        return model.Stats(
            states=states, holds=measure.holds_by_kind(connection, all_paused=paused), tiers=tiers,
            lanes={lane: {"slots": slots.size(lane), "busy": n} for lane, n in slots.busy().items()} if slots else {},
            done_today=today.get("done", 0), failed_today=today.get("failed", 0),
            oldest_ready_at=measure.oldest_ready(connection), median_seconds=measure.medians(connection, names),
            blocked=work.node.releaser.blocked if work.node else None, measured_at=now,
        )  # fmt: skip


@operation(
    "queue.cancel", effect=Effect.WRITE, path="POST /queue/{id}/cancel", subject="id", queueable=False, tool=True
)
def cancel(ctx: Context, input: model.ById) -> Item:
    """Cancel an item; if it runs, its child processes die and it starts no further step."""
    return ctx.services.work.cancel(found_id(ctx, input.id), ctx.actor, ctx.cause)


@operation("queue.pause", effect=Effect.WRITE, path="POST /queue/{id}/pause", subject="id", queueable=False)
def pause(ctx: Context, input: model.Until) -> Item:
    """Keep a waiting item from starting until it is resumed, or until a time."""
    if input.until and input.until <= ctx.clock.now():
        raise Invalid(
            "The pause would be over already.",
            problems=[{"field": "until", "problem": "is in the past"}],
            fix="Give an end that is still to come, or none.",
        )
    return ctx.services.work.pause(found_id(ctx, input.id), ctx.actor, ctx.cause, input.until)


@operation("queue.resume", effect=Effect.WRITE, path="POST /queue/{id}/resume", subject="id", queueable=False)
def resume(ctx: Context, input: model.ById) -> Item:
    """Take a pause off an item; it also ends the pause between two tries."""
    return ctx.services.work.resume(found_id(ctx, input.id), ctx.actor, ctx.cause)


@operation("queue.retry", effect=Effect.WRITE, path="POST /queue/{id}/retry", subject="id", queueable=False, tool=True)
def retry(ctx: Context, input: model.FromStep) -> Item:
    """Run a failed or cancelled item again; finished steps are kept, or all from a chosen step are run again."""
    return ctx.services.work.retry(found_id(ctx, input.id), ctx.actor, ctx.cause, input.from_step)


@operation("queue.hurry", effect=Effect.WRITE, path="POST /queue/{id}/hurry", subject="id", queueable=False)
def hurry(ctx: Context, input: model.ById) -> Item:
    """Have an item wait no longer for its window, its start time or its next try."""
    return ctx.services.work.hurry(found_id(ctx, input.id), ctx.actor, ctx.cause)


@operation("queue.prioritise", effect=Effect.WRITE, path="POST /queue/{id}/priority", subject="id", queueable=False)
def prioritise(ctx: Context, input: model.Reprioritised) -> Item:
    """Change how urgent a waiting item is."""
    return ctx.services.work.prioritise(found_id(ctx, input.id), input.priority, ctx.actor, ctx.cause)


@operation("queue.choose", effect=Effect.WRITE, path="POST /queue/{id}/choose", subject="id", queueable=False)
def choose(ctx: Context, input: model.Chosen) -> Item:
    """Say which operation does an item that has none yet, with its input."""
    return ctx.services.work.choose(found_id(ctx, input.id), input.operation, input.input, ctx.actor, ctx.cause)


@operation(
    "queue.approve", effect=Effect.WRITE, path="POST /queue/{id}/approve", subject="id", scope="approve",
    queueable=False,
)  # fmt: skip
def approve(ctx: Context, input: model.Commented) -> Item:
    """Say yes to what an item asks: to just this operation with just this input."""
    return ctx.services.work.approve(found_id(ctx, input.id), ctx.actor, ctx.cause, input.comment, input.question)


@operation(
    "queue.reject", effect=Effect.WRITE, path="POST /queue/{id}/reject", subject="id", scope="approve", queueable=False
)
def reject(ctx: Context, input: model.Commented) -> Item:
    """Say no to what an item asks; it is cancelled, with the reason kept."""
    return ctx.services.work.reject(found_id(ctx, input.id), ctx.actor, ctx.cause, input.comment, input.question)


@endpoint("queue.artifact", effect=Effect.READ, path="GET /queue/{id}/artifacts/{name}")
def artifact(ctx: Context, input: model.ArtifactWanted) -> Raw:
    """Download a file that an item made."""
    item = ctx.services.work.get(found_id(ctx, input.id))
    found = read_file(ctx.services, item.id, input.name)
    if found is None:
        raise NotFound(f"Item {item.id} has no file “{input.name}”.", fix="Its `artifacts` are the files it has.")
    stored, path = found
    file = str(path) if path else None
    return Raw(body=stored.content, file=file, media_type=stored.media_type, filename=stored.name)
