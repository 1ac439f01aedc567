"""What an edited plan says anew of work that waits: judged again as new work is, and journalled with what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row

from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.add import Admitted, admit, hash_of, question, row_for
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.finish import tell_dependents
from hydra_lab.kernel.work.model import HoldKind, NewItem, State
from hydra_lab.kernel.work.revising import store

CHUNK = 500  # items in one question
# A pause, a retry, a start time and a dependency are not the plan's to change.
REPLACED = (HoldKind.PLAN, HoldKind.APPROVAL, HoldKind.REQUIREMENT, HoldKind.WINDOW)
KEPT = {"operation": ("operation", "input", "input_hash", "lane"), "priority": ("priority",), "window": ("window",)}
DERIVED = ("input_hash", "tier_rank", "phase_rank", "state", "ready_at")


@dataclass(frozen=True, kw_only=True)
class Revision:
    """What an item that waits becomes.

    ``keep`` names what stays as it is on the item, because nothing new is said of it: ``operation`` (with its input
    and lane), ``priority``, ``window``. With ``new.finished`` the item is done, by what was reported elsewhere.
    """

    id: str
    new: NewItem
    keep: frozenset[str] = frozenset()


def revise(
    services: Services, connection: Connection, revisions: Iterable[Revision], actor: Actor, cause: int | None
) -> set[str]:
    """Bring waiting items in line, in the caller's transaction; returns those that were, the others stay untouched.

    An approval that was given for the same operation and input still counts. Raises what ``admit`` raises.
    """
    done: set[str] = set()
    rest = iter(revisions)
    while chunk := list(islice(rest, CHUNK)):
        rows = store.waiting(connection, [one.id for one in chunk])
        mine = [one for one in chunk if one.id in rows]
        Some(services, connection, rows, actor, cause).revise(mine)
        done |= rows.keys()
    return done


def withdraw(
    services: Services, connection: Connection, ids: Sequence[str], actor: Actor, cause: int | None
) -> set[str]:
    """Cancel those of these items that wait, in the caller's transaction; returns them."""
    done: set[str] = set()
    for place in range(0, len(ids), CHUNK):
        rows = store.waiting(connection, ids[place : place + CHUNK])
        Some(services, connection, rows, actor, cause).withdraw()
        done |= rows.keys()
    return done


class Some:
    """A handful of items that wait; ``rows`` are locked, so that none begins meanwhile."""

    def __init__(
        self, services: Services, connection: Connection, rows: dict[str, Row[Any]], actor: Actor, cause: int | None
    ) -> None:
        self.services = services
        self.connection = connection
        self.rows = rows
        self.actor = actor
        self.cause = cause
        self.now = services.clock.now()
        self.entries: list[dict[str, Any]] = []

    def revise(self, revisions: Sequence[Revision]) -> None:
        """Change each as its revision says."""
        open_ = [one for one in revisions if not one.new.finished]
        granted = approvals.granted_items(self.connection, [one.id for one in open_]) if open_ else set()
        admitted = [self.admitted(one, granted) for one in open_]
        values = [self.values(revision, one) for revision, one in zip(open_, admitted, strict=True)]
        store.write(self.connection, values)
        store.drop_holds(self.connection, [one.id for one in open_], REPLACED)
        holds = [changes.hold_row(one.id, hold, self.now) for one in admitted for hold in one.holds]
        changes.insert_holds(self.connection, holds)
        store.close_questions(self.connection, [one.id for one in revisions], self.now)
        self.ask(admitted)
        changes.release_unheld(self.connection, [one.id for one in open_], self.now)
        self.conclude([one for one in revisions if one.new.finished])
        self.services.journal.write_many(self.connection, self.entries)

    def admitted(self, revision: Revision, granted: set[tuple[str, str, str]]) -> Admitted:
        """The item at the door, with what nothing new is said of taken from its row; a yes that was given counts."""
        row, new = self.rows[revision.id], revision.new
        if "window" in revision.keep:
            new = replace(new, window=row.window)
        if "operation" in revision.keep and row.operation is not None:
            holds = tuple(hold for hold in new.holds if hold.kind is not HoldKind.PLAN)
            new = replace(new, operation=row.operation, input=row.input, holds=holds, confirmed=row.confirmed)
        new = replace(new, lane=new.lane or (row.lane if new.operation is None else None))
        one = admit(self.services, self.connection, revision.id, new, set())
        if one.ask and (one.id, new.operation, hash_of(new.operation, new.input)) in granted:
            holds = tuple(hold for hold in one.holds if hold.kind is not HoldKind.APPROVAL)
            return replace(one, ask=None, holds=holds)
        return one

    def values(self, revision: Revision, one: Admitted) -> dict[str, Any]:
        """The columns it gets; what was ready and stays so keeps its age."""
        row, fresh = self.rows[one.id], row_for(self.services, one, self.now)
        kept = {column for name in revision.keep for column in KEPT[name]}
        values = {name: getattr(row, name) if name in kept else fresh[name] for name in store.REVISED}
        stays = row.state == State.QUEUED and not one.holds
        values |= {"state": row.state if stays else State.HELD, "ready_at": row.ready_at if stays else None}
        changed = [name for name in store.REVISED if name not in DERIVED and values[name] != getattr(row, name)]
        self.note("items.revised", row, operation=values["operation"], changed=changed)
        return {"id": one.id, **values}

    def ask(self, admitted: Sequence[Admitted]) -> None:
        """Put the questions to a person."""
        asking = [(one, one.ask) for one in admitted if one.ask]
        approvals.ask(self.connection, [question(self.services, one, ask, self.now) for one, ask in asking])
        self.entries += [
            self.services.journal.row(
                "approvals.asked", actor=one.new.actor, item=one.id, subject=one.new.title,
                data={"operation": one.new.operation, "rule": ask.rule, "reason": ask.reason},
            )
            for one, ask in asking
        ]  # fmt: skip

    def conclude(self, revisions: Sequence[Revision]) -> None:
        """They are done by what was reported; they never run."""
        as_new = [Admitted(id=one.id, new=one.new, operation=None, holds=(), ask=None) for one in revisions]
        store.conclude(self.connection, [row_for(self.services, one, self.now) for one in as_new])
        for one in revisions:
            self.note("items.concluded", self.rows[one.id], source="document")
        self.ended([one.id for one in revisions], State.DONE)

    def withdraw(self) -> None:
        """Cancel them all."""
        ids = list(self.rows)
        store.cancel(self.connection, ids, self.now)
        store.close_questions(self.connection, ids, self.now)
        for row in self.rows.values():
            self.note("items.cancelled", row)
        self.ended(ids, State.CANCELLED)
        self.services.journal.write_many(self.connection, self.entries)

    def ended(self, ids: Sequence[str], state: State) -> None:
        """Nothing holds what is over, and what waited for it hears of it."""
        store.drop_holds(self.connection, ids)
        for one in store.waited_for(self.connection, ids):
            tell_dependents(self.services, self.connection, one, state, self.now)

    def note(self, event: str, row: Row[Any], **data: Any) -> None:
        """A journal entry about an item, written with the others."""
        data = {"operation": row.operation, **data}
        self.entries.append(
            self.services.journal.row(
                event, actor=self.actor, item=row.id, subject=row.title, cause=self.cause, data=data
            )
        )
