"""Docker as what keeps images, volumes and build cache."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from hydra_lab.integrations.docker import nodes
from hydra_lab.integrations.docker.client import WHO
from hydra_lab.integrations.docker.disk_client import DiskClient
from hydra_lab.integrations.docker.disk_model import ContainerOnDisk, ImageOnDisk, seconds
from hydra_lab.integrations.docker.model import known
from hydra_lab.integrations.docker.settings import DockerSettings
from hydra_lab.kernel.capabilities import Stored, StoredContainer
from hydra_lab.kernel.errors import Conflict, NotFound
from hydra_lab.kernel.http import HttpClient

RUNS = ("running", "paused", "restarting")


class DockerImages:
    """What one Engine keeps on its disk: the one that is set, or that of a node."""

    def __init__(self, settings: DockerSettings, http: HttpClient, node: str = "") -> None:
        self._settings, self._http = settings, http
        own = nodes.settings_of(settings, node) if node else settings
        self._client = DiskClient(own, http, who=f"{WHO} on {node}" if node else WHO)

    def nodes(self) -> list[str]:
        """The Engine that is set, and the nodes that have one."""
        return ["", *nodes.nodes_of(self._settings)]

    def at(self, node: str) -> "DockerImages":
        """The Engine of a node."""
        return DockerImages(self._settings, self._http, node)

    def stored(self) -> Stored:
        """Everything, measured now. An Engine that says nothing is not waited for as long as measuring may take."""
        self._client.version()
        disk = self._client.disk()
        everything = {one.id: one for one in self._client.images()}
        return Stored(
            sizes=disk.sizes,
            images=tuple(
                one.as_image(self._came_at(one), ancestors(one, everything)) for one in disk.images or ()
            ),
            containers=tuple(one.as_container(self._ended_at(one)) for one in disk.containers or ()),
            volumes=tuple(one.as_volume for one in disk.volumes or ()),
            build_cache=tuple(one.as_piece for one in disk.build_cache or ()),
        )  # fmt: skip

    def containers(self) -> list[StoredContainer]:
        """Every container."""
        return [one.as_container() for one in self._client.containers()]

    def remove_image(self, id: str, names: Sequence[str], *, with_built_on: bool = True) -> None:
        """Take its names away one by one; the Engine deletes it with the last, and refuses where a container is."""
        now = self._client.image(id)
        new = sorted(set(now.repo_tags or ()) - set(names))
        if new:
            raise Conflict(f"It is called {', '.join(new)} by now.", fix="Look again: it may be wanted.")
        for ref in now.repo_tags or ():
            self._client.remove_image(ref, prune=with_built_on)
        with suppress(NotFound):
            for ref in self._client.image(id).repo_digests or ():
                self._client.remove_image(ref, prune=with_built_on)
            self._client.remove_image(id, prune=with_built_on)

    def remove_cached(self, id: str) -> None:
        """Delete a piece of build cache."""
        self._client.remove_cached(id)

    def remove_volume(self, name: str) -> None:
        """Delete a volume."""
        self._client.remove_volume(name)

    def _came_at(self, one: ImageOnDisk) -> datetime | None:
        """When it got a name here; one that never had one and came from nowhere else was made here."""
        with suppress(NotFound):  # gone since the list was made
            return self._client.image(one.id).came_at or (None if one.digests else seconds(one.created))
        return None

    def _ended_at(self, one: ContainerOnDisk) -> datetime | None:
        with suppress(NotFound):
            return None if one.state in RUNS else known(self._client.state(one.id).finished_at)
        return None


def ancestors(one: ImageOnDisk, everything: Mapping[str, ImageOnDisk]) -> tuple[str, ...]:
    """The images without a name that it is built on, nearest first."""
    found: list[str] = []
    parent = everything.get(one.parent_id or "")
    while parent and not parent.tags and parent.id not in found:
        found.append(parent.id)
        parent = everything.get(parent.parent_id or "")
    return tuple(found)
