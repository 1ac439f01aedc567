"""A real Hydra for the tests: the command ``hydra up`` in a process of its own, reached over HTTP."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

TOKEN = "hydra-test-admin-token-0123456789"
HYDRA = Path(sys.executable).with_name("hydra")
START_S = 60.0  # far above the budget: a machine that also runs other tests is slow


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def environment(**extra: str) -> dict[str, str]:
    """This process's environment without the developer's own settings of Hydra."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HYDRA_")}
    return kept | {"HYDRA_ADMIN_TOKEN": TOKEN} | extra


class Server:
    """One data directory and the process that serves it; can be started, stopped and killed again and again.

    ``variables`` are environment variables, ``arguments`` further ones of ``hydra up``, ``command`` is the installed
    ``hydra``. What the process printed is in ``log``.
    """

    def __init__(
        self, data: Path, *arguments: str, backlog: Path | None = None, command: Path = HYDRA, **variables: str
    ) -> None:
        self.data = data
        self.command = command
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = TOKEN
        self.log = data.with_name(f"{data.name}.log")
        self.process: subprocess.Popen[bytes] | None = None
        self.arguments = [*(["--backlog", str(backlog)] if backlog else []), *arguments]
        self.environment = environment(**variables)
        self.client = httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30, trust_env=False
        )

    @property
    def pid(self) -> int:
        """The process id while it runs."""
        assert self.process, "the server was not started"
        return self.process.pid

    def start(self, *, wait: bool = True) -> "Server":
        """Start the process; returns when ``/readyz`` answers 200."""
        command = [self.command, "up", "--host", "127.0.0.1", "--port", str(self.port), "--data", self.data]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*map(str, command), *self.arguments], env=self.environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Return when the server is ready; fails with its output when it ends before or takes too long."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process
            assert self.process.poll() is None, f"hydra up ended with {self.process.returncode}:\n{self.tail()}"
            if self.answers("/readyz"):
                return
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"hydra up was not ready after {START_S:.0f} s:\n{self.tail()}")

    def answers(self, path: str) -> bool:
        """Whether a path answers 2xx now."""
        try:
            return self.client.get(path, timeout=5).is_success
        except httpx.TransportError:
            return False

    def stop(self) -> int:
        """End the process as an operator would (SIGTERM), with force after 20 s; its exit status."""
        if not self.process:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End the process and its children with SIGKILL, as a power cut would; its exit status."""
        assert self.process, "the server was not started"
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return self.process.wait(10)
        return self.process.wait(10)

    def restart(self) -> "Server":
        """Stop, then start on the same data, port and settings."""
        self.stop()
        return self.start()

    def hydra(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the command line against this server, signed in as its administrator."""
        done = subprocess.run(
            [str(self.command), *arguments], env=self.environment | {"HYDRA_URL": self.url, "HYDRA_TOKEN": TOKEN},
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"hydra {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done

    def tail(self, lines: int = 40) -> str:
        """The end of what the process printed."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def close(self) -> None:
        """Be done with it: nothing is kept, so nothing needs to end in order."""
        if self.process and self.process.poll() is None:
            self.kill()
        self.client.close()
