"""Cleaning up: look, show, ask, look again, remove one after the other, and measure what it came to."""

from sqlalchemy import Connection

from hydra_lab.areas.images import measuring
from hydra_lab.areas.images.model import Cleanup, Failed, Goes, Plan, SizesTold, Stays, counted, size
from hydra_lab.areas.images.planning import decide
from hydra_lab.areas.images.views import sizes_told
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotFound, Unavailable
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.policy.preview import Part, Preview

SHOWN = 200


class Outcome(Output):
    """What became of one thing: removed, or why not."""

    removed: bool
    why: str | None = None


def look(ctx: Context, days: float | None, volumes: bool, build_cache: bool, node: str = "") -> Plan:
    """What would go and what would stay, measured now."""
    stored, now = measuring.measure(ctx, node)
    known, unread = measuring.known(ctx, stored, now, node, days=days, volumes=volumes, build_cache=build_cache)
    goes, stays = decide(known)
    return Plan(
        node=node, measured_at=now, sizes=sizes_told(stored.sizes), goes=goes, stays=stays, unread=unread,
        least_bytes=sum(one.bytes or 0 for one in goes),
    )  # fmt: skip


def preview(plan: Plan) -> Preview:
    """What a person is shown before they say yes."""
    goes = tuple((f"{one.kind}: {one.name}", f"{size(one.bytes)}; {one.why}") for one in plan.goes)
    stays = tuple((f"{one.kind}: {one.name}", sentence("; ".join(one.why))) for one in plan.stays[:SHOWN])
    more = f", the {SHOWN} largest" if len(plan.stays) > SHOWN else ""
    return Preview(summary=would(plan), parts=(Part(title="Goes", lines=goes), Part(title=f"Stays{more}", lines=stays)))


def sentence(text: str) -> str:
    """A text as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."


def would(plan: Plan) -> str:
    """A plan in a sentence."""
    where = f"On {plan.node}: " if plan.node else ""
    if not plan.goes:
        return f"{where}Nothing may go: everything is in use, named, protected or too new."
    return f"{where}{counted(plan.goes)} may go, which frees at least {size(plan.least_bytes)}."


def told(plan: Plan) -> Cleanup:
    """A plan as the answer of a dry run."""
    return Cleanup(
        summary=would(plan), dry_run=True, goes=plan.goes, stays=plan.stays, least_bytes=plan.least_bytes,
        unread=plan.unread, before=plan.sizes,
    )  # fmt: skip


def carry_out(ctx: Context, plan: Plan, now: Plan) -> Cleanup:
    """Remove what a person agreed to, as far as it may still go."""
    stays = {(one.kind, one.id): one for one in now.stays}
    removed: list[Goes] = []
    failed: list[Failed] = []
    pending, turn = list(plan.goes), 1
    while pending:
        ctx.progress(len(removed) / len(plan.goes), f"{counted(pending)} to remove")
        left = {}
        for one in pending:
            name = f"remove {one.name}" + (f", try {turn}" if turn > 1 else "")
            outcome = ctx.step(name, removal, ctx, one, stays.get((one.kind, one.id)), plan.node)
            if outcome.removed:
                removed.append(one)
            else:
                left[one.id] = Failed(kind=one.kind, name=one.name, why=outcome.why or "it is still there")
        # Build cache goes from the top down: what kept a piece may have gone after it.
        again = [one for one in pending if one.id in left and one.kind == "build cache" and len(left) < len(pending)]
        failed += [left[one.id] for one in pending if one.id in left and one not in again]
        pending, turn = again, turn + 1
    for each in failed:
        ctx.log(f"{each.name} stays: {each.why}", "warning")
    before, after = now.sizes, ctx.step("measure after", measured, ctx, plan.node)
    freed = None if before.total is None or after.total is None else before.total - after.total
    ended = Cleanup(
        summary=summary(removed, failed, before, after, freed), dry_run=False, goes=plan.goes, stays=now.stays,
        least_bytes=plan.least_bytes, unread=plan.unread, removed=removed, failed=failed, before=before, after=after,
        reclaimed_bytes=freed,
    )  # fmt: skip
    ctx.transaction("note", note, ctx, ended, plan.node)
    return ended


def note(connection: Connection, ctx: Context, ended: Cleanup, node: str) -> None:
    """Journal what came of it."""
    data = {
        "removed": [one.name for one in ended.removed[:SHOWN]], "failed": [one.name for one in ended.failed[:SHOWN]],
        "reclaimed_bytes": ended.reclaimed_bytes,
    }  # fmt: skip
    ctx.emit(connection, "images.cleaned", subject=node or None, data=data)


def measured(ctx: Context, node: str) -> SizesTold:
    """What the host says that everything takes."""
    return sizes_told(measuring.measure(ctx, node)[0].sizes)


def removal(ctx: Context, one: Goes, stays: Stays | None, node: str) -> Outcome:
    """Remove one thing, unless something speaks for it by now. A host that is lost is waited for."""
    if stays:
        return Outcome(removed=False, why=f"by now {'; '.join(stays.why)}")
    host = measuring.host_of(ctx, node)
    try:
        match one.kind:
            case "image":
                users = [each.name for each in host.containers() if each.image_id == one.id]
                if users:
                    return Outcome(removed=False, why=f"by now {', '.join(users)} refers to it")
                host.remove_image(one.id, one.names, with_built_on=one.with_built_on)
            case "volume":
                host.remove_volume(one.id)
            case "build cache":
                host.remove_cached(one.id)
    except NotFound:
        return Outcome(removed=True, why="it was gone already")
    except Unavailable:
        raise
    except HydraError as error:
        return Outcome(removed=False, why=error.detail)
    return Outcome(removed=True)


def summary(
    removed: list[Goes], failed: list[Failed], before: SizesTold, after: SizesTold, freed: int | None
) -> str:  # fmt: skip
    """What it came to, in sentences."""
    took = (
        "How much that freed is not known." if freed is None
        else f"The disk use went from {size(before.total)} to {size(after.total)}: {size(max(freed, 0))} less."
        if freed > 0 else f"The disk use did not shrink: it is {size(after.total)}, other things grew meanwhile."
    )  # fmt: skip
    rest = "".join(f" {one.name} stays: {one.why.rstrip('.')}." for one in failed[:5])
    more = f" {len(failed) - 5} more stay." if len(failed) > 5 else ""
    return f"Removed {counted(removed)}. {took}{rest}{more}"
