"""Silences for as long as something runs: extended while it does, lapsing by themselves when nobody extends them."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from hydra_lab.integrations.alertmanager.client import AlertmanagerClient
from hydra_lab.kernel.capabilities import Alert, Matcher, NewSilence
from hydra_lab.kernel.errors import HydraError, NotFound

log = structlog.get_logger(__name__)

# A silence outlives a crash for no longer than this.
LASTS = timedelta(minutes=3)
EXTENDED_EVERY_S = 45.0


class Held:
    """A silence while a block runs. It is made when the block begins, which fails when it cannot be made.

    Should extending it fail later the block goes on, and ``problem`` says so.
    """

    def __init__(self, client: AlertmanagerClient, matchers: Sequence[Matcher], owner: str, reason: str) -> None:
        self.id = ""
        self.problem: str | None = None
        self._client = client
        self._asked = (tuple(matchers), owner, reason)
        self._begun = datetime.now(UTC)
        self._muted: dict[str, Alert] = {}
        self._over = threading.Event()
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._extend, name="held-silence", daemon=True)

    def __enter__(self) -> "Held":
        self._begun = datetime.now(UTC)
        self._put()
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        with self._turn:
            try:
                self._look()
                self._client.expire(self.id)
            except HydraError as error:
                self.problem = f"{error.detail} The silence ends by itself within {LASTS.seconds // 60} minutes."
                log.warning("silence.not_ended", silence=self.id, error=error.detail)

    def muted(self) -> list[Alert]:
        """The alerts that it has muted so far, by the time they began."""
        if not self._over.is_set():
            with self._turn:
                self._tried(self._look)
        return sorted(self._muted.values(), key=lambda one: one.starts_at)

    def _extend(self) -> None:
        while not self._over.wait(EXTENDED_EVERY_S):
            with self._turn:
                if not self._over.is_set():
                    self._tried(self._look)
                    self._tried(self._put)

    def _tried(self, work: Any) -> None:
        try:
            work()
            self.problem = None
        except HydraError as error:
            self.problem = error.detail
            log.warning("silence.not_extended", silence=self.id, error=error.detail)

    def _put(self) -> None:
        matchers, owner, reason = self._asked
        wanted = NewSilence(
            matchers=matchers, owner=owner, reason=reason, starts_at=self._begun, ends_at=datetime.now(UTC) + LASTS
        )
        try:
            self.id = self._client.put(wanted, self.id or None)
        except NotFound:  # it was forgotten meanwhile: another takes its place
            self.id = self._client.put(wanted, None)

    def _look(self) -> None:
        """Note the alerts that are silenced by it now."""
        for one in self._client.alerts(()):
            if self.id in one.status.silencedBy:
                self._muted[one.fingerprint] = one.alert
