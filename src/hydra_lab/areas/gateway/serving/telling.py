"""What the journal hears of the gateway: refusals, budgets and fail-overs, each at most once a minute."""

from __future__ import annotations

import threading
import time
from typing import Any

import structlog

from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.policy.model import HYDRA, Actor
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
EVERY_S = 60.0
MOST = 1000


class Telling:
    """Writes to the journal from a thread, so that no request waits for it."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._told: dict[tuple[str, ...], float] = {}

    def failed_over(self, actor: Actor, model: str, server: str, following: str, error: HydraError) -> None:
        """A request went on to another server."""
        data = {"model": model, "server": server, "to": following, "detail": error.detail}
        self._tell("gateway.failed_over", server, (model, following), data, actor)

    def resting(self, server: str, detail: str) -> None:
        """A server is left alone for a while."""
        self._tell("gateway.server_rests", server, (), {"detail": detail})

    def back(self, server: str) -> None:
        """A server that was left alone answers again."""
        self._tell("gateway.server_back", server, (), {})

    def refused(self, key: str, model: str, why: str) -> None:
        """A key asked for what it may not."""
        self._tell("gateway.refused", key, (model,), {"model": model, "why": why})

    def spent(self, key: str, unit: str, most: int) -> None:
        """A key has used its share of the day."""
        self._tell("gateway.budget_spent", key, (unit,), {"unit": unit, "budget": most})

    def _tell(
        self, event: str, subject: str, more: tuple[str, ...], data: dict[str, Any], actor: Actor = HYDRA
    ) -> None:
        now, what = time.monotonic(), (event, subject, *more)
        with self._lock:
            if now - self._told.get(what, -EVERY_S) < EVERY_S:
                return
            if len(self._told) >= MOST:
                self._told.clear()
            self._told[what] = now
        threading.Thread(target=self._write, args=(event, subject, data, actor), daemon=True).start()

    def _write(self, event: str, subject: str, data: dict[str, Any], actor: Actor) -> None:
        try:
            with self._services.database.begin() as connection:
                self._services.journal.write(connection, event, actor=actor, subject=subject, data=data)
        except Exception as error:  # nobody waits for it
            log.warning("gateway.untold", event_name=event, error=repr(error))
