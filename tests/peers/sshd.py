"""A real OpenSSH server with a card under control: killed, hung, with another host key, or saying nonsense."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.peers.starting import absent, installed, peer

CARD = {
    "uuid": "GPU-5f2e8c1a-0d3b-4e6f-9a7c-1b2d3e4f5a6b", "name": "NVIDIA GeForce RTX 3090",
    "driver_version": "550.54.14",
    "utilization.gpu": 37, "memory.used": 8192, "memory.total": 24576, "temperature.gpu": 61, "power.draw": 120.5,
    "power.limit": 350.0, "power.default_limit": 350.0, "power.min_limit": 100.0, "power.max_limit": 400.0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Sshd:
    """A running server, and what is behind it."""

    folder: Path
    port: int
    user: str

    @property
    def node(self) -> dict[str, Any]:
        """The server as a node that was confirmed."""
        return {"address": "127.0.0.1", "port": self.port, "user": self.user, "key_file": str(self.key),
                "host_key": self.fingerprint}  # fmt: skip

    @property
    def key(self) -> Path:
        """The private key that it lets in."""
        return self.folder / "client_key"

    @property
    def fingerprint(self) -> str:
        """Its host key's fingerprint, as OpenSSH itself tells it."""
        told = subprocess.run(
            ["ssh-keygen", "-lf", self.folder / "host_key.pub"], capture_output=True, text=True, check=True
        )
        return told.stdout.split()[1]

    @property
    def pid(self) -> int:
        """The process that listens."""
        return int((self.folder / "sshd.pid").read_text())

    def set(self, *cards: dict[str, Any]) -> None:
        """Have these cards; each is ``CARD`` with other values."""
        (self.folder / "gpus.json").write_text(json.dumps([CARD | one for one in cards]))

    def cards(self) -> list[dict[str, Any]]:
        """The cards as they are."""
        found: list[dict[str, Any]] = json.loads((self.folder / "gpus.json").read_text())
        return found

    @contextmanager
    def being(self, what: str) -> Iterator[None]:
        """With a fault for the length of a block: ``fail``, ``garbage``, ``slow``, ``no-sudo``."""
        (self.folder / what).touch()
        try:
            yield
        finally:
            (self.folder / what).unlink()

    def calls(self) -> list[list[str]]:
        """What nvidia-smi was asked, in order."""
        return [json.loads(line) for line in (self.folder / "nvidia-smi.calls").read_text().splitlines()]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and to every session of it."""
        os.kill(self.pid, number)
        for pid in self.sessions():
            with suppress(ProcessLookupError):  # one that has just ended by itself
                os.kill(pid, number)

    def sessions(self) -> list[int]:
        """The processes of its sessions."""
        told = subprocess.run(["pgrep", "-f", f"sshd: {self.user}"], capture_output=True, text=True)
        return [int(one) for one in told.stdout.split()]

    def kill(self) -> None:
        """End the server and its sessions at once."""
        self.signal(signal.SIGKILL)

    @contextmanager
    def hung(self) -> Iterator[None]:
        """The server takes no notice of anything for the length of a block."""
        self.signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def start_again(self, *, with_another_key: bool = False) -> None:
        """Start the server that was killed; with another host key it is a stranger."""
        if with_another_key:
            for name in ("host_key", "host_key.pub"):
                (self.folder / name).unlink()
            make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / "host_key")]
            subprocess.run(make, check=True)
        command = ["/usr/sbin/sshd", "-D", "-e", "-f", str(self.folder / "sshd_config")]
        with (self.folder / "sshd.log").open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        (self.folder / "sshd.pid").write_text(str(process.pid))


@contextmanager
def running(*cards: dict[str, Any]) -> Iterator[Sshd]:
    """A server for the length of a block."""
    if os.geteuid() != 0 or not installed("/usr/sbin/sshd"):
        absent("An OpenSSH server", bring="apt install openssh-server, as root,")
    with peer("sshd.sh", GPUS=json.dumps([CARD | one for one in cards])) as values:
        yield Sshd(folder=Path(values["DIR"]), port=int(values["PORT"]), user=values["USER_NAME"])
