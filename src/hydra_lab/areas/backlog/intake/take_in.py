"""Importing a document: all of it in one transaction, and a second time only what was edited."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.backlog import store
from hydra_lab.areas.backlog.intake.decide import Decided, Decision, Plans, decide
from hydra_lab.areas.backlog.intake.merge import Fate, Known, told, work_of
from hydra_lab.areas.backlog.intake.outline import outlined
from hydra_lab.areas.backlog.intake.report import Report, report_on
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.reading.veiled import Text
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work.changes import in_turn
from hydra_lab.kernel.work.revising import Revision, standings

NEW = (Fate.CREATE, Fate.REPLACE)
REVISED = (Fate.REVISE, Fate.CONCLUDE)


def foresee(ctx: Context, plans: Plans) -> Report:
    """What importing a document would do now; nothing is changed."""
    with ctx.read() as connection:
        old = store.known(connection, plans.making.backlog)
        now = standings(connection, (known.item for known in old), lock=False)
    return report_on(plans, decide(plans, old, now))


def take_in(ctx: Context, plans: Plans, text: Text) -> Report:
    """Make a document's entries work, or bring the work of an earlier import in line with it.

    What is new or edited is planned before the transaction; either all of the document is taken over or none of it.
    """
    name, document = plans.making.backlog, plans.making.document
    outline, sealed = outlined(document), text.sealed(ctx.services.secrets)
    with ctx.read() as connection:
        before = {known.key: known.fingerprint for known in store.known(connection, name)}
    for entry in document.entries:
        if before.get(entry.key) != plans.prints[entry.key]:
            plans.of(entry)

    def taken(connection: Connection) -> Report:
        store.take_turn(connection)
        old = store.known(connection, name)
        decided = decide(plans, old, standings(connection, (known.item for known in old)))
        rows = Merging(ctx=ctx, connection=connection, plans=plans, decided=decided).run()
        report = report_on(plans, decided)
        kept = store.Imported(
            name=name, title=document.title, text=text.shown, imported_at=ctx.services.clock.now(),
            imported_by=f"{ctx.actor.kind}:{ctx.actor.name}", outline=outline, report=report.counts,
            sealed=sealed,
        )  # fmt: skip
        store.put_document(connection, kept)
        store.put_entries(connection, name, rows)
        store.put_lists(connection, store.IMPORTED + name, report.lists)
        ctx.emit(connection, "backlog.imported", subject=name, data=report.counts)
        return report

    done = in_turn(ctx.services.database, taken)
    ctx.services.work.wake()
    return done


@dataclass(frozen=True, kw_only=True)
class Merging:
    """One import under way: what was decided is done to the work items."""

    ctx: Context
    connection: Connection
    plans: Plans
    decided: Decided

    def run(self) -> list[Known]:
        """Change, cancel and add work; returns what is kept of each entry for the next import."""
        work, decisions = self.ctx.services.work, self.decided.decisions
        revised = work.revise(self.connection, self.revisions(), self.ctx.actor, self.ctx.cause)
        over = [one.known.item for one in decisions if one.known and one.fate is Fate.REPLACE and one.waits]
        over += [one.known.item for one in self.decided.gone if one.cancelled]
        work.withdraw(self.connection, over, self.ctx.actor, self.ctx.cause)
        new = [one.entry for one in decisions if one.fate in NEW]
        added = work.insert(self.connection, [self.plans.item(entry) for entry in new])
        ids = {entry.key: id for entry, (id, _) in zip(new, added, strict=True)}
        return [self.kept(one, ids, revised) for one in decisions]

    def revisions(self) -> Iterator[Revision]:
        """What waits and was edited, as it is to be."""
        for one in self.decided.decisions:
            if one.known and one.fate in REVISED:
                keep = untouched(one.known, self.plans, one.entry) if one.fate is Fate.REVISE else frozenset()
                yield Revision(id=one.known.item, new=self.plans.item(one.entry), keep=keep)

    def kept(self, one: Decision, ids: dict[str, str], revised: set[str]) -> Known:
        """What is kept of an entry."""
        entry, known = one.entry, one.known
        if known is None or one.fate is Fate.REPLACE:
            return known_of(self.plans, entry, ids[entry.key], concluded=entry.reported_done)
        if one.fate in REVISED and known.item in revised:
            concluded = known.concluded or one.fate is Fate.CONCLUDE
            return known_of(self.plans, entry, known.item, concluded=concluded)
        if one.edited and one.fate is Fate.KEEP and not one.runs:
            return known_of(self.plans, entry, known.item, concluded=known.concluded)
        # What runs is looked at again at the next import, when it is known how this ended.
        now = known_of(self.plans, entry, known.item, concluded=known.concluded, planned=known.planned)
        return replace(now, fingerprint=known.fingerprint, told=known.told if one.edited else now.told)


def known_of(plans: Plans, entry: Entry, item: str, *, concluded: bool, planned: dict[str, Any] | None = None) -> Known:
    """What is kept of an entry and its plan; ``planned`` is the plan where that stays as it was."""
    return Known(
        key=entry.key, section=entry.section, title=entry.title, item=item, fingerprint=plans.prints[entry.key],
        reported_done=entry.reported_done, concluded=concluded,
        planned=plans.summed(entry) if planned is None else planned, told=told(entry), **placed(entry),
    )  # fmt: skip


def placed(entry: Entry) -> dict[str, Any]:
    """Where an entry stands, and what its document says of its state."""
    return {
        "tier": entry.tier, "line": entry.line, "end": entry.end, "status": entry.status.value,
        "blocked_on": entry.blocked_on,
    }  # fmt: skip


def untouched(known: Known, plans: Plans, entry: Entry) -> frozenset[str]:
    """What the document leaves alone, because what it says about it is what it said before.

    That is the operation somebody chose, a priority somebody set, a window somebody dropped.
    """
    before, now = known.planned, plans.summed(entry)
    kept = {name for name in ("priority", "window") if before.get(name) == now.get(name)}
    if work_of(before) == work_of(now):
        kept.add("operation")
    return frozenset(kept)
