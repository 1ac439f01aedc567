"""A small Hydra beside stand-in model servers that share one card, whose memory is measured."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from hydra_lab.areas.models import AREA
from hydra_lab.integrations.ollama import INTEGRATION as OLLAMA
from hydra_lab.integrations.openai_compatible import INTEGRATION as OTHERS
from hydra_lab.integrations.tabbyapi import INTEGRATION as TABBYAPI
from hydra_lab.kernel.capabilities import Gpu as Card
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration, IntegrationSettings, Probe
from tests.lab import Lab
from tests.peers.model_servers.gpu import Gpu
from tests.peers.model_servers.ollama import OllamaPeer
from tests.peers.model_servers.serving_models import Weights
from tests.peers.model_servers.tabbyapi import TabbyapiPeer

KEY = "admin-key"


class Measured:
    """Tells of one card of the node ``atlas``."""

    def __init__(self, gpu: Gpu) -> None:
        self.gpu = gpu
        self.broken = False

    def nodes(self) -> list[str]:
        """The one."""
        return ["atlas"]

    def gpus(self, node: str | None = None) -> list[Card]:
        """The card, with its memory as it is counted; without it where the driver tells nothing."""
        used = None if self.broken else self.gpu.used_gib
        return [
            Card(node="atlas", index=0, uuid="GPU-1", name="A", memory_used_gib=used, at=datetime.now(UTC),
                 memory_total_gib=self.gpu.total_gib, source="nvidia-smi")
        ]  # fmt: skip

    def set_power_limit(self, node: str, uuid: str, watts: float) -> Card:
        """Nothing here sets limits."""
        raise AssertionError


@pytest.fixture
def gpu() -> Gpu:
    """A card of 24 GiB."""
    return Gpu(24)


@pytest.fixture
def meter(gpu: Gpu) -> Measured:
    """What measures it."""
    return Measured(gpu)


@pytest.fixture
def tabby(gpu: Gpu) -> Iterator[TabbyapiPeer]:
    """A TabbyAPI with ``old`` loaded, on the card."""
    models = (Weights(name="old", gib=14), Weights(name="new", gib=20), Weights(name="broken", gib=4, fails="bad file"))
    with TabbyapiPeer(*models, gpu=gpu, key=KEY, loaded="old") as one:
        yield one


@pytest.fixture
def ollama() -> Iterator[OllamaPeer]:
    """An Ollama on a machine of its own, of which nothing is measured."""
    models = (Weights(name="a:1b", gib=2), Weights(name="b:1b", gib=3), Weights(name="huge:70b", gib=40))
    with OllamaPeer(*models, gpu=Gpu(24)) as one:
        yield one


@pytest.fixture
def house(make_lab: Callable[..., Lab], tabby: TabbyapiPeer, ollama: OllamaPeer, meter: Measured) -> Lab:
    """A Hydra with both, that measures the card."""
    cards = Integration(
        name="cards", title="Cards", what="Measures.", settings=IntegrationSettings, probe=probe, secret_name="a card",
        how_to="Buy one.", reference="https://example.org", provides={"gpu_host": lambda settings, http: meter},
    )  # fmt: skip
    environ = {
        "HYDRA_TABBYAPI__URL": tabby.url, "HYDRA_TABBYAPI__KEY": KEY, "HYDRA_TABBYAPI__NODE": "atlas",
        "HYDRA_TABBYAPI__GPUS": "0", "HYDRA_OLLAMA__URL": ollama.url,
    }  # fmt: skip
    lab = make_lab(areas=[AREA], integrations=[OLLAMA, OTHERS, TABBYAPI, cards], environ=environ)
    lab.services.http = HttpClient(timeout_s=10)
    return lab


def probe(settings: IntegrationSettings, http: HttpClient) -> Probe:
    """It is always there."""
    return Probe(detail="it is there")
