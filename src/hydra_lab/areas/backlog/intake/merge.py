"""Importing again: which item of the new text is which of the old, though numbers, titles or places changed."""

import hashlib
import json
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from hydra_lab.areas.backlog.model import Entry, Status
from hydra_lab.areas.backlog.planning.words import VERB_STEMS, stems
from hydra_lab.kernel.work.model import State

SAME_WORK = 0.5
SHORT = 60  # characters of what is shown as it was and as it is
# Where it stands and what Hydra itself writes into it say nothing about what the item asks for.
NOT_CONTENT = ("key", "line", "end", "heading", "status", "completed", "notes")


@dataclass(frozen=True, kw_only=True)
class Known:
    """An entry of the document as it was imported before, with the work item it is.

    ``reported_done`` is what that text said; ``concluded`` that the item is done by the document's word alone.
    ``planned`` is what was made of it then: operation, input, priority, window; ``told`` each thing it said, short
    (see ``told``). ``line`` to ``end`` is where it stands.
    """

    key: str
    section: str | None
    title: str
    item: str
    fingerprint: str
    reported_done: bool
    concluded: bool = False
    planned: dict[str, Any] = field(default_factory=dict)
    tier: int | None = None
    line: int | None = None
    end: int | None = None
    status: str | None = None
    blocked_on: str | None = None
    told: dict[str, Any] = field(default_factory=dict)


class Fate(StrEnum):
    """What an import makes of an entry's work item."""

    CREATE = "create"  # there was none before
    REVISE = "revise"  # it waits, and the text was edited
    CONCLUDE = "conclude"  # it waits, and the text now says that it was done
    REPLACE = "replace"  # what happened belongs to the old text: a new item takes its place
    KEEP = "keep"


def fate(
    known: Known,
    entry: Entry,
    *,
    edited: bool,
    state: State | None,
    ran: bool,
    planned: Callable[[], dict[str, Any]],
) -> Fate:
    """What becomes of an entry that was imported before.

    ``state`` is its item's (``None`` if it was pruned), ``ran`` tells whether it ever started and ``planned`` what
    is made of it now. What is done stays done: an older copy of the document without the mark does not undo it. Only
    what the document alone reported as done becomes work again when the mark is taken away. A failed item is tried
    anew when the edit changed what would run.
    """
    waits = state in (State.HELD, State.QUEUED)
    if entry.reported_done:
        if waits:
            return Fate.CONCLUDE
        news = not known.reported_done and state in (State.FAILED, State.CANCELLED)
        return Fate.REPLACE if news else Fate.KEEP
    if known.concluded:
        return Fate.REPLACE
    if not edited or not (waits or state is State.FAILED):
        return Fate.KEEP
    other_work = work_of(known.planned) != work_of(planned())
    if waits:
        # Steps that finished belong to the old work, and must not be taken for steps of another.
        return Fate.REPLACE if other_work and ran else Fate.REVISE
    return Fate.REPLACE if other_work else Fate.KEEP


def work_of(planned: dict[str, Any]) -> tuple[Any, Any]:
    """What would run: the operation, and its input's digest."""
    input = planned.get("input")
    return planned.get("operation"), input if isinstance(input, str) else digest(input)  # an older Hydra kept it whole


def content(entry: Entry) -> dict[str, Any]:
    """What an item asks for, as plain data."""
    said = {name: value for name, value in vars(entry).items() if name not in NOT_CONTENT}
    run = asdict(entry.run) if entry.run else None
    shelved = {"shelved": True} if entry.status is Status.SHELVED else {}  # a struck heading says it nowhere else
    return {**said, "endpoints": [asdict(one) for one in entry.endpoints], "run": run, **shelved}


def fingerprint(entry: Entry) -> str:
    """A digest of what an item asks for; equal when nothing that matters to its work was edited."""
    return digest(content(entry))


def digest(value: Any) -> str:
    """A digest of plain data, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def told(entry: Entry) -> dict[str, Any]:
    """Each thing an entry says, to tell later what was edited: short values as they are, long ones by their digest."""
    said = {**content(entry), "status": entry.status.value}
    return {
        name: value if isinstance(value, int) or (isinstance(value, str) and len(value) <= SHORT) else digest(value)[:8]
        for name, value in said.items()
        if value not in (None, (), [])
    }


def pair(old: Sequence[Known], new: Sequence[Entry]) -> dict[str, Known]:
    """``{key of a new entry: the old one it is}``; entries without a partner are new.

    First by number and title, then by title alone (it moved), then by number alone where the titles still speak of
    the same work (it was reworded): a number that was given to other work is another item, so that nothing inherits
    what it did not do.
    """
    pairs: dict[str, Known] = {}
    rest_old, rest_new = list(old), list(new)
    for name in (both, title, number):
        waiting: dict[Hashable, deque[Known]] = defaultdict(deque)
        for known in rest_old:
            waiting[name(known)].append(known)
        left: list[Entry] = []
        for entry in rest_new:
            candidates = waiting.get(name(entry))
            if candidates and (name is not number or same_work(candidates[0], entry)):
                pairs[entry.key] = candidates.popleft()
            else:
                left.append(entry)
        rest_new = left
        rest_old = [known for queue in waiting.values() for known in queue]
    return pairs


def both(one: Known | Entry) -> Hashable:
    """Number and title."""
    return number(one), title(one)


def title(one: Known | Entry) -> Hashable:
    """The title, whatever its case and spaces; an item without one is only itself by its number."""
    words = " ".join(one.title.casefold().split())
    return words or (one.section, one.key)


def number(one: Known | Entry) -> Hashable:
    """The section; an item without one has only its title."""
    return one.section or ("", one.key)


def same_work(old: Known, new: Entry) -> bool:
    """Whether two titles speak of the same work: at least half of the shorter one's telling words are in both."""
    before, after = (stems(one) - VERB_STEMS or stems(one) for one in (old.title, new.title))
    shorter = min(len(before), len(after))
    return bool(shorter) and len(before & after) / shorter >= SAME_WORK


def removed(old: Iterable[Known], pairs: dict[str, Known]) -> list[Known]:
    """Old items that the new text no longer has."""
    kept = {known.key for known in pairs.values()}
    return [known for known in old if known.key not in kept]
