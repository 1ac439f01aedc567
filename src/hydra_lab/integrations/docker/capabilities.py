"""Docker as what runs containers."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from hydra_lab.integrations.docker.client import DockerClient
from hydra_lab.integrations.docker.copying import copied
from hydra_lab.integrations.docker.executing import execute
from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.capabilities import Container, Executed, Happened, LogLine
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.http import HttpClient


class DockerHost:
    """The containers of one Engine."""

    def __init__(self, settings: DockerSettings, http: HttpClient) -> None:
        self._client = DockerClient(settings, http)

    def containers(self) -> list[Container]:
        """Every container, by name. Each is asked for by itself: the Engine's list tells no exit codes."""
        found = []
        for id in self._client.ids():
            with suppress(NotFound):  # gone since the list was made
                found.append(self._client.inspect(id).as_container)
        return sorted(found, key=lambda one: one.name)

    def container(self, id: str) -> Container:
        """One container as it is now."""
        return self._client.inspect(id).as_container

    def logs(self, id: str, *, tail: int, since: datetime | None = None) -> list[LogLine]:
        """The end of what it wrote."""
        return self._client.logs(id, tail=tail, since=since)

    def start(self, id: str) -> None:
        """Start it."""
        self._client.act(id, "start")

    def stop(self, id: str) -> None:
        """Stop it."""
        self._client.act(id, "stop")

    def restart(self, id: str) -> None:
        """Stop it and start it again."""
        self._client.act(id, "restart")

    def remove(self, id: str) -> None:
        """Delete it."""
        self._client.remove(id)

    def rename(self, id: str, name: str) -> None:
        """Call it otherwise."""
        self._client.rename(id, name)

    def copy(self, id: str, name: str, image: str | None = None) -> str:
        """Make another as it was made."""
        return copied(self._client, id, name, image)

    def execute(self, id: str, command: Sequence[str], timeout_s: float) -> Executed:
        """Run a command in it."""
        return execute(self._client, id, command, timeout_s)

    def happened(self, since_ns: int, quiet_s: float) -> Iterator[Happened | None]:
        """The Engine's event stream."""
        return self._client.events(since_ns, quiet_s)
