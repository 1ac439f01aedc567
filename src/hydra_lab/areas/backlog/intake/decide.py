"""What an import would make of each item: decided before anything is done, so that it can be looked at first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hydra_lab.areas.backlog.intake.items import Making, planned
from hydra_lab.areas.backlog.intake.merge import Fate, Known, fate, pair, removed
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.planning.plan import Plan
from hydra_lab.kernel.work.model import NewItem, State
from hydra_lab.kernel.work.revising import Standing

WAITS = (State.HELD, State.QUEUED)


class Plans:
    """Fingerprints and plans of a document's entries, each plan made once, when it is first asked for."""

    def __init__(self, making: Making) -> None:
        self.making = making
        self.prints = {entry.key: making.fingerprint(entry) for entry in making.document.entries}
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


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of one entry. ``known`` is what it was before, ``standing`` where its item is, if it is kept."""

    entry: Entry
    fate: Fate
    edited: bool = True
    known: Known | None = None
    standing: Standing | None = None

    @property
    def waits(self) -> bool:
        """Whether its item of the earlier import has not begun."""
        return self.standing is not None and self.standing.state in WAITS

    @property
    def runs(self) -> bool:
        """Whether its item runs now."""
        return self.standing is not None and self.standing.state is State.RUNNING

    @property
    def word(self) -> str:
        """How it is counted: ``created``, ``updated`` or ``unchanged``."""
        if self.known is None:
            return "created"
        return "updated" if self.edited or self.fate is not Fate.KEEP else "unchanged"


@dataclass(frozen=True, kw_only=True)
class Gone:
    """An item that the new text lacks: cancelled if it never ran, else left to itself."""

    known: Known
    cancelled: bool


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What an import would do: one decision for each entry, in the document's order, and what is gone."""

    decisions: tuple[Decision, ...]
    gone: tuple[Gone, ...]

    def counts(self) -> dict[str, int]:
        """How many are created, updated, unchanged, cancelled and kept."""
        words = Counter(one.word for one in self.decisions)
        cancelled = sum(one.cancelled for one in self.gone)
        of_entries = {word: words[word] for word in ("created", "updated", "unchanged")}
        return {**of_entries, "cancelled": cancelled, "kept": len(self.gone) - cancelled}


def decide(plans: Plans, old: Sequence[Known], standings: Mapping[str, Standing]) -> Decided:
    """What becomes of each entry and of what is gone."""
    entries = plans.making.document.entries
    pairs = pair(old, entries)
    return Decided(
        decisions=tuple(decision(plans, entry, pairs.get(entry.key), standings) for entry in entries),
        gone=tuple(Gone(known=one, cancelled=never_ran(standings.get(one.item))) for one in removed(old, pairs)),
    )


def decision(plans: Plans, entry: Entry, known: Known | None, standings: Mapping[str, Standing]) -> Decision:
    """What becomes of one entry."""
    if known is None:
        return Decision(entry=entry, fate=Fate.CREATE)
    standing = standings.get(known.item)
    edited = known.fingerprint != plans.prints[entry.key]
    what = fate(
        known, entry, edited=edited, state=standing.state if standing else None,
        ran=bool(standing and standing.began), planned=lambda: plans.summed(entry),
    )  # fmt: skip
    return Decision(entry=entry, fate=what, edited=edited, known=known, standing=standing)


def never_ran(standing: Standing | None) -> bool:
    """Whether an item waits and never began."""
    return standing is not None and standing.state in WAITS and not standing.began
