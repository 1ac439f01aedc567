"""Belonging to the nodes that share a database: a heartbeat, a leader, and taking back the work of the dead."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.nodes import store as nodes
from hydra_lab.kernel.work.nodes.store import Boot

log = structlog.get_logger()

BEAT_S = 2.0
SILENT_FOR = timedelta(seconds=8)
LEASE = timedelta(seconds=8)
REMEMBERED = timedelta(days=7)


class Membership:
    """One boot among others. ``alone`` says that no other process shares the database: every other boot is dead."""

    def __init__(self, services: Services, *, boot: str, name: str, alone: bool) -> None:
        self._services = services
        self._boot = boot
        self._name = name
        self._alone = alone
        self._beaten = services.clock.monotonic()  # when this process last knew that it was not silent itself
        self._trusts_from = self._beaten  # from when on it may call others silent

    def join(self, *, pid: int, lanes: list[str], is_running: Callable[[int], bool]) -> list[Boot]:
        """Announce this boot; returns those it declared dead: an earlier one of this node, or where alone all."""
        with self._services.database.begin() as connection:
            now = nodes.time(connection) or self._services.clock.now()
            replaced = [
                one
                for one in nodes.living(connection)
                if self._alone or (one.node == self._name and (one.pid == pid or not is_running(one.pid)))
            ]
            for one in replaced:
                nodes.end(connection, one.id, now)
            boot = Boot(
                id=self._boot, node=self._name, lanes=lanes, pid=pid, sessions=self._services.database.name,
                started_at=now, beat_at=now, ended_at=None,
            )  # fmt: skip
            nodes.begin(connection, boot)
        self._fence(replaced)
        return replaced

    def leave(self) -> None:
        """Say that this boot ended in order."""
        with self._services.database.begin() as connection:
            nodes.end(connection, self._boot, nodes.time(connection) or self._services.clock.now())
            nodes.drop_lease(connection, self._boot)

    def beat(self) -> tuple[bool, bool, list[Boot]]:
        """Say that this process lives: ``(still belongs, leads, boots now known to be dead)``.

        Where it is alone nobody asks, so nothing is written. Who was silent itself gives the others time to beat
        before it calls them silent: after the database was away for all, nobody is dead.
        """
        if self._alone:
            return True, True, []
        at = self._services.clock.monotonic()
        if at - self._beaten > SILENT_FOR.total_seconds() / 2:
            self._trusts_from = at + SILENT_FOR.total_seconds()
        with self._services.database.begin() as connection:
            now = nodes.time(connection) or self._services.clock.now()
            if not nodes.beat(connection, self._boot, now):
                return False, False, []
            silent = nodes.silent(connection, now - SILENT_FOR, self._boot) if at >= self._trusts_from else []
            lost = [one for one in silent if nodes.end(connection, one.id, now)]
            leads = nodes.lead(connection, "leader", self._boot, now, LEASE)
            if leads:
                nodes.forget_ended(connection, now - REMEMBERED)
        self._beaten = self._services.clock.monotonic()
        for one in lost:
            log.warning("node.lost", node=one.node, boot=one.id)
        self._fence(lost)
        return True, leads, lost

    def _fence(self, lost: list[Boot]) -> None:
        """See to it that boots that were given up hold nothing in the database any more."""
        for one in lost:
            with self._services.database.read() as connection:
                nodes.end_sessions(connection, one.sessions)

    def take_back(self) -> list[tuple[str, int]]:
        """Make running work of dead boots ready again; returns the attempts that were lost.

        It goes on from its last finished step, wherever a lane has room. It is no failure of the work, so it uses up
        no try.
        """
        with self._services.database.read() as connection:
            orphans = store.orphans(connection)
        return [(row.id, row.attempt) for row in orphans if self.make_ready(row)]

    def make_ready(self, row: store.Orphan) -> bool:
        """Have one running item run again; ``False`` when it ended meanwhile, or another node was quicker."""
        with self._services.database.begin() as connection:
            if not changes.requeue(connection, row.id, row.attempt):
                return False
            self._services.journal.write(
                connection, "items.recovered", actor=HYDRA, item=row.id, subject=row.title, cause=row.cause,
                data={"operation": row.operation, "attempt": row.attempt, "node": self._name},
            )  # fmt: skip
        return True
