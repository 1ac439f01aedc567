"""A real Docker Engine for the tests: one for a whole run, with an image that was made on the spot."""

import io
import json
import os
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.integrations.faults import Reply, StandIn
from tests.peers.sshd import Sshd
from tests.peers.starting import HERE, absent, installed, peer

IMAGE = "lab/busybox:1"


@dataclass(frozen=True, kw_only=True)
class Docker:
    """A running Engine."""

    address: str
    folder: Path
    tls_address: str = ""

    @property
    def tls(self) -> Path:
        """The folder of certificates for ``tls_address``: an authority's, a client's, and a stranger's."""
        return self.folder / "tls"

    def __call__(self, *arguments: str, check: bool = True) -> str:
        """Run Docker's own command line against it; what it printed."""
        done = subprocess.run(
            ["docker", *arguments], env=os.environ | {"DOCKER_HOST": self.address, "HOME": str(self.folder / "home")},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def run(self, name: str, command: str, *options: str, image: str = IMAGE) -> str:
        """Start a container without a network that runs a shell command; its id. One of that name before is removed."""
        self("rm", "--force", name, check=False)
        return self("run", "--detach", "--network", "none", "--name", name, *options, image, "sh", "-c", command)

    def clear(self) -> None:
        """Leave nothing but the first image."""
        for name in self("ps", "--all", "--quiet").split():
            self("rm", "--force", "--volumes", name)
        for name in self("images", "--format", "{{.Repository}}:{{.Tag}}").split():
            if name != IMAGE and "<none>" not in name:
                self("rmi", "--force", name, check=False)
        self("image", "prune", "--force")
        for name in self("volume", "ls", "--quiet").split():
            self("volume", "rm", name, check=False)
        self("builder", "prune", "--all", "--force")

    def image(self, name: str, *, size: int = 1, at: str | None = None, labels: Mapping[str, str] | None = None) -> str:
        """Build an image of some KiB on top of the one there is; its id. ``at`` is the name it is built on instead."""
        lines = [f"FROM {at or IMAGE}", *(f"LABEL {key}={value}" for key, value in (labels or {}).items()), "COPY . /"]
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, f"file-{name.replace('/', '-').replace(':', '-')}").write_bytes(os.urandom(size * 1024))
            Path(folder, "Dockerfile").write_text("\n".join(lines))
            return self("build", "--quiet", "--tag", name, folder)

    def build_with_cache(self, name: str, *, size: int = 1) -> None:
        """Build an image with BuildKit, which keeps what it made on the way; the Engine itself fetches the sources."""
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "file").write_bytes(os.urandom(size * 1024))
            Path(folder, "Dockerfile").write_text(f"FROM {IMAGE}\nCOPY file /file\n")
            content = io.BytesIO()
            with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as tar:
                tar.add(folder, ".")
        with StandIn(lambda asked: Reply(body=content.getvalue(), headers={"Content-Type": "application/x-tar"})) as at:
            transport = httpx.HTTPTransport(uds=self.address.removeprefix("unix://"))
            with httpx.Client(transport=transport, base_url="http://docker", timeout=60) as client:
                wanted = {"version": "2", "remote": f"{at.url}/context.tar", "t": name}
                told = client.post("/build", params=wanted).text
        assert f"Successfully tagged {name}" in told, told

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
        yield Docker(
            address=values["DOCKER_HOST"], folder=Path(values["DIR"]), tls_address=f"tcp://127.0.0.1:{values['TLS']}"
        )


@contextmanager
def reached_through(docker: Docker, machine: Sshd) -> Iterator[None]:
    """The machine's user may use the Engine, for the length of a block."""
    docker.folder.chmod(0o755)
    Path(docker.address.removeprefix("unix://")).chmod(0o666)
    program = machine.folder / "bin" / "docker"
    real = next(path for path in (Path("/usr/local/bin/docker"), Path("/usr/bin/docker")) if path.exists())
    program.write_text(f'#!/bin/sh\nDOCKER_HOST={docker.address} exec {real} "$@"\n')
    program.chmod(0o755)
    try:
        yield
    finally:
        docker.folder.chmod(0o700)
