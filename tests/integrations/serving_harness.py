"""The fault harness of model servers: a stand-in that asks for a key, well or failing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.integrations.faults import Fault
from tests.peers.model_servers.serving_models import ModelPeer, Weights
from tests.server import free_port

SECRET = "sk-model-server-5f0c2a"


def looked(backend: Any) -> None:
    """Ask each server for its models."""
    for one in backend.servers():
        assert [model.name for model in one.models()] == ["big", "small"]


@dataclass(frozen=True, kw_only=True)
class ModelHarness:
    """A stand-in of one kind."""

    kind: type[ModelPeer]
    secret: str = SECRET
    probe_asks: bool = True
    calls: Mapping[str, Callable[[Any], Any]] = field(default_factory=lambda: {"model_backend": looked})

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """The stand-in with a fault or none."""
        if fault is Fault.GONE:
            yield {"url": f"http://127.0.0.1:{free_port()}", "key": self.secret}
            return
        with self.kind(Weights(name="big"), Weights(name="small"), key=self.secret, fault=fault) as peer:
            yield {"url": peer.url, "key": "sk-wrong" if fault is Fault.DENIED else self.secret}
