"""Importing a document: all of it in one transaction, and a second time only what was edited."""

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store
from hydra_lab.areas.backlog.intake.items import Making, planned, reported
from hydra_lab.areas.backlog.intake.merge import Fate, Known, fate, fingerprint, pair, removed
from hydra_lab.areas.backlog.intake.revise import cancel, conclude, revise
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.planning.plan import Plan
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import act
from hydra_lab.kernel.work.model import NewItem, State


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

    What is new or edited is planned before the transaction; either all of the document is taken over or none of it.
    """
    name, document = making.backlog, making.document
    with ctx.read() as connection:
        before = {known.key: known.fingerprint for known in store.known(connection, name)}
    prints = {entry.key: fingerprint(entry) for entry in document.entries}
    plans = Plans(making)
    for entry in document.entries:
        if before.get(entry.key) != prints[entry.key]:
            plans.of(entry)
    with ctx.begin() as connection:
        store.take_turn(connection)
        at = ctx.services.clock.now()
        kept = store.Imported(
            name=name, title=document.title, text=text, imported_at=at, imported_by=f"{ctx.actor.kind}:{ctx.actor.name}"
        )
        old = store.known(connection, name)
        store.put_document(connection, kept)
        done = Merging(ctx, connection, plans, prints).run(old)
        store.put_entries(connection, name, [done.rows[entry.key] for entry in document.entries])
        counts = {word: getattr(done, word) for word in ("created", "updated", "unchanged", "cancelled")}
        ctx.emit(connection, "backlog.imported", subject=name, data={**counts, "unread": len(document.unread)})
    ctx.services.work.wake()
    return done


class Plans:
    """Plans of a document's entries, each made once, when it is first asked for."""

    def __init__(self, making: Making) -> None:
        self.making = making
        self._made: dict[str, Plan] = {}

    def of(self, entry: Entry) -> Plan:
        """What is to be done for an entry."""
        if entry.key not in self._made:
            self._made[entry.key] = self.making.plan(entry)
        return self._made[entry.key]

    def summed(self, entry: Entry) -> dict[str, Any]:
        """The plan as it is kept for the next import."""
        return planned(entry, self.of(entry))

    def item(self, entry: Entry) -> NewItem:
        """The work item that an entry makes."""
        return self.making.item(entry, self.of(entry))


class Merging:
    """One import under way; ``prints`` are the fingerprints of the new entries."""

    def __init__(self, ctx: Context, connection: Connection, plans: Plans, prints: dict[str, str]) -> None:
        self.ctx = ctx
        self.connection = connection
        self.plans = plans
        self.prints = prints
        self.done = Changes()
        self.new: list[Entry] = []

    def run(self, old: list[Known]) -> Changes:
        """Do to each entry's item what its fate says, then add what is new in one go."""
        entries = self.plans.making.document.entries
        pairs = pair(old, entries)
        states = store.states_of(self.connection, (known.item for known in old))
        for entry in entries:
            known = pairs.get(entry.key)
            if known is None:
                self.done.created += 1
                self.new.append(entry)
            else:
                self.settle(entry, known, states.get(known.item))
        added = self.ctx.services.work.insert(self.connection, [self.plans.item(entry) for entry in self.new])
        for entry, (id, _) in zip(self.new, added, strict=True):
            self.keep(entry, id, concluded=entry.reported_done)
        for known in removed(old, pairs):
            self.take_away(known, states.get(known.item))
        return self.done

    def settle(self, entry: Entry, known: Known, state: State | None) -> None:
        """One entry that was imported before."""
        edited = known.fingerprint != self.prints[entry.key]
        what = fate(
            known, entry, edited=edited, state=state,
            ran=lambda: self.ran(known), planned=lambda: self.plans.summed(entry),
        )  # fmt: skip
        if what is Fate.KEEP and not edited:
            self.done.unchanged += 1
            self.keep(entry, known.item, concluded=known.concluded, now=known.planned)
            return
        self.done.updated += 1
        if what is Fate.REPLACE:
            cancel(self.ctx, self.connection, known.item)
            self.new.append(entry)
        elif what is Fate.CONCLUDE:
            conclude(self.ctx, self.connection, known.item, reported(entry))
            self.keep(entry, known.item, concluded=True)
        elif (what is Fate.REVISE and self.revise(entry, known)) or state is not State.RUNNING:
            self.keep(entry, known.item, concluded=known.concluded)
        else:
            # It is looked at again at the next import, when it is known how this ended.
            self.keep(entry, known.item, concluded=known.concluded, now=known.planned)
            self.done.rows[entry.key] = replace(self.done.rows[entry.key], fingerprint=known.fingerprint)

    def revise(self, entry: Entry, known: Known) -> bool:
        """Bring a waiting item in line with its edited entry; ``False`` when it began to run meanwhile."""
        new, now = self.plans.item(entry), self.plans.summed(entry)
        return revise(self.ctx, self.connection, known.item, new, known.planned, now)

    def take_away(self, known: Known, state: State | None) -> None:
        """An item that the document no longer has: cancelled if it never ran, else left to itself."""
        if state in act.WAITING and not self.ran(known) and cancel(self.ctx, self.connection, known.item):
            self.done.cancelled += 1
        else:
            self.done.kept += 1

    def ran(self, known: Known) -> bool:
        """Whether a waiting item was ever started."""
        return bool(act.found(self.connection, known.item).attempt)

    def keep(self, entry: Entry, item: str, *, concluded: bool, now: dict[str, Any] | None = None) -> None:
        """Note what is kept of an entry for the next import; ``now`` is its plan where that stays as it was."""
        self.done.rows[entry.key] = Known(
            key=entry.key, section=entry.section, title=entry.title, item=item, fingerprint=self.prints[entry.key],
            reported_done=entry.reported_done, concluded=concluded,
            planned=self.plans.summed(entry) if now is None else now,
        )  # fmt: skip
