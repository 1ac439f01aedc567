"""The queue as the rest of Hydra sees it: add work, look at it, act on it, and run it."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hydra_lab.kernel.errors import HydraError, Invalid, NotFound
from hydra_lab.kernel.policy.model import HYDRA, Actor, Mode
from hydra_lab.kernel.secrets.sealed import refuse_sealed
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import act, store
from hydra_lab.kernel.work.add import Admitted, admit, insert
from hydra_lab.kernel.work.beat import look_again, release_requirement, tick
from hydra_lab.kernel.work.changes import in_turn
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.changes.fresh import Fresh, fresh_items
from hydra_lab.kernel.work.changes.refusing import refusal
from hydra_lab.kernel.work.due.apart import Apart
from hydra_lab.kernel.work.find.meant import meant
from hydra_lab.kernel.work.limits.judge import spend
from hydra_lab.kernel.work.listing import store as listing
from hydra_lab.kernel.work.listing.totals import Totals
from hydra_lab.kernel.work.model import Hold, HoldKind, Item, NewItem, Priority, State, Step
from hydra_lab.kernel.work.nodes.membership import BEAT_S
from hydra_lab.kernel.work.nodes.node import Node
from hydra_lab.kernel.work.parts import Parts
from hydra_lab.kernel.work.revising import Revision, revise, withdraw
from hydra_lab.kernel.work.schedules.keep import ScheduleKeeper
from hydra_lab.kernel.work.why import Why, why

LOOK_S = 1.0  # how often what time sets in motion is looked at
SLOW_LOOK = 15  # every so manieth look is a thorough one


class Work(Parts):
    """One per process. Without a ``node`` (``attach`` was not called) it adds and shows work but runs none."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.node: Node | None = None
        self.schedules = ScheduleKeeper(self)
        self._was_stopped = True  # so that a stop that ended while Hydra was down is undone at start
        self._on_beat: list[tuple[Callable[[], None], bool]] = []
        self._apart = Apart()
        self._totals = Totals(services.database.version)
        self._stop, self._soon = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._loop, name="hydra-beat", daemon=True)
        services.integrations.on_change(self.integration_changed)

    # Running ------------------------------------------------------------------------------------------------------

    def start(self, node: Node) -> None:
        """Begin to run work in this process."""
        self.node = node
        node.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop running; what runs is kept for the next start."""
        self._stop.set()
        self._soon.set()
        if self._thread.ident:
            self._thread.join(timeout=10)
        if self.node:
            self.node.stop()

    def each_beat(self, callback: Callable[[], None], *, everywhere: bool = False) -> None:
        """Have ``callback()`` run about every second: in the process that leads, or in every one."""
        self._on_beat.append((callback, everywhere))

    def _loop(self) -> None:
        assert self.node is not None
        leads, since_beat, looks = True, BEAT_S, 0
        while not self._stop.is_set():
            looks += 1
            with self._apart.duty("node"):  # without its database it does nothing of the rest either
                if since_beat >= BEAT_S:
                    leads, since_beat = self.node.beat(), 0.0
                for name, duty in self._duties(self.node, leads, looks % SLOW_LOOK == 0):
                    with self._apart.duty(name):
                        duty()
            self._soon.wait(LOOK_S)
            self._soon.clear()
            since_beat += LOOK_S

    def _duties(self, node: Node, leads: bool, thorough: bool) -> Iterator[tuple[str, Callable[[], object]]]:
        yield "running work", node.look_after
        if leads:
            yield "due work", lambda: self._wake_if(tick(self.services, self._apart))
        yield "mode", lambda: self._keep_to_mode(node, leads)
        if leads and thorough:
            yield "requirements", lambda: self._wake_if(look_again(self.services))
        yield from ((f"beat {n}", beat) for n, (beat, everywhere) in enumerate(self._on_beat) if leads or everywhere)

    def _wake_if(self, ready: bool) -> None:
        if ready:
            self.wake()

    def _keep_to_mode(self, node: Node, leads: bool) -> None:
        state = self.services.policy.mode()
        stopped = state.mode is Mode.STOPPED
        if stopped and node.slots.taken():
            self.stop_running(HYDRA, None, state.reason)  # what slipped through while the stop was said
        if leads and self._was_stopped and not stopped:
            self.restart_stopped()
        self._was_stopped = stopped

    def integration_changed(self, name: str) -> None:
        """Wake what waited for an integration, if it is ready now."""
        self._wake_if(self.services.integrations.ready(name) and release_requirement(self.services, name))

    # Adding -------------------------------------------------------------------------------------------------------

    def add(self, *, actor: Actor, operation: str, input: dict[str, Any] | None = None, **options: Any) -> Item:
        """Add one item; options are the fields of ``NewItem``. A repeated ``key`` returns the item that has it."""
        new = NewItem(actor=actor, operation=operation, input=input or {}, **options)
        return self.add_all([new])[0][0]

    def add_all(self, new: Sequence[NewItem]) -> list[tuple[Item, bool]]:
        """Add items in one transaction: all or none. Returns each with whether it is new."""
        everything = self.everything_hold()

        def added(connection: Connection) -> list[tuple[Item, bool]]:
            ids, fresh = self._inserted(connection, new)
            known = [id for id, created in ids if not created]
            found = store.items_by_id(connection, known, everything) if known else {}
            found |= fresh_items(connection, fresh, everything)
            return [(found[id], created) for id, created in ids]

        answer = in_turn(self.services.database, added)
        self.wake()
        return answer

    def insert(self, connection: Connection, new: Sequence[NewItem]) -> list[tuple[str, bool]]:
        """Add items in the caller's transaction; call ``wake`` after it commits. Returns ``(id, is new)`` for each.

        ``depends_on`` may name an id or part of one (see ``meant``), or the ``key`` of an item that exists or comes
        with this call.
        Raises what ``admit`` raises, with the number of the wrong item, and then nothing is added.
        """
        return self._inserted(connection, new)[0]

    def _inserted(self, connection: Connection, new: Sequence[NewItem]) -> tuple[list[tuple[str, bool]], list[Fresh]]:
        """Like ``insert``, with what was written of the items that are new."""
        services, now = self.services, self.services.clock.now()
        found: list[tuple[str, bool]] = []
        keys: dict[str, str] = {}
        for one in new:
            known = (keys.get(one.key) or store.with_key(connection, one.key)) if one.key else None
            id = known or services.ids.new(now)
            found.append((id, known is None))
            if one.key:
                keys[one.key] = id
        batch = {id for id, created in found if created}
        admitted: list[Admitted] = []
        for number, (one, (id, created)) in enumerate(zip(new, found, strict=True)):
            if not created:
                continue
            try:
                refuse_sealed(one.input)
                admitted.append(admit(services, connection, id, self._resolved(connection, one, keys), batch))
            except HydraError as error:
                rest = {place: new[place] for place in range(number, len(new)) if found[place][1]}
                raise refusal(services, rest, len(new), error) from error
        return found, insert(services, connection, admitted)

    def _resolved(self, connection: Connection, new: NewItem, keys: dict[str, str]) -> NewItem:
        """The item with keys and parts of ids among its dependencies replaced by ids."""
        if not new.depends_on:
            return new
        ids = [keys.get(one) or store.with_key(connection, one) or meant(connection, one) for one in new.depends_on]
        return NewItem(**{**vars(new), "depends_on": tuple(ids)})

    def revise(
        self, connection: Connection, revisions: Iterable[Revision], actor: Actor, cause: int | None = None
    ) -> set[str]:
        """Change waiting work in the caller's transaction; ``wake`` after it. Returns the ids that still waited."""
        return revise(self.services, connection, revisions, actor, cause)

    def withdraw(self, connection: Connection, ids: Sequence[str], actor: Actor, cause: int | None = None) -> set[str]:
        """Cancel waiting work in the caller's transaction. Returns the ids that still waited."""
        return withdraw(self.services, connection, ids, actor, cause)

    def spend(self, unit: str, amount: float) -> None:
        """Count something as spent today."""
        with self.services.database.begin() as connection:
            spend(self.services, connection, unit, amount)

    # Looking ------------------------------------------------------------------------------------------------------

    def everything_hold(self) -> Hold | None:
        """The hold that a pause of all Hydra puts on everything that waits; ``None`` when it is not paused."""
        state = self.services.policy.mode()
        if state.mode not in (Mode.PAUSED, Mode.STOPPED):
            return None
        since = state.since or self.services.clock.now()
        word = "paused" if state.mode is Mode.PAUSED else "stopped"
        return Hold(
            kind=HoldKind.PAUSED, detail=f"All of Hydra is {word}" + (f": {state.reason}" if state.reason else "."),
            unblock="Resume Hydra." if state.until is None else "Resume Hydra, or wait for the end that was set.",
            since=since, checked_at=self.services.clock.now(), due=state.until,
        )  # fmt: skip

    def get(self, id: str) -> Item:
        """One item. Raises ``NotFound``."""
        with self.services.database.read() as connection:
            item = store.item(connection, id, self.everything_hold())
        if item is None:
            raise NotFound(f"There is no work item {id}.", fix="`hydra queue list` shows the items there are.")
        return item

    def page(self, *, cursor: str | None = None, limit: int = 50, **wanted: Any) -> tuple[list[Item], int, str | None]:
        """Items that fit a filter, newest first, with the total and the next page's cursor."""
        everything = self.everything_hold()
        total_of = self._totals.of((everything is None, *sorted(wanted.items())))
        with self.services.database.read() as connection:
            return listing.page(connection, total_of, before=cursor, limit=limit, everything=everything, **wanted)

    def why(self, id: str) -> Why:
        """Why an item is where it is."""
        item = self.get(id)
        lanes = self.node.slots.lanes() if self.node else {}
        with self.services.database.read() as connection:
            return why(self.services, connection, item, lanes, self.node.releaser.blocked if self.node else None)

    def steps(self, id: str) -> list[Step]:
        """The checkpoints of an item's newest attempt that has any."""
        item = self.get(id)
        return self.node.engine.newest_recorded(id, item.attempts)[1] if self.node else []

    # Acting -------------------------------------------------------------------------------------------------------

    def approve(
        self, id: str, actor: Actor, cause: int | None = None, comment: str | None = None, question: str | None = None
    ) -> Item:
        """A person's yes to what an item asked."""
        return self._do(id, lambda c: act.approve(self.services, c, id, actor, cause, comment, question))

    def reject(
        self, id: str, actor: Actor, cause: int | None = None, comment: str | None = None, question: str | None = None
    ) -> Item:
        """A person's no."""
        return self._do(id, lambda c: act.reject(self.services, c, id, actor, cause, comment, question))

    def pause(self, id: str, actor: Actor, cause: int | None = None, until: datetime | None = None) -> Item:
        """Keep an item from starting."""
        return self._do(id, lambda c: act.pause(self.services, c, id, actor, cause, until))

    def resume(self, id: str, actor: Actor, cause: int | None = None) -> Item:
        """Take a pause off an item."""
        return self._do(id, lambda c: act.resume(self.services, c, id, actor, cause))

    def hurry(self, id: str, actor: Actor, cause: int | None = None) -> Item:
        """Wait for no window, start time or back-off any more."""
        return self._do(id, lambda c: act.drop_time(self.services, c, id, actor, cause))

    def prioritise(self, id: str, priority: Priority, actor: Actor, cause: int | None = None) -> Item:
        """Change an item's priority."""
        return self._do(id, lambda c: act.prioritise(self.services, c, id, priority, actor, cause))

    def choose(self, id: str, operation: str, input: dict[str, Any], actor: Actor, cause: int | None = None) -> Item:
        """Say which operation does an item."""
        return self._do(id, lambda c: act.choose(self.services, c, id, operation, input, actor, cause))

    def cancel(self, id: str, actor: Actor, cause: int | None = None) -> Item:
        """Cancel an item; if it runs, its children die and it starts no further step."""
        before: list[Any] = []
        item = self._do(id, lambda c: before.append(act.cancel(self.services, c, id, actor, cause)))
        if self.node and before[-1].state == State.RUNNING:
            self.node.end(id, before[-1].attempt, "It was cancelled.")
        return item

    def retry(self, id: str, actor: Actor, cause: int | None = None, from_step: int | None = None) -> Item:
        """Run an item again, from the first step that did not finish, or from ``from_step``."""
        steps = {} if from_step is None else {s.number: s.name for s in self.steps(id) if not s.is_for_replay}
        if from_step is not None and from_step not in steps:
            told = ", ".join(f"{number} {name}" for number, name in steps.items()) or "none is recorded"
            fix = "Name one of these, or none: then it goes on from the first that did not finish."
            raise Invalid(f"Step {from_step} is not one of its steps: {told}.", fix=fix)

        def again(connection: Connection) -> None:
            act.retry(self.services, connection, id, actor, cause)
            changes.keep_restart(connection, id, from_step)

        return self._do(id, again)

    def _do(self, id: str, action: Callable[[Connection], Any]) -> Item:
        everything = self.everything_hold()

        def done(connection: Connection) -> Item | None:
            action(connection)
            return store.item(connection, id, everything)

        item = in_turn(self.services.database, done)
        assert item is not None
        self.wake()
        return item
