"""The work of a batch: read and check everything, ask, write the files of results."""

import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import Field
from sqlalchemy import Connection

from hydra_lab.areas.batches import store
from hydra_lab.areas.batches.doing.reading import Checker
from hydra_lab.areas.batches.doing.running import Asking, Bounds
from hydra_lab.areas.batches.doing.sources import ToBatch, lines
from hydra_lab.areas.batches.doing.writing import written_lines
from hydra_lab.areas.batches.model import (
    MOST_REQUESTS,
    OF_ERRORS,
    OF_RESULTS,
    Batch,
    Request,
    RequestState,
    Wrong,
    span,
)
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid
from hydra_lab.kernel.operation import Output

TOGETHER, TOGETHER_BYTES = 500, 4 << 20
SHOWN = 100
RESULTS, ERRORS = "results.jsonl", "errors.jsonl"
JSONL = "application/jsonl"
LANE = "inference"
LEFT = {
    RequestState.EXPIRED: {
        "code": "batch_expired", "message": "This request was not asked before the batch's time had passed."},
    RequestState.OVER_BUDGET: {
        "code": "budget_exceeded", "message": "This request was not asked: the batch had used up its tokens."},
}  # fmt: skip
STATUS = {None: "completed", RequestState.EXPIRED: "expired", RequestState.OVER_BUDGET: "over_budget"}


class Checked(Output):
    """What reading all requests came to; ``wrong`` lists the first lines that are none."""

    total: int
    wrong: int
    problems: list[dict[str, str]]
    ends_at: datetime | None


class Went(Output):
    """What became of asking."""

    status: str


class Batched(Output):
    """What became of a batch. Tokens are those that the servers counted."""

    status: str
    summary: str
    requests: int
    completed: int
    failed: int
    not_asked: int
    prompt_tokens: int
    completion_tokens: int
    at_once: int | None = Field(
        default=None, description="Requests asked at the same time, be it more than the lane has slots"
    )


def item_of(ctx: Context) -> str:
    """The work item this runs for."""
    if ctx.item_id is None:
        raise Conflict("A batch runs as work.", fix="Queue it: `hydra queue add`.")
    return ctx.item_id


def check(ctx: Context, input: ToBatch) -> Checked:
    """Read every request and keep it, and every line that is none with the reason."""
    item, total, wrong = item_of(ctx), 0, 0
    checker = Checker(endpoint=input.endpoint, model=input.model)
    problems: list[dict[str, str]] = []
    now = ctx.clock.now()
    with ctx.begin() as connection:
        store.begin(connection, item, now)
    for found in together(checker.check(number, line) for number, line in lines(ctx, input)):
        ctx.check_cancelled()
        total += len(found)
        if total > MOST_REQUESTS:
            raise Invalid(f"There are more than {MOST_REQUESTS:,} requests.", fix="Make several batches of them.")
        for one in found:
            if isinstance(one, Wrong):
                wrong += 1
                if len(problems) < SHOWN:
                    problems.append({"field": f"line {one.number}", "problem": one.problem})
        with ctx.begin() as connection:
            store.add(connection, item, found)
        ctx.progress(None, f"{total:,} requests read")
    with ctx.begin() as connection:
        store.read(connection, item, total=total, wrong=wrong)
    return Checked(total=total, wrong=wrong, problems=problems, ends_at=ends_at(ctx, input, now))


def together(found: Iterator[Request | Wrong]) -> Iterator[list[Request | Wrong]]:
    """Requests in groups that are kept at once, bounded in number and size."""
    group: list[Request | Wrong] = []
    size = 0
    for one in found:
        group.append(one)
        size += len(one.body) if isinstance(one, Request) else 0
        if len(group) >= TOGETHER or size >= TOGETHER_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def ends_at(ctx: Context, input: ToBatch, now: datetime) -> datetime | None:
    """When it expires: the earlier of what its maker and its parameters say."""
    ends = []
    if input.completion_window is not None:
        ends.append(ctx.services.work.get(item_of(ctx)).created_at + span(input.completion_window))
    if input.most_minutes is not None:
        ends.append(now + timedelta(minutes=input.most_minutes))
    return min(ends, default=None)


def refuse_wrong(checked: Checked) -> None:
    """Raise ``Invalid`` that lists what is wrong, so that nothing is asked of a batch that is not whole."""
    if not checked.total:
        raise Invalid("There is no request in it.", fix="Give at least one line in OpenAI's batch format.")
    if checked.wrong:
        more = f" The first {SHOWN} are listed; GET /batches has all." if checked.wrong > SHOWN else ""
        first = checked.problems[0]
        raise Invalid(
            f"{checked.wrong:,} of {checked.total:,} lines cannot be asked: {first['field']} {first['problem']}.{more}",
            problems=checked.problems, fix="Correct them and make the batch again; nothing was asked.",
        )  # fmt: skip


def ask_all(ctx: Context, input: ToBatch, ends: datetime | None) -> Went:
    """Ask what is not answered yet."""
    item = item_of(ctx)
    bounds = Bounds(
        at_once=at_once(ctx, input), tries=input.tries, most_tokens=input.most_tokens, ends_at=ends
    )  # fmt: skip
    asking = Asking(ctx, item, bounds)
    again = f", {asking.counts.ended:,} of them were asked before" if asking.counts.ended else ""
    ctx.log(f"{asking.total:,} requests, {bounds.at_once} at a time{again}.")
    left = asking.run()
    for message, count in asking.problems.most_common(10):
        ctx.log(f"{count:,} failed: {message}", "warn")
    status = STATUS[left]
    with ctx.begin() as connection:
        store.stop(connection, item, status, left, LEFT[left] if left else None)
    return Went(status=status)


def at_once(ctx: Context, input: ToBatch) -> int:
    """How many requests are asked at the same time: as many as the batch says, else as many as its lane has slots."""
    return input.at_once or ctx.services.settings.current.slots(LANE)


def write(ctx: Context) -> None:
    """Write the files of results, of what was answered and of what was not."""
    item = item_of(ctx)
    for name, states in ((RESULTS, OF_RESULTS), (ERRORS, OF_ERRORS)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            with path.open("wb") as file:
                for line in written_lines(ctx, item, states):
                    file.write(line)
            if path.stat().st_size:
                ctx.artifact(name, path, JSONL)


def finish(connection: Connection, ctx: Context, at_once: int) -> Batched:
    """Close it and say what became of it."""
    item = item_of(ctx)
    found = store.batch(connection, item)
    assert found is not None
    store.finish(connection, item, ctx.clock.now())
    result = result_of(found, at_once)
    ctx.emit(connection, "batches.finished", subject=item, data=result.model_dump(mode="json"))
    return result


def result_of(batch: Batch, at_once: int) -> Batched:
    """A batch that is over, as its work's result."""
    counts, total = batch.counts, batch.total or 0
    said = [f"{counts.done:,} of {total:,} requests answered"]
    said += [f"{counts.failed:,} failed"] if counts.failed else []
    why = {"expired": "when its time had passed", "over_budget": "when its tokens were used up"}
    said += [f"{counts.left_out:,} left {why.get(batch.stopped or '', '')}"] if counts.left_out else []
    return Batched(
        status=batch.stopped or "completed", summary=", ".join(said) + ".", requests=total, completed=counts.done,
        failed=counts.failed, not_asked=counts.left_out, prompt_tokens=counts.prompt_tokens,
        completion_tokens=counts.completion_tokens, at_once=at_once,
    )  # fmt: skip
