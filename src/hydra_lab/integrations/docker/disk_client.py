"""The Engine's disk over its API: what is on it, and removing images, build cache and volumes."""

import json
from typing import Any
from urllib.parse import quote

from hydra_lab.integrations.docker.client import WHO, DockerClient
from hydra_lab.integrations.docker.disk_model import (
    ContainerOnDisk,
    Disk,
    Ended,
    ImageInspected,
    ImageOnDisk,
    Pruned,
)
from hydra_lab.integrations.docker.model import State
from hydra_lab.kernel.errors import Conflict

MEASURED_S = 120.0  # the Engine walks through every volume to measure it
REMOVED_S = 120.0


class DiskClient(DockerClient):
    """What this integration asks about the Engine's disk."""

    def disk(self) -> Disk:
        """Everything on it, measured now."""
        return self._read("/system/df", Disk, params={"verbose": "true"}, **self._patience(MEASURED_S))

    def images(self) -> list[ImageOnDisk]:
        """Every image, also those that only others are built on."""
        return self._read("/images/json", list[ImageOnDisk], params={"all": "true"})

    def image(self, id: str) -> ImageInspected:
        """One image, by id or name. Raises ``NotFound``."""
        return self._read(f"/images/{quote(id, safe='')}/json", ImageInspected)

    def containers(self) -> list[ContainerOnDisk]:
        """Every container, also those that do not run."""
        return self._read("/containers/json", list[ContainerOnDisk], params={"all": "true"})

    def state(self, id: str) -> State:
        """How a container is. Raises ``NotFound``."""
        return self._read(f"/containers/{quote(id, safe='')}/json", Ended).state

    def remove_image(self, ref: str, *, prune: bool) -> None:
        """Delete an image by id, or take one of its names away; never by force. Raises ``Conflict``, ``NotFound``."""
        params = {"force": "false", "noprune": "false" if prune else "true"}
        self._asked("DELETE", f"/images/{quote(ref, safe='')}", params=params, **self._patience(REMOVED_S))

    def remove_cached(self, id: str) -> None:
        """Delete one piece of build cache. Raises ``Conflict`` when the builder keeps it."""
        params = {"all": "true", "filters": json.dumps({"id": {id: True}})}
        told = self._read("/build/prune", Pruned, method="POST", params=params, **self._patience(REMOVED_S))
        if id not in (told.caches_deleted or ()):
            raise Conflict(f"{WHO}'s builder keeps it.", fix="Something that is still there is built on it.")

    def remove_volume(self, name: str) -> None:
        """Delete a volume. Raises ``Conflict`` when a container refers to it, ``NotFound``."""
        self._asked("DELETE", f"/volumes/{quote(name, safe='')}", **self._patience(REMOVED_S))

    def _patience(self, seconds: float) -> dict[str, Any]:
        """At least as long as other calls may take; a client that is told to hurry (as in tests) does."""
        return {"timeout": seconds if self._http.timeout_s >= 5 else self._http.timeout_s}
