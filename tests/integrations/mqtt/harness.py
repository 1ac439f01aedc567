"""A broker as MQTT 5 describes it, well and failing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from hydra_lab.kernel.capabilities import Tile
from tests.integrations.faults import Fault
from tests.integrations.mqtt.broker import Broker, settings
from tests.server import free_port

PASSWORD = "correct-horse-battery-staple"
TILES = (
    Tile(key="queued", title="Queued", kind="number", icon="mdi:tray-full", unit="items"),
    Tile(key="summary", title="Summary", kind="text", icon="mdi:text"),
    Tile(key="pause", title="Pause", kind="switch", icon="mdi:pause"),
)


def told(presence: Any) -> None:
    """Everything that a source tells at first."""
    with closing(presence.follow(1)) as one:
        list(iter(one.__next__, None))


def shown(panel: Any) -> None:
    """One turn of a panel."""
    with closing(panel.show(TILES, lambda: {"queued": 1}, lambda key, on: None)) as one:
        next(one)


@dataclass(frozen=True, kw_only=True)
class BrokerHarness:
    """The stand-in, well or with a fault."""

    secret: str = PASSWORD
    probe_asks: bool = True
    calls: Mapping[str, Callable[[Any], Any]] = field(
        default_factory=lambda: {"presence_source": told, "home_panel": shown}
    )

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """Settings that lead to it."""
        if fault is Fault.GONE:
            yield settings(free_port(), PASSWORD)
            return
        with Broker(PASSWORD, fault) as broker:
            yield settings(broker.port, "wrong" if fault is Fault.DENIED else PASSWORD)


HARNESS = BrokerHarness()
