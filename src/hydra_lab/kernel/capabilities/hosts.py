"""The lab's machines as areas know them: what was measured of them and their graphics cards, and running a program.

A node is named as in the settings (``[nodes.NAME]``). Whatever asks one raises ``NotFound`` for an unknown name,
``Denied`` where the node does not let Hydra in or is not known to be the one it was, ``Unavailable`` where it does not
answer in time, and ``Refused`` for an answer that makes no sense; each names the node.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from hydra_lab.kernel.capabilities.commands import HostCommand


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """A graphics card as it was when measured. What its driver does not tell is ``None``.

    ``power_limit_w`` is the limit in force; ``power_min_w`` and ``power_max_w`` are the card's own bounds for it.
    ``source`` is ``nvidia-smi over SSH``, ``nvidia-smi``, ``NVML`` or ``Prometheus``.
    """

    node: str
    index: int
    uuid: str
    name: str
    utilisation_percent: float | None = None
    memory_used_gib: float | None = None
    memory_total_gib: float | None = None
    temperature_c: float | None = None
    power_w: float | None = None
    power_limit_w: float | None = None
    power_default_w: float | None = None
    power_min_w: float | None = None
    power_max_w: float | None = None
    driver: str | None = None
    at: datetime
    source: str


@runtime_checkable
class GpuHost(Protocol):
    """Knows the graphics cards of nodes, and sets how much power they may draw."""

    def nodes(self) -> Sequence[str]:
        """The nodes that it reaches, by name; some may have no card."""

    def gpus(self, node: str | None = None) -> Sequence[Gpu]:
        """The cards of one node, in order of their index; none where it has no card or no driver.

        Without a node those of all nodes, which are asked at the same time: raises for the first that cannot be
        asked. Who wants what the others say asks each of ``nodes()`` by itself.
        """

    def set_power_limit(self, node: str, uuid: str, watts: float) -> Gpu:
        """Set a card's limit, and read the card back: what it gives is how the card is after.

        Raises ``Invalid`` outside of the card's own bounds or where those are unknown, ``NotFound`` for a card that is
        not there, ``Denied`` where Hydra may not (``sudo -n`` refuses), ``Refused`` where the card did not take it.
        """


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One measured number: when it was measured and by what (``SSH``, ``this machine``, ``Prometheus``)."""

    value: float
    at: datetime
    source: str


@dataclass(frozen=True, kw_only=True)
class FileSystem:
    """A file system of a node. ``free_bytes`` is what an ordinary user may still write."""

    mount: str
    device: str
    total_bytes: int
    free_bytes: int
    at: datetime
    source: str

    @property
    def used_percent(self) -> float:
        """How full it is, by what an ordinary user may write."""
        return 100 * (1 - self.free_bytes / self.total_bytes) if self.total_bytes else 0.0


@dataclass(frozen=True, kw_only=True)
class NodeReading:
    """A node as it was measured. What was not measured is ``None``.

    ``cpu_percent`` is of all cores together, over a moment or since the look before.
    """

    node: str
    cpu_percent: Figure | None = None
    cores: Figure | None = None
    load_1m: Figure | None = None
    load_5m: Figure | None = None
    load_15m: Figure | None = None
    memory_total_bytes: Figure | None = None
    memory_available_bytes: Figure | None = None
    uptime_s: Figure | None = None
    file_systems: tuple[FileSystem, ...] = ()


@runtime_checkable
class HostMeter(Protocol):
    """Measures nodes."""

    def nodes(self) -> Sequence[str]:
        """The nodes that it reaches, by name."""

    def read(self, node: str) -> NodeReading:
        """How a node is now."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A program that ran to its end. ``exit_code`` is 127 where there is no such program.

    Texts are as the program wrote them, bytes that are no UTF-8 replaced; of a very long one the end is kept, and
    ``truncated`` says so.
    """

    exit_code: int
    stdout: str
    stderr: str
    truncated: bool = False


@runtime_checkable
class HostShell(Protocol):
    """Runs programs on nodes."""

    def nodes(self) -> Sequence[str]:
        """The nodes that it reaches, by name."""

    def run(
        self,
        node: str,
        command: HostCommand,
        timeout_s: float,
        *,
        stdin: bytes | None = None,
        told: Callable[[str], None] | None = None,
    ) -> Ran:
        """Run a program to its end, whatever its exit code. ``told`` gets each line as it is written.

        Raises ``Unavailable`` when it takes longer than ``timeout_s``: it may then still run on the node.
        """
