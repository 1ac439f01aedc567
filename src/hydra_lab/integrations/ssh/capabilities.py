"""SSH as what measures machines, knows their cards, and runs programs there."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from hydra_lab.integrations.ssh import nvidia
from hydra_lab.integrations.ssh.client import SshClient
from hydra_lab.integrations.ssh.reading import DISKS, DISKS_WITHOUT_LOCAL, LOOK, cpu_seconds, reading
from hydra_lab.integrations.ssh.settings import SshSettings
from hydra_lab.kernel import local
from hydra_lab.kernel.capabilities.commands import HostCommand
from hydra_lab.kernel.capabilities.hosts import Gpu, NodeReading, Ran
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.http import HttpClient

FIRST_S = 0.25  # between the two looks of the first time


class Reached:
    """What the three abilities share: the nodes, and how to run something there."""

    def __init__(self, settings: SshSettings, http: HttpClient) -> None:
        self._client = SshClient(settings, http.timeout_s)
        self._connections = settings.connections
        self._patience_s = http.timeout_s

    def nodes(self) -> list[str]:
        """The nodes, by name."""
        return sorted(self._client.settings.nodes)


class SshShell(Reached):
    """Runs programs."""

    def run(
        self,
        node: str,
        command: HostCommand,
        timeout_s: float,
        *,
        stdin: bytes | None = None,
        told: Callable[[str], None] | None = None,
    ) -> Ran:
        """Run a program to its end."""
        return self._client.run(node, command, timeout_s, stdin, told)


class SshMeter(Reached):
    """Measures nodes."""

    def read(self, node: str) -> NodeReading:
        """How a node is now."""
        at = datetime.now(UTC)
        if self._client.machine(node).is_local:
            return local.reading(node, at)
        kept = self._connections.of(node)
        files = self._client.run(node, LOOK, self._patience_s)
        if kept.cpu is None:  # the processor's use is that between two looks
            kept.cpu = cpu_seconds(files.stdout)
            time.sleep(FIRST_S)
            files = self._client.run(node, LOOK, self._patience_s)
        disks = self._client.run(node, DISKS, self._patience_s)
        if disks.exit_code and not disks.stdout.strip():
            disks = self._client.run(node, DISKS_WITHOUT_LOCAL, self._patience_s)
        found = reading(node, at, files.stdout, disks.stdout, kept.cpu)
        kept.cpu = cpu_seconds(files.stdout)
        return found


class SshGpus(Reached):
    """Knows cards, and sets their limits."""

    def gpus(self, node: str | None = None) -> list[Gpu]:
        """The cards of a node, or of all nodes."""
        if node is not None:
            return self._cards(node)
        with ThreadPoolExecutor(max_workers=16, thread_name_prefix="gpus") as pool:
            return [one for found in pool.map(self._cards, self.nodes()) for one in found]

    def set_power_limit(self, node: str, uuid: str, watts: float) -> Gpu:
        """Set a card's limit and read it back."""
        before = self._card(node, uuid)
        nvidia.within(before, watts)
        nvidia.taken(before, self._client.run(node, nvidia.LIMIT.of(uuid=uuid, watts=watts), self._patience_s))
        return nvidia.took(self._card(node, uuid), watts)

    def _card(self, node: str, uuid: str) -> Gpu:
        found = next((one for one in self._cards(node) if one.uuid == uuid), None)
        if found is None:
            raise NotFound(f"{node} has no card {uuid}.", fix=f"`nvidia-smi -L` on {node} lists them.", node=node)
        return found

    def _cards(self, node: str) -> list[Gpu]:
        at, is_local = datetime.now(UTC), self._client.machine(node).is_local
        if is_local and (found := local.cards(node, at)) is not None:
            return list(found)
        ran = self._client.run(node, nvidia.QUERY, self._patience_s)
        return list(nvidia.cards(node, ran, at, "nvidia-smi" if is_local else "nvidia-smi over SSH"))
