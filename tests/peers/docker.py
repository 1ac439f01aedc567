"""A real Docker Engine for the tests: one for a whole run, with an image that was made on the spot."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.starting import HERE, absent, installed, peer

IMAGE = "lab/busybox:1"


@dataclass(frozen=True, kw_only=True)
class Docker:
    """A running Engine."""

    address: str
    folder: Path

    def __call__(self, *arguments: str, check: bool = True) -> str:
        """Run Docker's own command line against it; what it printed."""
        done = subprocess.run(
            ["docker", *arguments], env=os.environ | {"DOCKER_HOST": self.address, "HOME": str(self.folder / "home")},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def run(self, name: str, command: str, *options: str) -> str:
        """Start a container without a network that runs a shell command; its id. One of that name before is removed."""
        self("rm", "--force", name, check=False)
        return self("run", "--detach", "--network", "none", "--name", name, *options, IMAGE, "sh", "-c", command)

    def start(self, name: str, image: str, *options: str) -> str:
        """Start a container of an image without a network; its id. One of that name before is removed."""
        self("rm", "--force", name, check=False)
        return self("run", "--detach", "--network", "none", "--name", name, *options, image)

    def state(self, name: str) -> dict[str, object]:
        """What Docker itself says of a container's state."""
        found: dict[str, object] = json.loads(self("inspect", "--format", "{{json .State}}", name))
        return found

    def restart(self) -> None:
        """Start the daemon again that was killed; it goes on with the containers it had."""
        command = ["bash", str(HERE / "docker.sh"), "start"]
        subprocess.run(command, env=os.environ | {"DATA": str(self.folder)}, stdout=subprocess.DEVNULL, check=True)

    @property
    def pid(self) -> int:
        """The daemon's process."""
        return int((self.folder / "dockerd.pid").read_text())


@contextmanager
def running() -> Iterator[Docker]:
    """An Engine for the length of a block."""
    if os.geteuid() != 0 or not installed("/usr/sbin/dockerd") or not installed("/bin/busybox"):
        absent("A Docker Engine", bring="apt install docker.io busybox-static iptables, as root,")
    with peer("docker.sh") as values:
        yield Docker(address=values["DOCKER_HOST"], folder=Path(values["DIR"]))
