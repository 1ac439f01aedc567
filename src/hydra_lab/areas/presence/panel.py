"""Hydra in the home's own system: what is shown there, and what happens when somebody presses its switch."""

import time
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta

import structlog

from hydra_lab.areas.presence import store
from hydra_lab.kernel.capabilities import HomePanel, Tile
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.policy.model import Actor, ActorKind, Mode
from hydra_lab.kernel.process.kept import Kept, keep_each
from hydra_lab.kernel.work import HoldKind, measure

log = structlog.get_logger()
NEED = "home_panel"
LATEST_S = 15.0
OLDEST_S = 60.0
DAY = timedelta(hours=24)
Values = Mapping[str, str | int | bool | None]
TILES = (
    Tile(key="queued", title="Queued", kind="number", icon="mdi:tray-full", unit="items"),
    Tile(key="running", title="Running", kind="number", icon="mdi:progress-wrench", unit="items"),
    Tile(key="held", title="Held", kind="number", icon="mdi:pause-circle-outline", unit="items"),
    Tile(key="inbox", title="Waits for you", kind="number", icon="mdi:inbox", unit="items"),
    Tile(key="presence", title="Presence", kind="text", icon="mdi:home-account"),
    Tile(key="summary", title="Last 24 hours", kind="text", icon="mdi:text-box-outline"),
    Tile(key="pause", title="Pause", kind="switch", icon="mdi:pause"),
)


class Shower(Kept):
    """Shows Hydra at one place for as long as it is wanted."""

    def __init__(self, ctx: Context, place: str) -> None:
        super().__init__(ctx, place, name=f"presence-panel-{place}")
        self.place = place
        self._values: Values = {}
        self._stamp: object = None
        self._read_at = 0.0

    def run(self) -> None:
        """Show, and begin again whenever the connection is lost."""
        pause_s, failed = 1.0, False
        while self.wanted:
            panel = self.ctx.services.integrations.capabilities(HomePanel).get(self.place)
            if panel is None:
                return
            try:
                self._show(panel)
                pause_s, failed = 1.0, False
            except Exception as error:
                if not failed:
                    detail = error.detail if isinstance(error, HydraError) else repr(error)
                    log.warning("presence.panel_lost", place=self.place, error=detail)
                failed, pause_s = True, min(pause_s * 2, LATEST_S)
                time.sleep(pause_s)

    def _show(self, panel: HomePanel) -> None:
        integrations = self.ctx.services.integrations
        settings = integrations.settings_of(self.place)
        with closing(panel.show(TILES, self._fresh, self._switched)) as turns:  # type: ignore[type-var]
            for _ in turns:
                there = self.wanted and integrations.configured(self.place)
                if not there or integrations.settings_of(self.place) != settings:
                    return

    def _fresh(self) -> Values:
        """The values, counted anew where anything happened since, or a minute has passed."""
        with self.ctx.read() as connection:
            stamp = journal.newest_id(connection)
        if stamp != self._stamp or time.monotonic() - self._read_at > OLDEST_S:
            self._stamp, self._read_at, self._values = stamp, time.monotonic(), values(self.ctx)
        return self._values

    def _switched(self, key: str, on: bool) -> None:
        """A press is a call like any other: policy judges it, and what it refuses is noted."""
        self._stamp = None
        press(self.ctx, Actor(kind=ActorKind.HOOK, name=self.place, scopes=frozenset({"read", "write"})), on)


def press(ctx: Context, actor: Actor, on: bool) -> None:
    """Pause or resume all of Hydra, as who pressed the switch."""
    operation, input = ("control.pause", {"reason": "Its switch was pressed"}) if on else ("control.resume", {})
    try:
        ctx.services.gate.call(operation, input, actor=actor)
    except HydraError as error:
        log.info("presence.press_refused", actor=actor.name, error=error.detail)


def values(ctx: Context) -> Values:
    """What is shown now."""
    now = ctx.clock.now()
    mode = ctx.services.policy.mode().mode
    paused = mode in (Mode.PAUSED, Mode.STOPPED)
    with ctx.read() as connection:
        counts = measure.counts(connection, all_paused=paused)
        inbox = measure.held_for(connection, HoldKind.APPROVAL)
        state = store.standing(connection).state
        ended = store.ended_since(connection, now - DAY)
    said = [f"{number} {word}" for word, number in ended.items() if number]
    waits = f"{inbox} {'waits' if inbox == 1 else 'wait'} for you" if inbox else "nothing waits for you"
    summary = f"{', '.join(said) or 'Nothing ended'} in the last 24 hours; {waits}."
    return {
        "queued": counts["queued"], "running": counts["running"], "held": counts["held"], "inbox": inbox,
        "presence": state, "summary": summary, "pause": paused,
    }  # fmt: skip


def keep_showing(ctx: Context) -> None:
    """Have exactly one thread show Hydra at each place that is configured."""
    places = {one.name for one in ctx.services.integrations.configured(NEED)}
    keep_each(ctx, Shower, Shower, places)
