"""Answers about imported backlogs: lists, one of them, and the document with its statuses brought up to date."""

from collections import Counter

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store, views
from hydra_lab.areas.backlog.export import Outcome, export
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.work.model import Hold, HoldKind, Item, State


def found(connection: Connection, name: str | None, *, text: bool = True) -> store.Imported:
    """A backlog by name; without one, the only one there is. Raises ``NotFound`` or ``Invalid``."""
    names = store.names(connection)
    if name is None and len(names) > 1:
        raise Invalid("There are several backlogs; say which.", fix=f"Name one of {', '.join(names[:20])}.")
    wanted = name or (names[0] if names else None)
    one = store.document(connection, wanted, text=text) if wanted else None
    if one is None:
        fix = f"There are: {', '.join(names[:20])}." if names else "`hydra backlog import FILE.md` imports one."
        raise NotFound(f"There is no backlog “{name}”." if name else "No backlog was imported yet.", fix=fix)
    return one


def summary(ctx: Context, connection: Connection, one: store.Imported) -> views.Summary:
    """One backlog in numbers; an item that was pruned is counted as ``pruned``."""
    return summed(one, tally(ctx, connection, one.name))


def tally(ctx: Context, connection: Connection, name: str) -> list[store.Tally]:
    """A backlog's items counted; ready work under a pause counts as held, as it is shown."""
    return store.tally(connection, name, all_paused=ctx.services.work.everything_hold() is not None)


def summed(one: store.Imported, counted: list[store.Tally]) -> views.Summary:
    """A backlog and its items' numbers."""
    states: Counter[str] = Counter()
    for part in counted:
        states[part.state] += part.items
    return views.Summary(
        name=one.name, title=one.title, items=states.total(), done=states["done"], states=dict(sorted(states.items())),
        reported_done=sum(part.items for part in counted if part.concluded), imported_at=one.imported_at,
        imported_by=one.imported_by,
    )  # fmt: skip


def all_of_them(ctx: Context) -> views.Summaries:
    """Every backlog in numbers."""
    with ctx.read() as connection:
        found_ = [store.document(connection, name, text=False) for name in store.names(connection)]
        return views.Summaries(backlogs=[summary(ctx, connection, one) for one in found_ if one])


def shown(ctx: Context, name: str, offset: int, limit: int) -> views.BacklogShown:
    """One backlog with ``limit`` of its items from ``offset`` on."""
    with ctx.read() as connection:
        one = found(connection, name)
        known = {entry.key: entry for entry in store.known(connection, one.name)}
        numbers = summary(ctx, connection, one)
        everything = ctx.services.work.everything_hold()
        document = parse(one.text)
        page = document.entries[offset : offset + limit]
        ids = [known[entry.key].item for entry in page if entry.key in known]
        states = {id: item.state for id, item in store.items_of(connection, ids, everything).items()}
    entries = []
    for entry in page:
        mine = known.get(entry.key)
        state = states.get(mine.item) if mine else None
        entries.append(views.entry_shown(entry, mine.item if mine else None, state, mine.planned if mine else {}))
    return views.BacklogShown(
        **vars(numbers), facts=list(document.facts), protocol=list(document.protocol), entries=entries,
        tiers=[views.TierShown(number=tier.number, title=tier.title, note=tier.note) for tier in document.tiers],
        phases=[views.phase_shown(phase) for phase in document.phases],
        without_input=[views.rule_shown(rule) for rule in document.without_input],
        requires_input=[views.rule_shown(rule) for rule in document.requires_input],
        unread=views.unread_lines(document), unread_total=len(document.unread),
    )  # fmt: skip


def exported(ctx: Context, name: str | None) -> tuple[str, str]:
    """``(name, text)``: the document as imported, with what became of each item."""
    with ctx.read() as connection:
        one = found(connection, name)
        known = store.known(connection, one.name)
        everything = ctx.services.work.everything_hold()
        items = store.items_of(connection, (entry.item for entry in known), everything)
    outcomes = {entry.key: outcome_of(items[entry.item]) for entry in known if entry.item in items}
    return one.name, export(one.text, parse(one.text), outcomes)


def outcome_of(item: Item) -> Outcome:
    """What is written of an item: a done one is marked, any other has its state in words."""
    return Outcome(done=True) if item.state is State.DONE else Outcome(words=words_of(item))


def words_of(item: Item) -> str:
    """An item's state with its reasons, in words that stay the same while nothing changes."""
    if item.state is State.HELD:
        reasons = dict.fromkeys(hold_words(hold) for hold in item.holds)
        return f"held: {'; '.join(reasons)}" if reasons else "held"
    return f"{item.state.value}: {item.error.detail}" if item.error else item.state.value


def hold_words(hold: Hold) -> str:
    """A hold's reason, without times that would differ at every export."""
    match hold.kind:
        case HoldKind.WINDOW:
            return f"waits for its window {hold.ref}"
        case HoldKind.RETRY:
            return "waits to try again"
        case _:
            return hold.detail.strip().rstrip(".")
