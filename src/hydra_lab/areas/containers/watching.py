"""Looking after containers between what happens to them: probes, images that are well, starts that failed."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from hydra_lab.areas.containers import store
from hydra_lab.areas.containers.heal.remembering import remember
from hydra_lab.areas.containers.heal.wishes import asks_for_it
from hydra_lab.areas.containers.probes import store as probes
from hydra_lab.areas.containers.probes.asking import ask
from hydra_lab.areas.containers.probes.model import Answer, Probe, Probed, after, fresh, is_of, probe_of
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Invalid, NotFound
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.process.kept import Kept

log = structlog.get_logger()
TICK_S = 1.0
REMEMBER_S = 5.0
UNSTARTED_S = 3.0
YOUNG = timedelta(minutes=10)  # after so long what was made and not started is taken to be left so
AT_ONCE = 8
KEPT_S = 60.0  # how old what is kept of a probe that always finds the same may be


class Watcher(Kept):
    """Does each of these at its time. Of a host that is lost it does nothing: then it is the follower's to say so."""

    def __init__(self, ctx: Context, of: str = "") -> None:
        super().__init__(ctx, of, name="containers-watch")
        self._hosts: dict[str, int] = {}
        self._seen: dict[str, Container] = {}
        self._found: dict[str, Probed] = {}
        self._due: dict[str, float] = {}
        self._asked: dict[str, threading.Thread] = {}
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._last: dict[str, float] = {}
        self._failed: set[str] = set()

    def run(self) -> None:
        """Go on until nobody wants it."""
        with self.ctx.read() as connection:
            self._found = probes.all_found(connection)
        while self.wanted:
            try:
                if self._refreshed():
                    self._probe_due()
                    self._each("unstarted", UNSTARTED_S, self._look_at_unstarted)
                    self._each("remember", REMEMBER_S, lambda: remember(self.ctx, self._there().values(), self._found))
            except HydraError as error:
                log.info("containers.watching_waits", error=error.detail)
            except Exception as error:  # whatever it is, it must not be the end of watching
                log.warning("containers.watching_failed", error=repr(error))
            time.sleep(TICK_S)

    def _each(self, name: str, every_s: float, work: Callable[[], None]) -> None:
        if time.monotonic() - self._last.get(name, 0.0) >= every_s:
            self._last[name] = time.monotonic()
            work()

    def _refreshed(self) -> bool:
        """Know the containers as they were last seen; ``False`` while every host is lost, or was not looked at yet."""
        with self.ctx.read() as connection:
            turns = {node: one.turn for node, one in store.places(connection).items() if not one.lost_at}
            if turns != self._hosts:
                self._hosts, self._seen = turns, {one.name: one for one in store.all_seen(connection).values()}
        return bool(turns)

    def _there(self) -> dict[str, Container]:
        """The containers whose host answers, by name."""
        return {name: one for name, one in self._seen.items() if one.node in self._hosts}

    def _probe_due(self) -> None:
        with self.ctx.read() as connection:
            own = probes.set_probes(connection)
        for name in self._found.keys() - self._seen.keys():
            del self._found[name]
            with self.ctx.begin() as connection:
                probes.drop_found(connection, name)
        for name, one in self._there().items():
            try:
                probe = own.get(name) or probe_of(one.labels)
            except Invalid:  # the list of probes says so
                probe = None
            pending = self._asked.get(name)
            is_due = time.monotonic() >= self._due.get(name, 0.0) and not (pending and pending.is_alive())
            if probe and one.running and is_due:
                self._due[name] = time.monotonic() + probe.interval_s
                # A thread of its own, for which the end of the process does not wait.
                self._asked[name] = threading.Thread(target=self._probe, args=(one, probe), daemon=True)
                self._asked[name].start()

    def _probe(self, one: Container, probe: Probe) -> None:
        """Ask once and keep what came of it; the host's own trouble, or the database's, says nothing of a container."""
        try:
            with self._turns:
                answer = ask(self.ctx, probe, one)
            self._keep(one, probe, answer)
        except Exception as error:
            log.info("containers.probe_waits", container=one.name, error=repr(error))

    def _keep(self, one: Container, probe: Probe, answer: Answer) -> None:
        """Keep an answer, and journal a change for the better or worse."""
        now, known = self.ctx.services.clock.now(), self._found.get(one.name)
        before = known if known and is_of(known, one) else fresh(one, now)
        found = self._found[one.name] = after(before, probe, answer, one, now)
        is_news = known is not before or (found.health, found.detail) != (before.health, before.detail)
        if not is_news and time.monotonic() - self._last.get(one.name, 0.0) < KEPT_S:
            return
        with self.ctx.begin() as connection:
            probes.put_found(connection, one.name, found)
            if found.health != before.health:
                data = {"container": one.id, "image": one.image, "state": one.state, "health": found.health}
                told = {**data, "by": "probe", "detail": found.detail, "heals": asks_for_it(one.labels)}
                self.ctx.emit(connection, "containers.health_status", subject=one.name, data=told)
        self._last[one.name] = time.monotonic()

    def _look_at_unstarted(self) -> None:
        """See whether what was made and does not run could not be started: of that the host's events tell nothing."""
        now = self.ctx.services.clock.now()
        for one in self._there().values():
            young = one.created_at and now - one.created_at < YOUNG
            if one.state != "created" or not young or one.id in self._failed:
                continue
            try:
                there = self.ctx.capability(ContainerHost).container(one.id)
            except NotFound:
                continue
            if there.state == "created" and there.error:
                self._tell_failed(there, now)

    def _tell_failed(self, one: Container, now: datetime) -> None:
        """Journal that a container could not be started, once."""
        self._failed.add(one.id)
        data = {"container": one.id, "image": one.image, "state": one.state, "error": one.error}
        wanted = Filter(names=("containers.start_failed",), subject=one.name, since=one.created_at)
        with self.ctx.begin() as connection:
            if any(
                each.data.get("container") == one.id for each in journal.page(connection, wanted, before=None, limit=9)
            ):
                return
            store.put_seen(connection, [one], now)
            self.ctx.emit(connection, "containers.start_failed", subject=one.name, data=data)
        self._seen[one.name] = one
