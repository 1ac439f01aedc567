"""Following who is at home: one thread for each source, joined again whenever it is lost."""

import time
from contextlib import closing
from datetime import datetime

import structlog
from sqlalchemy import Connection

from hydra_lab.areas.presence import store
from hydra_lab.kernel.capabilities import PresenceSource, Sighting
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.process.kept import Kept, keep_each

log = structlog.get_logger()
QUIET_S = 10.0
AGAIN_S, LATEST_S = 1.0, 15.0  # the pause before a source is joined again doubles from the first to the second
NEED = "presence_source"


class Follower(Kept):
    """Follows one source. ``want`` keeps it going; without it, it ends."""

    def __init__(self, ctx: Context, source: str) -> None:
        super().__init__(ctx, source, name=f"presence-{source}")
        self.source = source

    def run(self) -> None:
        """Follow, and join again whenever the source is lost."""
        pause_s = AGAIN_S
        while self.wanted:
            source = self.ctx.services.integrations.capabilities(PresenceSource).get(self.source)
            if source is None:
                return
            begun = time.monotonic()
            try:
                self._follow(source)
                pause_s = AGAIN_S
            except Exception as error:  # whatever it is, it must not be silence
                detail = error.detail if isinstance(error, HydraError) else f"Following failed: {error!r}."
                self._lost(detail)
                pause_s = AGAIN_S if time.monotonic() - begun > LATEST_S else min(pause_s * 2, LATEST_S)
                time.sleep(pause_s)

    def _follow(self, source: PresenceSource) -> None:
        """Until it is lost, or its settings are others."""
        integrations = self.ctx.services.integrations
        settings = integrations.settings_of(self.source)
        at_first: list[Sighting] | None = []
        with closing(source.follow(QUIET_S)) as told:  # type: ignore[type-var]
            for one in told:
                if at_first is None:
                    self._alive() if one is None else self._changed(one)
                elif one is None:
                    self._joined(at_first)
                    at_first = None
                else:
                    at_first.append(one)
                if not self.wanted or not integrations.configured(self.source):
                    return
                if integrations.settings_of(self.source) != settings:
                    return

    def _joined(self, told: list[Sighting]) -> None:
        """Everything was told: keep it, and forget what is no more."""
        now = self.ctx.clock.now()
        with self.ctx.begin() as connection:
            for id in store.last_told(connection, self.source).keys() - {one.id for one in told}:
                store.forget_seen(connection, self.source, id)
            for one in told:
                self._keep(connection, one, now)
            before = next((one for one in store.all_sources(connection, now) if one.name == self.source), None)
            store.put_source(connection, self.source, told_at=now)
            if before and before.lost_at:
                after_s = round((now - before.lost_at).total_seconds())
                self.ctx.emit(connection, "presence.source_back", subject=self.source, data={"after_s": after_s})

    def _changed(self, one: Sighting) -> None:
        now = self.ctx.clock.now()
        with self.ctx.begin() as connection:
            self._keep(connection, one, now)
            store.still_there(connection, self.source, now)

    def _alive(self) -> None:
        with self.ctx.begin() as connection:
            store.still_there(connection, self.source, self.ctx.clock.now())

    def _lost(self, detail: str) -> None:
        """Say once that the source is lost."""
        try:
            with self.ctx.begin() as connection:
                now = self.ctx.clock.now()
                before = next((one for one in store.all_sources(connection, now) if one.name == self.source), None)
                since, told_at = (before.lost_at, before.told_at) if before else (None, None)
                store.put_source(connection, self.source, told_at=told_at, lost_at=since or now, detail=detail[:500])
                if since is None:
                    data = {"detail": detail[:500]}
                    self.ctx.emit(connection, "presence.source_lost", subject=self.source, data=data)
        except Exception as error:  # it is tried again, and is not fresh meanwhile
            log.warning("presence.not_kept", source=self.source, error=repr(error))

    def _keep(self, connection: Connection, one: Sighting, now: datetime) -> None:
        """Keep what was told, and journal what is other than before."""
        before = store.last_told(connection, self.source).get(one.id)
        if before is None or before.value != one.value or before.name != one.name:
            since = before.since if before and before.value == one.value else min(one.since or now, now)
            store.put_seen(connection, self.source, one, since)
        elif one.since and before.since < one.since <= now:
            store.put_seen(connection, self.source, one, one.since)
        if before is not None and before.value != one.value:
            data = {"name": one.name, "value": one.value, "before": before.value, "source": self.source}
            self.ctx.emit(connection, event_of(one, before.value), subject=one.id, data=data)


def event_of(one: Sighting, before: str | None) -> str:
    """What it is called that somebody or something changed."""
    if one.id.startswith("person.") and None not in (one.value, before):
        if one.value == "home":
            return "presence.arrived"
        if before == "home":
            return "presence.left"
    return "presence.seen"


def keep_following(ctx: Context) -> None:
    """Have exactly one thread follow each source that is configured."""
    names = {one.name for one in ctx.services.integrations.configured(NEED)}
    keep_each(ctx, Follower, Follower, names)
    with ctx.read() as connection:
        there = {one.name for one in store.all_sources(connection, ctx.clock.now())}
    if there - names:
        with ctx.begin() as connection:
            store.forget_sources(connection, names)
