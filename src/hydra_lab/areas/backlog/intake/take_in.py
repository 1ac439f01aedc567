"""Importing a document: all of it in one transaction, and a second time only what was edited."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store
from hydra_lab.areas.backlog.intake.items import Making, planned, reported
from hydra_lab.areas.backlog.intake.merge import Fate, Known, fate, fingerprint, pair, removed
from hydra_lab.areas.backlog.intake.revise import conclude, revise
from hydra_lab.areas.backlog.model import Document, Entry
from hydra_lab.areas.backlog.planning.plan import Plan
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import act
from hydra_lab.kernel.work import store as work
from hydra_lab.kernel.work.model import NewItem, State

CHUNK = 500  # ids in one question to the database


@dataclass(kw_only=True)
class Changes:
    """What an import did: entries by what became of them, and old items that the new text lacks."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    cancelled: int = 0
    kept: int = 0
    rows: dict[str, Known] = field(default_factory=dict)


def take_in(ctx: Context, making: Making, text: str) -> Changes:
    """Make a document's entries work, or bring the work of an earlier import in line with it.

    Planning comes before the transaction; either all of the document is taken over or none of it.
    """
    name, document = making.backlog, making.document
    plans = {entry.key: making.plan(entry) for entry in document.entries}
    with ctx.begin() as connection:
        store.take_turn(connection)
        at = ctx.services.clock.now()
        kept = store.Imported(
            name=name, title=document.title, text=text, imported_at=at, imported_by=f"{ctx.actor.kind}:{ctx.actor.name}"
        )
        old = store.known(connection, name)
        store.put_document(connection, kept)
        done = Merging(ctx, connection, making, plans).run(old)
        store.put_entries(connection, name, [done.rows[entry.key] for entry in document.entries])
        counts = {word: getattr(done, word) for word in ("created", "updated", "unchanged", "cancelled")}
        ctx.emit(connection, "backlog.imported", subject=name, data={**counts, "unread": len(document.unread)})
    ctx.services.work.wake()
    return done


def states_of(connection: Connection, ids: Iterable[str]) -> dict[str, State]:
    """The states of those items that still exist."""
    wanted = list(ids)
    chunks = (wanted[place : place + CHUNK] for place in range(0, len(wanted), CHUNK))
    return {id: State(state) for chunk in chunks for id, state in work.existing(connection, chunk).items()}


class Merging:
    """One import under way."""

    def __init__(self, ctx: Context, connection: Connection, making: Making, plans: dict[str, Plan]) -> None:
        self.ctx = ctx
        self.connection = connection
        self.making = making
        self.plans = plans
        self.done = Changes()
        self.new: list[tuple[Entry, NewItem]] = []

    def run(self, old: list[Known]) -> Changes:
        """Do to each entry's item what its fate says, then add what is new in one go."""
        document: Document = self.making.document
        pairs = pair(old, document.entries)
        states = states_of(self.connection, (known.item for known in old))
        for entry in document.entries:
            known = pairs.get(entry.key)
            self.settle(entry, known, states.get(known.item) if known else None)
        added = self.ctx.services.work.insert(self.connection, [item for _, item in self.new])
        for (entry, _), (id, _) in zip(self.new, added, strict=True):
            self.done.rows[entry.key] = self.row(entry, id, concluded=entry.reported_done)
        for known in removed(old, pairs):
            self.take_away(known, states.get(known.item))
        return self.done

    def settle(self, entry: Entry, known: Known | None, state: State | None) -> None:
        """One entry of the document."""
        made = self.plans[entry.key]
        now = planned(entry, made)
        what = fate(known, entry, state=state, ran=self.ran(known, state), planned=now)
        if known is None or what is Fate.CREATE:
            self.done.created += 1
            self.new.append((entry, self.making.item(entry, made)))
            return
        edited = known.fingerprint != fingerprint(entry)
        concluded = known.concluded
        match what:
            case Fate.REVISE:
                revise(self.ctx, self.connection, known.item, self.making.item(entry, made), known.planned, now)
            case Fate.CONCLUDE:
                conclude(self.ctx, self.connection, known.item, reported(entry))
                concluded = True
            case Fate.REPLACE:
                self.renew(entry, made, known, state)
                return
            case Fate.KEEP if not edited:
                self.done.unchanged += 1
                self.done.rows[entry.key] = self.row(entry, known.item, concluded=concluded, now=known.planned)
                return
            case Fate.KEEP if state is State.RUNNING:
                # It is looked at again at the next import, when it is known how this ended.
                row = self.row(entry, known.item, concluded=concluded, now=known.planned)
                self.done.rows[entry.key] = replace(row, fingerprint=known.fingerprint)
                self.done.updated += 1
                return
        self.done.updated += 1
        self.done.rows[entry.key] = self.row(entry, known.item, concluded=concluded)

    def renew(self, entry: Entry, made: Plan, known: Known, state: State | None) -> None:
        """A new item in the place of one whose work belongs to the old text."""
        self.done.updated += 1
        if state in act.WAITING:
            act.cancel(self.ctx.services, self.connection, known.item, self.ctx.actor, self.ctx.cause)
        self.new.append((entry, self.making.item(entry, made)))

    def take_away(self, known: Known, state: State | None) -> None:
        """An item that the document no longer has: cancelled if it never ran, else left to itself."""
        if state in act.WAITING and not self.ran(known, state):
            act.cancel(self.ctx.services, self.connection, known.item, self.ctx.actor, self.ctx.cause)
            self.done.cancelled += 1
        else:
            self.done.kept += 1

    def ran(self, known: Known | None, state: State | None) -> bool:
        """Whether a waiting item was ever started."""
        if known is None or state not in act.WAITING:
            return False
        return bool(act.found(self.connection, known.item).attempt)

    def row(self, entry: Entry, item: str, *, concluded: bool, now: dict[str, Any] | None = None) -> Known:
        """What is kept of an entry for the next import."""
        return Known(
            key=entry.key, section=entry.section, title=entry.title, item=item, fingerprint=fingerprint(entry),
            reported_done=entry.reported_done, concluded=concluded,
            planned=planned(entry, self.plans[entry.key]) if now is None else now,
        )  # fmt: skip
