"""What the state measures itself: operations, endpoints, the queue, last results, and what is held and why."""

from collections import Counter
from typing import Any

from hydra_lab.areas.state import projection, store
from hydra_lab.areas.state.model import in_a_line
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Contribution, Fact
from hydra_lab.kernel.operation import Kind
from hydra_lab.kernel.work import measure

SHOWN = 20


def operations(ctx: Context) -> dict[str, Any]:
    """How many operations there are, by effect and by area."""
    found = ctx.services.registry.operations()
    return {
        "total": len(found),
        "by_effect": dict(Counter(one.effect.value for one in found)),
        "by_area": dict(sorted(Counter(one.area for one in found).items())),
    }


def endpoints(ctx: Context) -> dict[str, int]:
    """How many routes carry an operation, a stream or a raw answer."""
    kinds = Counter(one.kind for one in ctx.services.registry.verbs.values())
    return {"total": sum(kinds.values()), **{kind.value: kinds[kind] for kind in Kind}}


def queue(ctx: Context) -> dict[str, Any]:
    """Items by state, holds by kind, tiers; what a document reported as complete is counted apart."""
    paused = ctx.services.work.everything_hold() is not None
    with ctx.read() as connection:
        by_state, by_tier = measure.counts_and_tiers(connection, all_paused=paused)
        reported = measure.reported_since(connection)
        by_state["done"] -= reported
        return {
            "by_state": by_state,
            "reported_complete": reported,
            "holds_by_kind": measure.holds_by_kind(connection, all_paused=paused),
            "by_tier": {str(tier): states for tier, states in sorted(by_tier.items())},
        }


def last_results(ctx: Context) -> list[dict[str, Any]]:
    """The newest items that ended, with what came of them."""
    with ctx.read() as connection:
        rows = store.ended(connection, SHOWN)
    return [
        {
            "id": row.id, "title": row.title, "operation": row.operation, "state": row.state,
            "finished_at": row.finished_at.isoformat(), "result": in_a_line(row.result, row.error),
        }
        for row in rows
    ]  # fmt: skip


def running(ctx: Context) -> list[dict[str, Any]]:
    """What runs now."""
    items, _, _ = ctx.services.work.page(state="running", limit=SHOWN)
    return [
        {
            "id": one.id, "title": one.title, "operation": one.operation,
            "started_at": one.started_at.isoformat() if one.started_at else None,
            "progress": one.progress.model_dump() if one.progress else None,
        }
        for one in items
    ]  # fmt: skip


def held(ctx: Context) -> dict[str, Any]:
    """What is held, and why; ``shown`` are the newest."""
    items, total, _ = ctx.services.work.page(state="held", limit=SHOWN)
    shown = [
        {
            "id": one.id, "title": one.title, "section": one.section,
            "why": [{"kind": hold.kind.value, "detail": hold.detail, "unblock": hold.unblock} for hold in one.holds],
        }
        for one in items
    ]  # fmt: skip
    return {"total": total, "shown": shown}


def keep_up(ctx: Context) -> None:
    """Bring STATE.json up to date, if anything happened."""
    if not projection.is_fresh(ctx):
        projection.write(ctx)


CONTRIBUTIONS: tuple[Contribution, ...] = (
    Fact(name="operations", measure=operations),
    Fact(name="endpoints", measure=endpoints),
    Fact(name="queue", measure=queue),
    Fact(name="running", measure=running),
    Fact(name="held", measure=held),
    Fact(name="last_results", measure=last_results),
    Beat(
        name="state", every_s=5.0, run=keep_up,
        on=("items.", "backlog.", "integrations.", "control.", "policy.mode", "approvals.", "disk."),
    ),
)  # fmt: skip
