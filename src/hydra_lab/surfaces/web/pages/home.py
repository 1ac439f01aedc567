"""Home: what needs you, what runs, what is held and why, today in numbers, and what happened last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Card, Measured, Tile
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.integrations import Status
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.work import HoldKind, Item, State, measure, store
from hydra_lab.kernel.work.find import store as find
from hydra_lab.kernel.work.line import store as line
from hydra_lab.kernel.work.logs import store as logs
from hydra_lab.kernel.work.ordering import order
from hydra_lab.surfaces.web.look.looks import HOLD_COUNTS
from hydra_lab.surfaces.web.look.words import listed, plural

NEEDS, LATEST, EXAMPLES = 6, 8, 4
RECENT = 50
# Reasons in the order a person looks at them: what they can release first.
RELEASE = (
    HoldKind.APPROVAL, HoldKind.REQUIREMENT, HoldKind.PAUSED, HoldKind.RETRY, HoldKind.RESOURCE, HoldKind.BUDGET,
    HoldKind.DEPENDENCY, HoldKind.NOT_BEFORE, HoldKind.WINDOW, HoldKind.PLAN,
)  # fmt: skip
# What is said of a reason that several have in different words.
WORDS = {
    HoldKind.APPROVAL: "waits for your approval", HoldKind.PLAN: "has no operation yet that does it",
    HoldKind.PAUSED: "is paused", HoldKind.RETRY: "tries again after a pause", HoldKind.RESOURCE: "waits for memory",
    HoldKind.BUDGET: "waits for a new day's budget", HoldKind.DEPENDENCY: "waits for other work",
    HoldKind.NOT_BEFORE: "waits for its time", HoldKind.WINDOW: "waits for its window",
}  # fmt: skip
OWN_WORDS = (HoldKind.APPROVAL, HoldKind.PLAN)
# Journal entries that only frame others: the change itself has its own line.
FRAMES = ("operations.called", "operations.done", "containers.kill", "containers.stop")


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Everything on the home page."""
    queue, inbox = measured(ctx), ctx.call("inbox.list", limit=NEEDS, examples=EXAMPLES)
    running: list[Item] = ctx.call("queue.list", state="running", limit=8).items
    now = ctx.clock.now().astimezone(ctx.services.settings.current.zone)
    return {
        "today": f"{now:%A}, {now.day} {now:%B}",
        "headline": headline(queue),
        "empty": not any(queue.states.values()),
        "needs": needs(inbox),
        "running": running_now(ctx, running, queue.next),
        "numbers": numbers(ctx, queue),
        "held": reasons_held(ctx, inbox, queue.holds),
        "latest": latest(ctx),
        "cards": cards(ctx),
        "tiles": tiles(ctx),
    }


@dataclass(frozen=True, kw_only=True)
class Queue:
    """The queue in the few numbers that home shows."""

    states: dict[str, int]
    holds: dict[str, int]
    done_today: int
    failed_today: int
    oldest_ready_at: datetime | None
    usual: float | None  # in seconds, the median of today's latest finished work
    next: Any  # the ready item that starts first when a slot is free: its id and title


def measured(ctx: Context) -> Queue:
    """Measure the queue now."""
    zone = ctx.services.settings.current.zone
    midnight = datetime.combine(ctx.clock.now().astimezone(zone).date(), time(), tzinfo=zone)
    paused = ctx.services.work.everything_hold() is not None
    aging = timedelta(hours=ctx.services.settings.current.aging_h)
    with ctx.read() as connection:
        today = measure.finished_since(connection, midnight)
        heads = {} if paused else {row.id: row for row in line.heads(connection)}
        in_line = order((store.ready_of(row) for row in heads.values()), ctx.clock.now(), aging)
        return Queue(
            states=measure.counts(connection, all_paused=paused),
            holds=measure.holds_by_kind(connection, all_paused=paused),
            done_today=today.get("done", 0), failed_today=today.get("failed", 0),
            oldest_ready_at=min((row.ready_at for row in heads.values()), default=None),
            usual=measure.usual_time(connection, midnight, RECENT), next=heads[in_line[0].id] if in_line else None,
        )  # fmt: skip


def headline(queue: Queue) -> str:
    """The state of the queue in one sentence."""
    states = queue.states
    parts = [
        f"{states[name]:,} {word}"
        for name, word in (("running", "running"), ("queued", "ready"), ("held", "held"))
        if states.get(name)
    ]
    if queue.failed_today:
        parts.append(f"{queue.failed_today} failed today")
    return f"{', '.join(parts)}." if parts else "Nothing is waiting and nothing runs."


def needs(inbox: Any) -> dict[str, Any]:
    """What a person can act on: approvals first, then what is missing, then that work without a plan is there."""
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
        count = plural(one.waiting, "item waits", "items wait")
        rows.append(
            {
                "icon": "key-round",
                "href": f"/inbox#need-{one.integration}",
                "title": one.detail[:1].upper() + one.detail[1:],
                "verb": "Open",
                "sub": f"{count} for it",
            }
        )
    unplanned = inbox.counts.unplanned
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
    total = inbox.counts.approvals + inbox.counts.missing + (unplanned > 0)
    return {"rows": rows[:NEEDS], "total": total}


def running_now(ctx: Context, running: list[Item], next_up: Any) -> dict[str, Any]:
    """What runs, the last line each said, and what comes next."""
    tails = {}
    with ctx.read() as connection:
        for item in running:
            last = logs.last_lines(connection, item.id, 1)
            tails[item.id] = last[-1].text if last else (item.progress.message if item.progress else "")
    node = ctx.services.work.node
    return {
        "rows": running,
        "tails": tails,
        "slots": sum(node.slots.lanes().values()) if node else 0,
        "next": next_up,
        "idle": (node.releaser.blocked if node else None) or "Work that is ready starts here by itself.",
    }


def numbers(ctx: Context, queue: Queue) -> dict[str, Any]:
    """Today in numbers."""
    with ctx.read() as connection:
        failed = find.ended_last(connection, State.FAILED) if queue.failed_today else None
    return {
        "done": queue.done_today, "failed": queue.failed_today, "last_failed": failed,
        "ready": queue.states.get("queued", 0), "oldest": queue.oldest_ready_at,
        "held": queue.states.get("held", 0), "reasons": reasons(queue.holds), "usual": queue.usual,
    }  # fmt: skip


def reasons(holds: dict[str, int]) -> str:
    """Why work is held: ``4 for approval, 3 for their window``."""
    return ", ".join(
        f"{count:,} {HOLD_COUNTS.get(kind, kind)}" for kind, count in sorted(holds.items(), key=lambda one: -one[1])
    )


def reasons_held(ctx: Context, inbox: Any, holds: dict[str, int]) -> list[dict[str, Any]]:
    """Held work by reason, those a person can release first: what is waited for, how many wait, and a few of them."""
    rows = []
    for kind in RELEASE:
        count = holds.get(kind.value, 0)
        if not count:
            continue
        if kind is HoldKind.REQUIREMENT:
            rows += [reason(kind, one.detail, one.waiting, one.items) for one in inbox.missing]
            continue
        some = held_for(ctx, kind)
        said, dues = {one.detail for one in some}, {one.due for one in some}
        words = said.pop() if len(said) == 1 and kind not in OWN_WORDS else WORDS[kind]
        due = dues.pop() if len(dues) == 1 and kind in (HoldKind.NOT_BEFORE, HoldKind.RETRY) else None
        rows.append(reason(kind, words, count, some, due))
    return rows


def held_for(ctx: Context, kind: HoldKind) -> list[Any]:
    """A few of the items that wait for one reason: id, title, and the reason's own words and end."""
    if kind is HoldKind.PAUSED:  # also by a pause of their tier, their lane or everything
        items: list[Item] = ctx.call("queue.list", hold=kind.value, limit=EXAMPLES).items
        pauses = [(item, hold) for item in items for hold in item.holds if hold.kind is kind]
        return [SimpleNamespace(id=i.id, title=i.title, detail=hold.detail, due=hold.due) for i, hold in pauses]
    with ctx.read() as connection:
        return find.examples(connection, kind, EXAMPLES)


def reason(kind: HoldKind, words: str, count: int, items: Sequence[Any], due: datetime | None = None) -> dict[str, Any]:
    """One reason with the work it holds."""
    shown = list({item.id: item for item in items}.values())[:EXAMPLES]
    return {"kind": kind.value, "words": words, "due": due, "count": count, "items": shown}


def latest(ctx: Context) -> list[Event]:
    """The newest entries that tell of a change."""
    with ctx.read() as connection:
        return journal.page(connection, Filter(without=FRAMES), before=None, limit=LATEST)


def tiles(ctx: Context) -> list[tuple[Tile, Measured]]:
    """The lab in a few measurements; what cannot be read is unknown, not absent."""
    found = []
    for tile in (SYSTEMS, *ctx.services.registry.contributions(Tile)):
        try:
            measured = tile.measure(ctx)
        except HydraError as error:
            measured = Measured(value="Unknown", text=error.detail, s="unknown")
        if measured:
            found.append((tile, measured))
    return found


def systems(ctx: Context) -> Measured | None:
    """How many of the outside systems that are set up answer."""
    states = [one for one in ctx.services.integrations.states() if one.configured]
    lost = sorted(one.title for one in states if one.status.lost)
    answer = sum(one.status.answers for one in states)
    if not states:
        return None
    partly = sorted(one.title for one in states if one.status is Status.DEGRADED)
    text = f"No answer from {listed(lost[:3])}." if lost else ""
    text = text or (f"{listed(partly[:3])} not in every part." if partly else "Every one that was asked answers.")
    return Measured(
        value=f"{answer} answer", of=f"of {len(states)}", text=text, s="bad" if lost else "warn" if partly else "ok",
        at=max((one.checked_at for one in states if one.checked_at), default=None),
    )  # fmt: skip


SYSTEMS = Tile(name="systems", title="Outside systems", icon="plug", path="/integrations", measure=systems)


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
