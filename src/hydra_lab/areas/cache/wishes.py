"""What the owner set, from memory: read again when it was changed here, and now and then for what others changed."""

from __future__ import annotations

import threading
import time

import structlog

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.model import Settings
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
SETTINGS = "settings"
FRESH_S = 5.0  # how soon what another node set counts here


class Wishes:
    """The owner's wishes in this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._settings: Settings | None = None
        self._read_at = 0.0
        self._reading = False

    def is_on(self, model: str, key: str) -> bool:
        """Whether a request is for the cache, or to be recorded, from memory."""
        if self._settings is None:
            self._read_quietly()  # once for each process
        elif time.monotonic() - self._read_at > FRESH_S:
            self._read_aside()
        settings = self._settings
        if settings is None:
            return False
        return settings.rule(model, key) is not None or settings.is_recorded(model, key)

    def known(self) -> Settings:
        """As they were last read."""
        return self._settings or self.read()

    def changed(self) -> None:
        """They were changed here."""
        self.read()

    def read(self) -> Settings:
        """Read them."""
        with self._services.database.read() as connection:
            settings = Settings.model_validate(store.document(connection, SETTINGS) or {})
        self._settings, self._read_at = settings, time.monotonic()
        return settings

    def _read_aside(self) -> None:
        """In a thread, once at a time; what is known serves meanwhile."""
        if not self._reading:
            self._reading, self._read_at = True, time.monotonic()
            threading.Thread(target=self._read_quietly, name="cache-settings", daemon=True).start()

    def _read_quietly(self) -> None:
        try:
            self.read()
        except Exception as error:  # a database that is gone for a while: what is known serves on
            log.warning("cache.settings_unread", error=repr(error))
        finally:
            self._reading = False
