"""What a running Hydra is made of, handed to every context: no globals, no singletons."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from hydra_lab.kernel.clock import Clock, Ids
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.inference.doors import Doors
from hydra_lab.kernel.journal import Journal
from hydra_lab.kernel.registry import Registry
from hydra_lab.kernel.secrets import Scrubber, SecretBox
from hydra_lab.kernel.secrets.sealed import Sealing

if TYPE_CHECKING:
    from hydra_lab.kernel.credentials import Credentials
    from hydra_lab.kernel.gate import Gate
    from hydra_lab.kernel.integrations import Integrations
    from hydra_lab.kernel.journal.feed import Feed
    from hydra_lab.kernel.policy import Policy
    from hydra_lab.kernel.settings import SettingsStore
    from hydra_lab.kernel.work import Work

T = TypeVar("T")


@dataclass(kw_only=True)
class Services:
    """Built once by ``app.py``. The late ones are set there, because they need the services themselves."""

    clock: Clock
    ids: Ids
    database: Database
    journal: Journal
    registry: Registry
    settings: SettingsStore
    credentials: Credentials
    http: HttpClient
    secrets: SecretBox
    scrubber: Scrubber
    doors: Doors = field(init=False)
    feed: Feed = field(init=False)
    policy: Policy = field(init=False)
    integrations: Integrations = field(init=False)
    gate: Gate = field(init=False)
    work: Work = field(init=False)
    _lasting: dict[type, Any] = field(default_factory=dict, init=False, repr=False)
    _making: threading.RLock = field(default_factory=threading.RLock, init=False, repr=False)

    def __post_init__(self) -> None:
        self.doors = Doors(self.database)

    def lasting(self, kind: type[T]) -> T:
        """What a room keeps as long as this process runs, such as who waits for what: made with ``kind(services)``
        when it is first asked for."""
        found = self._lasting.get(kind)
        if found is None:
            with self._making:
                found = self._lasting.get(kind)
                if found is None:
                    found = self._lasting[kind] = kind(self)  # type: ignore[call-arg]
        return found

    @property
    def sealing(self) -> Sealing:
        """What keeps the secrets of inputs."""
        return Sealing(self.secrets, self.scrubber)
