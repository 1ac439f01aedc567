"""Home: what needs you, what runs, what is held and why, today in numbers, and what happened last."""

from datetime import timedelta
from typing import Any

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Card
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.work import Hold, HoldKind, Item, store
from hydra_lab.kernel.work.logs import store as logs
from hydra_lab.kernel.work.ordering import order
from hydra_lab.surfaces.web.look.looks import HOLD_COUNTS
from hydra_lab.surfaces.web.look.words import duration, listed, plural

NEEDS, LATEST, EXAMPLES = 6, 8, 4
HELD_READ = 200
# Journal entries that only frame others: the change itself has its own line.
# Reasons in the order a person looks at them: what they can release first.
RELEASE = (
    HoldKind.APPROVAL, HoldKind.REQUIREMENT, HoldKind.PAUSED, HoldKind.RETRY, HoldKind.RESOURCE, HoldKind.BUDGET,
    HoldKind.DEPENDENCY, HoldKind.NOT_BEFORE, HoldKind.WINDOW, HoldKind.PLAN,
)  # fmt: skip
WORDS = {HoldKind.APPROVAL: "waits for your approval", HoldKind.PLAN: "has no operation yet that does it"}
FRAMES = ("operations.called", "operations.done")


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Everything on the home page."""
    stats = ctx.call("queue.stats")
    running: list[Item] = ctx.call("queue.list", state="running", limit=8).items
    held: list[Item] = ctx.call("queue.list", state="held", limit=HELD_READ).items
    now = ctx.clock.now().astimezone(ctx.services.settings.current.zone)
    return {
        "today": f"{now:%A}, {now.day} {now:%B}",
        "headline": headline(stats),
        "empty": not any(stats.states.values()),
        "needs": needs(ctx),
        "running": running_now(ctx, stats, running),
        "numbers": numbers(ctx, stats),
        "held": reasons_held(held, stats.holds if stats.states.get("held", 0) > len(held) else {}),
        "latest": latest(ctx),
        "cards": cards(ctx),
    }


def headline(stats: Any) -> str:
    """The state of the queue in one sentence."""
    states = stats.states
    parts = [
        f"{states[name]:,} {word}"
        for name, word in (("running", "running"), ("queued", "ready"), ("held", "held"))
        if states.get(name)
    ]
    if stats.failed_today:
        parts.append(f"{stats.failed_today} failed today")
    return f"{', '.join(parts)}." if parts else "Nothing is waiting and nothing runs."


def needs(ctx: Context) -> dict[str, Any]:
    """What a person can act on: approvals first, then what is missing, then that work without a plan is there."""
    inbox = ctx.call("inbox.list", limit=100)
    rows = [
        {
            "icon": "shield-question-mark",
            "href": f"/inbox#item-{one.item.id}",
            "title": one.item.title,
            "verb": "Review",
            "sub": one.reason,
        }
        for one in inbox.approvals
    ]
    for one in inbox.missing:
        count = plural(len(one.items), "item waits", "items wait")
        rows.append(
            {
                "icon": "key-round",
                "href": f"/inbox#need-{one.integration}",
                "title": one.detail[:1].upper() + one.detail[1:],
                "verb": "Open",
                "sub": f"{count} for it",
            }
        )
    unplanned = inbox.total - len(inbox.approvals) - len(inbox.missing)
    if unplanned > 0:
        titles = listed([one.item.title for one in inbox.unplanned[:2]])
        rows.append(
            {
                "icon": "waypoints",
                "href": "/inbox#plans",
                "title": plural(unplanned, "item has no operation yet", "items have no operation yet"),
                "verb": "Choose",
                "sub": titles if unplanned <= 2 else f"{titles} and {unplanned - 2} more",
            }
        )
    return {"rows": rows[:NEEDS], "total": len(rows)}


def running_now(ctx: Context, stats: Any, running: list[Item]) -> dict[str, Any]:
    """What runs, the last line each said, and what comes next."""
    tails = {}
    with ctx.read() as connection:
        for item in running:
            last = logs.last_lines(connection, item.id, 1)
            tails[item.id] = last[-1].text if last else (item.progress.message if item.progress else "")
    return {
        "rows": running,
        "tails": tails,
        "slots": sum(lane["slots"] for lane in stats.lanes.values()),
        "next": next_up(ctx),
        "idle": stats.blocked or "Work that is ready starts here by itself.",
    }


def next_up(ctx: Context) -> Item | None:
    """The ready item that starts first when a slot is free."""
    aging = timedelta(hours=ctx.services.settings.current.aging_h)
    with ctx.read() as connection:
        lanes = store.lanes_with_ready_work(connection)
        ready = [store.ready_of(row) for lane in lanes for row in store.candidates(connection, lane, 1)]
        line = order(ready, ctx.clock.now(), aging)
        return store.item(connection, line[0].id) if line else None


def numbers(ctx: Context, stats: Any) -> dict[str, Any]:
    """Today in numbers."""
    failed: list[Item] = ctx.call("queue.list", state="failed", limit=1).items if stats.failed_today else []
    return {
        "done": stats.done_today, "failed": stats.failed_today, "last_failed": failed[0] if failed else None,
        "ready": stats.states.get("queued", 0), "oldest": stats.oldest_ready_at,
        "held": stats.states.get("held", 0), "reasons": reasons(stats.holds), "median": median(stats.median_seconds),
    }  # fmt: skip


def reasons(holds: dict[str, int]) -> str:
    """Why work is held: ``4 for approval, 3 for their window``."""
    return ", ".join(
        f"{count:,} {HOLD_COUNTS.get(kind, kind)}" for kind, count in sorted(holds.items(), key=lambda one: -one[1])
    )


def median(seconds: dict[str, float]) -> str:
    """The middle one of the operations' usual durations."""
    return duration(sorted(seconds.values())[len(seconds) // 2]) if seconds else ""


def reasons_held(held: list[Item], counts: dict[str, int]) -> list[dict[str, Any]]:
    """Held work by reason, those a person can release first: what is waited for, how many wait, and a few of them.

    ``counts`` are the items each kind of hold keeps in all, given where not all held items are in ``held``.
    """
    groups: dict[tuple[HoldKind, str], list[Item]] = {}
    details: dict[tuple[HoldKind, str], Hold] = {}
    for item in sorted(held, key=lambda one: one.id):
        for hold in item.holds[:1]:
            about = "" if hold.kind in (HoldKind.PLAN, HoldKind.APPROVAL) else hold.ref or hold.detail
            groups.setdefault((hold.kind, about), []).append(item)
            details.setdefault((hold.kind, about), hold)
    rows = []
    for (kind, about), items in sorted(groups.items(), key=lambda one: RELEASE.index(one[0][0])):
        hold = details[kind, about]
        alone = sum(one is kind for one, _ in groups) == 1
        rows.append({
            "kind": kind.value,
            "words": WORDS.get(kind) or hold.detail,
            "due": hold.due if kind in (HoldKind.WINDOW, HoldKind.NOT_BEFORE, HoldKind.RETRY) else None,
            "count": max(len(items), counts.get(kind.value, 0)) if alone else len(items),
            "items": items[:EXAMPLES],
        })  # fmt: skip
    return rows


def latest(ctx: Context) -> list[Event]:
    """The newest entries that tell of a change."""
    with ctx.read() as connection:
        found = journal.page(connection, Filter(), before=None, limit=LATEST * 4)
    return [event for event in found if event.name not in FRAMES][:LATEST]


def cards(ctx: Context) -> list[dict[str, Any]]:
    """The tiles that areas and integrations offer; one that cannot be made says so itself."""
    found = []
    for card in ctx.services.registry.contributions(Card):
        try:
            found.append(
                {
                    "name": card.name,
                    "title": card.title,
                    "template": card.template,
                    "values": card.load(ctx),
                    "problem": "",
                }
            )
        except HydraError as error:
            found.append(
                {"name": card.name, "title": card.title, "template": "", "values": {}, "problem": error.detail}
            )
    return found


PAGES = (Page(path="/", title="Home", template="home.html", load=load, nav=("", 10, "house", "Home")),)
