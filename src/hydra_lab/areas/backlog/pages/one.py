"""One backlog: its tiers with what the document says beside what is true, its phases, and what it asks of a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.backlog import answers, store
from hydra_lab.areas.backlog.classifying import store as readings
from hydra_lab.areas.backlog.classifying.holding import proposals_of
from hydra_lab.areas.backlog.intake.merge import Known
from hydra_lab.areas.backlog.pages.progress import STATES, agreement, progress
from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work.model import Item

ROWS = 100  # items on a page
TIERS = 60  # tiers on a page
SUGGESTIONS = 12  # items on a page for which a model suggests operations
STEPS = 60  # steps of phases on a page
NO_TIER = "none"  # in an address: the items that stand in no tier

Counts = Mapping[int | None, Mapping[str, int]]


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One document, tier by tier: tiers that do not fit on the page are folded to a line each."""
    query = request.query
    state = query.get("state") if query.get("state") in STATES else None
    everything = ctx.services.work.everything_hold()
    with ctx.read() as connection:
        one = answers.found(connection, request.path["name"], text=False)
        counted = answers.tally(ctx, connection, one.name)
        counts = by_tier(counted)
        chosen, offset, skip = tier_of(query.get("tier", "")), number(query.get("offset")), number(query.get("skip"))
        numbers = sorted(counts, key=lambda tier: (tier is None, tier or 0))
        wanted = [tier for tier in numbers if of_state(counts, tier, state)]
        shown = [chosen] if chosen != "" else wanted[skip : skip + TIERS]
        full = that_fit(counts, shown, state)
        rows = store.listed(
            connection, one.name, tiers=full, state=state, offset=offset, limit=ROWS,
            all_paused=everything is not None,
        )  # fmt: skip
        items = store.items_of(connection, [row.item for row in rows], everything)
        offered, to_choose = readings.to_choose(connection, one.name, SUGGESTIONS)
        counts_of_readings = readings.counts(connection, one.name)
        chosen_for = store.items_of(connection, [each.item for each in offered], everything)
        asked = phases(connection, one, all_paused=everything is not None)
    totals: Counter[str] = Counter()
    for of_tier in counts.values():
        totals.update(of_tier)
    outline = one.outline or {}
    titles = {tier: (title, note) for tier, title, note in outline.get("tiers", ())}
    here = {"state": state, "tier": query.get("tier")}
    in_chosen = of_state(counts, full[0], state) if len(shown) == 1 else 0
    return {
        "title": one.title or one.name, "backlog": one, "progress": progress(totals), "totals": totals,
        "tier_count": len([tier for tier in numbers if tier is not None]), "query": here, "state": state,
        "agreement_of": agreement(counted), "phases": asked,
        "tiers": [card(titles, counts, tier, state, rows if tier in full else None, items) for tier in shown],
        "chips": chips(totals if isinstance(chosen, str) else counts.get(chosen, {}), query.get("tier", "")),
        "older": {**here, "offset": offset + ROWS, "tier": word_of(full[0])} if in_chosen > offset + ROWS else None,
        "newer": {**here, "offset": max(0, offset - ROWS)} if offset else None,
        "more_tiers": {"state": state, "skip": skip + TIERS} if chosen == "" and len(wanted) > skip + TIERS else None,
        "fewer_tiers": {"state": state, "skip": max(0, skip - TIERS)} if skip else None,
        "requires": outline.get("requires", []), "without": outline.get("without", []),
        "unread": (one.report or {}).get("unread", 0), "reader": ctx.services.settings.current.classify,
        "suggested": [(item, proposals_of(item)) for item in chosen_for.values() if proposals_of(item)],
        "to_choose": to_choose, "readings": counts_of_readings,
        "unplanned": sum(item.operation is None and item.state == "held" for item in items.values()),
    }  # fmt: skip


def by_tier(counted: Sequence[store.Tally]) -> dict[int | None, Counter[str]]:
    """How many items of each tier are in each state."""
    found: dict[int | None, Counter[str]] = {}
    for one in counted:
        found.setdefault(one.tier, Counter())[one.state] += one.items
    return found


def number(text: str | None) -> int:
    """A count from an address; 0 for what is none."""
    return min(int(text), 10**9) if text and text.isdecimal() and text.isascii() else 0


def tier_of(word: str) -> int | str | None:
    """The tier an address asks for: a number, ``None`` for the items in none, empty for all."""
    if word == NO_TIER:
        return None
    return number(word) if word.isdecimal() and word.isascii() else ""


def word_of(tier: int | str | None) -> str:
    """A tier as an address names it."""
    return NO_TIER if tier is None else str(tier)


def of_state(counts: Counts, tier: Any, state: str | None) -> int:
    """How many items of a tier are in a state, or in any."""
    found = counts.get(tier, {})
    return found.get(state, 0) if state else sum(found.values())


def that_fit(counts: Counts, tiers: Sequence[Any], state: str | None) -> list[Any]:
    """The tiers whose items are shown: those that the page still holds, and the only one however large it is."""
    if len(tiers) == 1:
        return list(tiers)
    left = ROWS
    full: list[Any] = []
    for tier in tiers:
        items = of_state(counts, tier, state)
        if items <= left:
            full.append(tier)
            left -= items
    return full


def card(
    titles: Mapping[Any, tuple[str, str]],
    counts: Counts,
    tier: Any,
    state: str | None,
    rows: Sequence[Known] | None,
    items: Mapping[str, Item],
) -> dict[str, Any]:
    """One tier: its title, how far it is, and its rows unless it is folded."""
    title, note = titles.get(tier, ("", ""))
    name = f"Tier {tier}" if tier is not None else "Without a tier"
    return {
        "title": f"{name}: {title.capitalize() if title.isupper() else title}" if title else name, "note": note,
        "word": word_of(tier), "progress": progress(counts.get(tier, {})), "count": of_state(counts, tier, state),
        "rows": None if rows is None else [(row, items.get(row.item)) for row in rows if row.tier == tier],
    }  # fmt: skip


def chips(totals: Mapping[str, int], tier: str) -> list[dict[str, Any]]:
    """One link for each state there is, with how many items are in it."""
    found: list[dict[str, Any]] = [
        {"state": "", "label": "All", "count": sum(totals.values()), "query": {"tier": tier}}
    ]
    for state in STATES:
        if totals.get(state):
            found.append({"state": state, "label": "", "count": totals[state], "query": {"tier": tier, "state": state}})
    return found


def phases(connection: Connection, one: store.Imported, *, all_paused: bool) -> list[dict[str, Any]]:
    """The order that the document asks for, with the state of each step and how far each phase is."""
    outline = (one.outline or {}).get("phases", [])
    keys = list(dict.fromkeys(step["key"] for phase in outline for step in phase["steps"] if step["key"]))
    known = store.of_steps(connection, one.name, keys, all_paused=all_paused)
    left, found = STEPS, []
    for phase in outline[:STEPS]:
        steps = [{**step, "entry": known.get(step["key"] or "")} for step in phase["steps"]]
        states = Counter(step["entry"].state if step["entry"] else "unknown" for step in steps)
        shown = steps[: max(0, left)]
        left -= len(shown)
        more = len(steps) - len(shown) + phase["more"]
        found.append({**phase, "steps": shown, "more": more, "progress": progress(states), "count": len(steps)})
    return found
