"""What the tests of the broker share: a Hydra with an Ollama that stands in."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from hydra_lab.areas.broker import AREA
from hydra_lab.areas.broker.watching import Watch, servers_of
from hydra_lab.areas.models import AREA as MODELS
from hydra_lab.areas.models.looking import look
from hydra_lab.integrations.ollama import INTEGRATION as OLLAMA
from hydra_lab.kernel.gpus import ledger, store
from hydra_lab.kernel.gpus.model import Lease
from hydra_lab.kernel.journal.feed import Feed
from hydra_lab.kernel.work import Work
from hydra_lab.kernel.work.limits.migrations import MIGRATIONS as LIMITS
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK
from tests.kernel.gpus.cards import card
from tests.lab import OWNER, Lab
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.serving_models import Weights


class House(Lab):
    """A Hydra whose queue stands still, with one card of 24 GiB."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        rooms = {"work": WORK, "limits": LIMITS}
        super().__init__(*arguments, areas=[AREA, MODELS], integrations=[OLLAMA], rooms=rooms, **options)
        self.work = self.services.work = Work(self.services)
        self.services.feed = Feed(self.services.database, self.services.journal)
        self.watch = Watch(self.context())

    def look(self) -> None:
        """A look at the servers, and what follows from it."""
        look(self.context())
        self.watch.look()

    def measured(self, used: float) -> None:
        """A look at the card."""
        with self.services.database.begin() as connection:
            ledger.measured(connection, "tower", [replace(card(used=used), at=self.clock.now())])

    def leases(self) -> dict[str, Lease]:
        """Leases by model."""
        with self.services.database.read() as connection:
            return {one.model or one.title: one for one in store.all_leases(connection)}

    def unloads(self) -> list[str]:
        """The models that work is to unload, as far as it has not been done; it is done here and now."""
        found = []
        for state in ("queued", "held"):
            for item in self.work.page(limit=100, state=state)[0]:
                if item.operation == "models.unload":
                    [server] = [one for one in servers_of(self.context()) if one.id == item.input["server"]]
                    server.unload(item.input["model"])
                    self.work.cancel(item.id, OWNER)
                    found.append(item.title)
        return found


@pytest.fixture
def peer() -> Iterator[OllamaPeer]:
    """An Ollama with three models, two of them in memory."""
    models = Weights(name="llama", gib=10.0), Weights(name="qwen", gib=6.0), Weights(name="nomic", gib=0.5)
    with OllamaPeer(*models, gpu=Gpu(24.0)) as one:
        list(one.load("llama"))
        list(one.load("qwen"))
        yield one


@pytest.fixture
def house(data_dir: Any, database_url: str, peer: OllamaPeer) -> Iterator[House]:
    """The Hydra, with that Ollama on its card."""
    with ExitStack() as stack:
        one = House(data_dir, database_url=database_url)
        stack.callback(one.close)
        with one.services.database.begin() as connection:
            values = {"url": peer.url, "node": "tower", "gpus": [0]}
            one.services.integrations.configure(connection, "ollama", values, OWNER)
        one.measured(16.5)
        one.look()
        yield one
