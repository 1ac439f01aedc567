"""Docker as what runs containers, on one machine or on several."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from hydra_lab.integrations.docker import nodes
from hydra_lab.integrations.docker.client import DockerClient
from hydra_lab.integrations.docker.copying import copied
from hydra_lab.integrations.docker.executing import execute
from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.capabilities import Container, Executed, Happened, LogLine
from hydra_lab.kernel.capabilities.containers import node_of, own, placed
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.http import HttpClient


class DockerHost:
    """The containers of the Engine that is set, and of those that nodes name."""

    def __init__(self, settings: DockerSettings, http: HttpClient) -> None:
        self._settings, self._http = settings, http
        self._clients: dict[str, DockerClient] = {}

    def nodes(self) -> list[str]:
        """The Engine that is set, and the nodes that have one."""
        return ["", *nodes.nodes_of(self._settings)]

    def containers(self, node: str = "") -> list[Container]:
        """Every container, by name. Each is asked for by itself: the Engine's list tells no exit codes."""
        found, client = [], self._client(node)
        for id in client.ids():
            with suppress(NotFound):  # gone since the list was made
                found.append(self._there(client.inspect(id).as_container, node))
        return sorted(found, key=lambda one: one.name)

    def container(self, id: str) -> Container:
        """One container as it is now."""
        return self._there(self._of(id).inspect(own(id)).as_container, node_of(id))

    def logs(self, id: str, *, tail: int, since: datetime | None = None) -> list[LogLine]:
        """The end of what it wrote."""
        return self._of(id).logs(own(id), tail=tail, since=since)

    def start(self, id: str) -> None:
        """Start it."""
        self._of(id).act(own(id), "start")

    def stop(self, id: str) -> None:
        """Stop it."""
        self._of(id).act(own(id), "stop")

    def restart(self, id: str) -> None:
        """Stop it and start it again."""
        self._of(id).act(own(id), "restart")

    def remove(self, id: str) -> None:
        """Delete it."""
        self._of(id).remove(own(id))

    def rename(self, id: str, name: str) -> None:
        """Call it otherwise."""
        self._of(id).rename(own(id), own(name))

    def copy(self, id: str, name: str, image: str | None = None) -> str:
        """Make another as it was made, on the same node."""
        return placed(copied(self._of(id), own(id), own(name), image), node_of(id))

    def execute(self, id: str, command: Sequence[str], timeout_s: float) -> Executed:
        """Run a command in it."""
        return execute(self._of(id), own(id), command, timeout_s)

    def happened(self, since_ns: int, quiet_s: float, node: str = "") -> Iterator[Happened | None]:
        """An Engine's event stream."""
        for one in self._client(node).events(since_ns, quiet_s):
            yield nodes.told(one, node) if one else None

    def _of(self, id: str) -> DockerClient:
        return self._client(node_of(id))

    def _client(self, node: str) -> DockerClient:
        if node not in self._clients:
            self._clients[node] = nodes.client_of(self._settings, node, self._http)
        return self._clients[node]

    def _there(self, one: Container, node: str) -> Container:
        return nodes.there(one, node, self._settings.nodes.get(node))
