"""Which servers there are and what each has: asked now and then, in threads, never on the event loop."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from hydra_lab.kernel.capabilities import LoadedModel, Model, ModelBackend, ModelServer
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.services import Services

FRESH_S = 20.0  # how long a look stays good
AGAIN_S = 2.0  # at most so often a look is taken because a model is not known
NEED = "model_backend"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One server as it was seen last. ``models`` is ``None`` while it has never answered."""

    server: ModelServer
    models: tuple[Model, ...] | None = None
    loaded: tuple[LoadedModel, ...] | None = None
    problem: str | None = None

    def has(self, model: str) -> bool:
        """Whether it has a model."""
        return any(one.name == model for one in self.models or ())

    def model(self, name: str) -> Model | None:
        """What it tells of a model."""
        return next((one for one in self.models or () if one.name == name), None)

    def is_loaded(self, model: str) -> bool:
        """Whether a model was in memory; a server that loads nothing when asked has what it has."""
        if not self.server.loads and not self.server.swaps:
            return True
        return any(one.name == model for one in self.loaded or ())


class Catalogue:
    """Every server's models, from memory."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._seen: dict[str, Seen] = {}
        self._looked: float | None = None
        self._looking: asyncio.Future[None] | None = None
        self._changed = True
        services.integrations.on_change(self._integration_changed)

    def _integration_changed(self, need: str) -> None:
        if need == NEED:
            self._changed = True

    def known(self) -> list[Seen]:
        """What is known now."""
        return list(self._seen.values())

    def seen(self, server: str) -> Seen | None:
        """One server."""
        return self._seen.get(server)

    def look_at_first(self) -> None:
        """Ask every server where nothing is known yet; blocks."""
        if self._changed or self._looked is None:
            self.look_now()

    async def look(self, *, for_model: str | None = None) -> list[Seen]:
        """Every server, looked at again when the last look is old or does not know ``for_model``."""
        now = time.monotonic()
        age = None if self._looked is None else now - self._looked
        if self._changed or age is None:
            await asyncio.to_thread(self.look_now)
        elif age > FRESH_S:
            self._look_aside()
        elif for_model is not None and age > AGAIN_S and not any(one.has(for_model) for one in self._seen.values()):
            await asyncio.to_thread(self.look_now)
        return self.known()

    def _look_aside(self) -> None:
        """Look in a thread, once at a time; what is known serves meanwhile."""
        if self._lock.locked():
            return
        self._looked = time.monotonic()
        threading.Thread(target=self.look_now, name="gateway-look", daemon=True).start()

    def look_now(self) -> None:
        """Ask every server what it has. One that does not answer keeps what it had, and is said to have a problem."""
        came = time.monotonic()
        with self._lock:
            if self._looked is not None and self._looked > came and not self._changed:
                return  # who waited for another's look takes that one's
            self._changed = False
            backends = self._services.integrations.capabilities(ModelBackend).values()
            servers: Sequence[ModelServer] = [one for backend in backends for one in backend.servers()]
            self._seen = {one.id: self._asked(one) for one in servers}
            self._looked = time.monotonic()

    def look_at(self, id: str) -> Seen | None:
        """Ask one server again: its model was changed."""
        with self._lock:
            before = self._seen.get(id)
            if before is not None:
                self._seen = {**self._seen, id: self._asked(before.server)}
            return self._seen.get(id)

    def _asked(self, server: ModelServer) -> Seen:
        before = self._seen.get(server.id)
        try:
            loaded = server.loaded()
            return Seen(server=server, models=tuple(server.models()), loaded=None if loaded is None else tuple(loaded))
        except HydraError as error:
            had = before.models if before else None
            return Seen(server=server, models=had, loaded=before.loaded if before else None, problem=error.detail)
