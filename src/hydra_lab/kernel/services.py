"""What a running Hydra is made of, handed to every context: no globals, no singletons."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

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
    doors: Doors = field(default_factory=Doors)
    feed: Feed = field(init=False)
    policy: Policy = field(init=False)
    integrations: Integrations = field(init=False)
    gate: Gate = field(init=False)
    work: Work = field(init=False)

    @property
    def sealing(self) -> Sealing:
        """What keeps the secrets of inputs."""
        return Sealing(self.secrets, self.scrubber)
