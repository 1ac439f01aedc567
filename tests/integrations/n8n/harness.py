"""n8n as seen: its public API with a key."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.integrations.faults import Fault
from tests.integrations.n8n.standin import KEY, lab
from tests.server import free_port


@dataclass(frozen=True, kw_only=True)
class N8nHarness:
    """The stand-in, well or with a fault."""

    secret: str = KEY
    probe_asks: bool = True
    calls: Mapping[str, Callable[[Any], Any]] = field(
        default_factory=lambda: {"workflow_host": lambda host: host.workflows()}
    )

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """Settings that lead to it."""
        if fault is Fault.GONE:
            yield {"url": f"http://127.0.0.1:{free_port()}", "api_key": KEY}
            return
        with lab(fault) as one:
            yield {"url": one.url, "api_key": "wrong-key-0" if fault is Fault.DENIED else KEY}


HARNESS = N8nHarness()
