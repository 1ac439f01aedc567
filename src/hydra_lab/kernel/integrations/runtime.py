"""Outside systems while Hydra runs: configured or not, answering or not, and who is told when that changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from sqlalchemy import Connection

from hydra_lab.kernel.database.connect import after_commit
from hydra_lab.kernel.errors import NotConfigured, NotReady
from hydra_lab.kernel.integration import Integration, IntegrationSettings
from hydra_lab.kernel.integrations import store
from hydra_lab.kernel.integrations.configured import Configured, machines
from hydra_lab.kernel.integrations.merge import field_states
from hydra_lab.kernel.integrations.model import FieldState, IntegrationState, Status
from hydra_lab.kernel.integrations.need import PART, capability_name, meets, missing, part_of, providers
from hydra_lab.kernel.integrations.probing import Seen, probed
from hydra_lab.kernel.policy.model import HYDRA, Actor

if TYPE_CHECKING:
    from hydra_lab.kernel.services import Services
    from hydra_lab.kernel.settings import Settings

T = TypeVar("T")
log = structlog.get_logger(__name__)

# A lost system is asked more often than its beat, so that what waits for it wakes soon after it is back.
LOST_BEAT_S = 15.0


class Integrations:
    """Every integration of this Hydra. A *need* is an integration's name or a capability's."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._all = services.registry.integrations
        self._configured = Configured(services)
        self._states: dict[str, IntegrationState] = {}
        self._tried: dict[str, float] = {}  # monotonic time of the last probe in this process
        self._listeners: list[Callable[[str], None]] = []
        self._turns = {name: threading.Lock() for name in self._all}
        self._machines = machines(services.settings.current)
        services.settings.subscribe(self._resettle)

    # What is known

    def state(self, name: str) -> IntegrationState:
        """An integration now, from memory. Raises ``NotFound``."""
        manifest, found = self._configured.manifest(name), self._configured.of(name)
        if found.settings is None:
            detail = f"needs {missing(name, [(manifest, found)])[0]}" if found.problems else None
            return IntegrationState(
                name=name, title=manifest.title, configured=False, status=Status.NOT_CONFIGURED, detail=detail
            )
        unknown = IntegrationState(name=name, title=manifest.title, configured=True, status=Status.UNKNOWN)
        return self._states.get(name, unknown)

    def states(self) -> list[IntegrationState]:
        """Every integration, by name."""
        return [self.state(name) for name in sorted(self._all)]

    def fields(self, name: str) -> list[FieldState]:
        """An integration's settings as its form shows them, without secrets."""
        return field_states(self._configured.manifest(name), self._configured.of(name))

    def settings_of(self, name: str) -> IntegrationSettings:
        """An integration's settings. Raises ``NotConfigured``, or ``NotFound`` for an unknown name."""
        self._configured.manifest(name)
        settings = self._configured.of(name).settings
        if settings is None:
            raise self._not_configured(name)
        return settings

    def ready(self, need: str) -> bool:
        """Whether a need is met now: configured, and the last probe was answered. From memory."""
        return any(meets(self.state(one.name), need) for one in providers(need, self._all))

    def check(self, need: str) -> bool:
        """Like ``ready``, but asked now: each configured system is probed until one answers."""
        return any(meets(self.probe(one.name), need) for one in self.configured(need))

    def configured(self, need: str) -> list[Integration]:
        """The configured integrations that satisfy a need, those that answer first."""
        found = [one for one in providers(need, self._all) if self._configured.of(one.name).settings is not None]
        return sorted(found, key=lambda one: not self.state(one.name).status.answers)

    def require(self, needs: Iterable[str]) -> None:
        """Raise ``NotConfigured`` naming the first need for which nothing is configured."""
        for need in needs:
            if not self.configured(need):
                raise self._not_configured(need)

    def requirement_sentence(self, need: str) -> tuple[str, str]:
        """Why a need is not met, and what would meet it: for a hold's ``detail`` and ``unblock``."""
        there = self.configured(need)
        if not there:
            noun, unblock = self._missing(need)
            return f"waits for {noun}", unblock
        state = self.state(there[0].name)
        if (part := part_of(need)) in state.lost_parts:
            said = state.lost_parts[part].rstrip(".")
            return f"waits for {state.title} on {part} to answer: {said}", "Hydra asks again by itself."
        said = f": {state.detail}" if state.detail and not state.status.answers else ""
        return (
            f"waits for {state.title} to answer{said}",
            f"Hydra asks again by itself; /ui/integrations/{state.name} shows more.",
        )

    def capability(self, protocol: type[T]) -> T:
        """What provides a capability. Raises ``NotConfigured`` naming what would."""
        name = capability_name(protocol)
        for one in self.configured(name):
            built: T = one.provides[name](self._configured.of(one.name).settings, self._services.http)
            return built
        raise self._not_configured(name)

    def capabilities(self, protocol: type[T]) -> dict[str, T]:
        """Everything that provides a capability, by its integration's name; empty where nothing is configured."""
        name, http = capability_name(protocol), self._services.http
        found = sorted(self.configured(name), key=lambda one: one.name)
        return {one.name: one.provides[name](self._configured.of(one.name).settings, http) for one in found}

    # What changes

    def configure(
        self,
        connection: Connection,
        name: str,
        values: Mapping[str, Any],
        actor: Actor,
        *,
        cause: int | None = None,
    ) -> None:
        """Keep settings, sealed; ``None`` takes one back, and an empty secret stays as it is.

        Once the transaction commits the integration is probed and listeners are told. Raises ``NotFound``, and
        ``Invalid`` that lists everything wrong.
        """
        changed = self._configured.put(connection, name, values, actor)
        self._services.journal.write(
            connection, "integrations.configured", actor=actor, subject=name, cause=cause, data={"fields": changed}
        )
        after_commit(connection, lambda: self._reconfigured(name))

    def on_change(self, callback: Callable[[str], None]) -> Callable[[], None]:
        """Have ``callback(need)`` run when an integration was configured, or begins or ceases to answer.

        It is called for the integration's name and for each capability it provides, outside of any transaction.
        Returns a function that stops it.
        """
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def probe(self, name: str) -> IntegrationState:
        """Ask the system now whether it answers, and keep what it said. Never raises for what the system does.

        Journals ``integrations.lost`` once when it stops answering and ``integrations.back`` once when it does again.
        """
        before = self.state(name)
        state = self._asked(self._configured.manifest(name))
        if state.status.answers != before.status.answers:
            self._tell(name)
        for part in before.lost_parts.keys() - state.lost_parts.keys():
            self._tell(name, part)
        return state

    def _asked(self, manifest: Integration) -> IntegrationState:
        """The state after one probe; who waited for another's probe that began meanwhile takes that one's."""
        name, came = manifest.name, self._services.clock.monotonic()
        with self._turns[name]:
            if self._tried.get(name, came) > came:
                return self.state(name)
            while (settings := self._configured.of(name).settings) is not None:
                begun = self._services.clock.monotonic()
                self._tried[name] = begun
                seen = probed(manifest, settings, self._services.http)
                latency_ms = (self._services.clock.monotonic() - begun) * 1000
                if self._configured.of(name).settings == settings:
                    self._keep(manifest, replace(seen, detail=self._services.scrubber.text(seen.detail)), latency_ms)
                    break
            return self.state(name)

    def beat(self) -> None:
        """Probe again whatever is due; to be called every few seconds, on every node. Returns at once.

        A configured system is asked every ``beat_s`` of its manifest, and more often while it is lost.
        """
        if not self._services.database.is_sqlite:
            for name in self._configured.changed_elsewhere():
                self._aside(self._reconfigured, name)
        for name in self._all:
            if self._due(name):
                self._tried[name] = self._services.clock.monotonic()
                self._aside(self.probe, name)

    def _aside(self, work: Callable[[str], object], name: str) -> None:
        """Wait for an outside system in a thread for which the end of the process does not wait."""
        threading.Thread(target=work, args=(name,), name=f"probe-{name}", daemon=True).start()

    def _due(self, name: str) -> bool:
        state = self.state(name)
        if not state.configured or name not in self._tried:
            return state.configured
        beat_s = self._all[name].beat_s
        pause_s = min(beat_s, LOST_BEAT_S) if state.status.lost or state.lost_parts else beat_s
        return self._services.clock.monotonic() - self._tried[name] >= pause_s

    def _resettle(self, settings: Settings) -> None:
        """Take up that the lab has other machines; probing them is done aside."""
        if (now := machines(settings)) != self._machines:
            self._machines = now
            self._configured.forget()
            for name in (one.name for one in self._all.values() if one.nodes):
                self._aside(self._reconfigured, name)

    def _reconfigured(self, name: str) -> None:
        self._configured.forget()
        self._states.pop(name, None)
        self._tried.pop(name, None)
        if self.state(name).configured:
            self._asked(self._all[name])
        else:
            with self._services.database.begin() as connection:
                store.forget_seen(connection, name)
        self._tell(name)

    def _keep(self, manifest: Integration, seen: Seen, latency_ms: float) -> None:
        """Keep what a probe saw, in memory and in the database, and journal a change for the better or worse."""
        name, now = manifest.name, self._services.clock.now()
        state = IntegrationState(
            name=name, title=manifest.title, configured=True, status=seen.status, detail=seen.detail,
            version=seen.version, checked_at=now, since=now, latency_ms=round(latency_ms, 1),
            lost_parts=seen.lost,
        )  # fmt: skip
        with suppress(NotReady), self._services.database.begin() as connection:  # a full disk stops no probe
            row = store.seen_of(connection, name)
            was = Status(row.status) if row else Status.UNKNOWN
            if row and was is seen.status:
                state = replace(state, since=row.since)
            self._journal(connection, state, was, now - row.since if row else None)
            store.put_seen(connection, state)
        self._states[name] = state

    def _journal(self, connection: Connection, state: IntegrationState, was: Status, lasted: timedelta | None) -> None:
        data: dict[str, Any]
        if state.status.lost and not was.lost:
            event, data = "integrations.lost", {"status": state.status.value, "detail": state.detail}
            log.warning("integration.lost", integration=state.name, detail=state.detail)
        elif state.status.answers and was.lost:
            seconds = round(lasted.total_seconds()) if lasted else None
            event, data = "integrations.back", {"status": state.status.value, "after_s": seconds}
            log.info("integration.back", integration=state.name, after_s=seconds)
        elif state.status.answers and was is Status.UNKNOWN:
            event, data = "integrations.connected", {"version": state.version}
        else:
            return
        self._services.journal.write(connection, event, actor=HYDRA, subject=state.name, data=data)

    def _not_configured(self, need: str) -> NotConfigured:
        noun, unblock = self._missing(need)
        return NotConfigured(f"This needs {noun}.", requirement=need, fix=unblock)

    def _missing(self, need: str) -> tuple[str, str]:
        return missing(need, [(one, self._configured.of(one.name)) for one in providers(need, self._all)])

    def _tell(self, name: str, part: str = "") -> None:
        for callback in list(self._listeners):
            for need in (name, *self._all[name].provides):
                callback(f"{need}{PART}{part}" if part else need)
