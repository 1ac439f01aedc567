"""Pausing tiers and lanes, and stopping and restarting everything that runs."""

from datetime import datetime
from typing import TYPE_CHECKING

from hydra_lab.kernel.errors import Conflict
from hydra_lab.kernel.policy.model import HYDRA, Actor
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.due import store as waits
from hydra_lab.kernel.work.model import Hold, HoldKind, NewHold, State

if TYPE_CHECKING:
    from hydra_lab.kernel.services import Services
    from hydra_lab.kernel.work.nodes.node import Node

STOPPED = "emergency-stop"


class Parts:
    """The half of ``Work`` that acts on many items at once."""

    services: "Services"
    node: "Node | None"

    def wake(self) -> None:
        """Have the releaser look again now."""
        if self.node:
            self.node.releaser.wake()

    def pauses(self) -> tuple[list[tuple[str, str, Hold]], int]:
        """Paused tiers and lanes, and how many items run."""
        with self.services.database.read() as connection:
            return store.pause_holds(connection), len(store.running(connection))

    def pause_part(
        self,
        scope: str,
        value: str,
        actor: Actor,
        cause: int | None,
        *,
        until: datetime | None,
        reason: str | None,
    ) -> None:
        """Pause a tier or a lane."""
        with self.services.database.begin() as connection:
            changes.put_pause(connection, scope, value, self.services.clock.now(), until, reason)
            data = {"until": until.isoformat() if until else None, "reason": reason}
            self.services.journal.write(
                connection, "control.paused", actor=actor, subject=f"{scope} {value}", cause=cause, data=data
            )

    def resume_part(self, scope: str, value: str, actor: Actor, cause: int | None) -> None:
        """Resume a tier or a lane. Raises ``Conflict`` if it was not paused."""
        with self.services.database.begin() as connection:
            if not changes.drop_pause(connection, scope, value):
                raise Conflict(
                    f"{scope.capitalize()} {value} is not paused.", fix="`hydra control show` says what is paused."
                )
            self.services.journal.write(
                connection, "control.resumed", actor=actor, subject=f"{scope} {value}", cause=cause
            )
        self.wake()

    def stop_running(self, actor: Actor, cause: int | None, reason: str | None) -> None:
        """End everything that runs and hold it at its last finished step."""
        hold = NewHold(
            kind=HoldKind.PAUSED, ref=STOPPED,
            detail="The emergency stop ended it" + (f": {reason}" if reason else "."),
            unblock="Resume Hydra; it goes on from its last finished step.",
        )  # fmt: skip
        with self.services.database.begin() as connection:
            rows = store.running(connection)
            for row in rows:
                changes.mark_held(connection, row.id, from_=(State.RUNNING,), attempt=row.attempt, owner=None)
                changes.put_hold(connection, row.id, hold, self.services.clock.now())
                self.services.journal.write(
                    connection, "items.stopped", actor=actor, item=row.id, subject=row.title, cause=cause,
                    data={"operation": row.operation, "attempt": row.attempt},
                )  # fmt: skip
        if self.node:
            for row in rows:
                self.node.end(row.id, row.attempt, "The emergency stop ended it.")

    def restart_stopped(self, actor: Actor = HYDRA) -> None:
        """Take the emergency stop's hold off what it ended."""
        with self.services.database.begin() as connection:
            held = [row.item for row in waits.holds_on(connection, HoldKind.PAUSED, STOPPED)]
            changes.drop_holds(connection, held, HoldKind.PAUSED, STOPPED)
            released = changes.release_unheld(connection, held, self.services.clock.now())
            if released:
                data = {"items": len(released)}
                self.services.journal.write(connection, "control.restarted", actor=actor, data=data)
        self.wake()
