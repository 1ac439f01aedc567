"""A Docker Engine behind a socket proxy, for what can go wrong; the tests beside it ask a real one."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.integrations.faults import Asked, Fault, HttpHarness, Reply, StandIn

VERSION = {"Version": "20.10.24", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}
INSPECTED = {
    "Id": "0f1e2d3c4b5a", "Name": "/web", "Image": "sha256:16ecca8f", "Created": "2025-12-19T12:00:00.123456789Z",
    "State": {"Status": "running", "StartedAt": "2025-12-19T12:00:01Z", "FinishedAt": "0001-01-01T00:00:00Z"},
    "Config": {"Image": "lab/busybox:1"},
}  # fmt: skip


def answer(asked: Asked) -> Reply:
    """Answer as the Engine does."""
    if asked.path == "/version":
        return Reply(json=VERSION)
    if asked.path == "/system/df":
        return Reply(json={"LayersSize": 1985498, "Images": None, "Containers": [], "Volumes": [], "BuildCache": None})
    if asked.path == "/images/json":
        return Reply(json=[])
    if asked.path == "/containers/json":
        return Reply(json=[{"Id": "0f1e2d3c4b5a"}])
    if asked.path == "/containers/0f1e2d3c4b5a/json":
        return Reply(json=INSPECTED)
    return Reply(status=404, json={"message": "page not found"})


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead there; there is no secret in them."""
    return {"address": url}


class DockerHarness:
    """A proxy that does not allow a call answers 403."""

    secret = "docker-has-no-secret-in-its-settings"
    probe_asks = True
    calls: Mapping[str, Callable[[Any], Any]] = {
        "container_host": lambda host: host.containers(), "image_host": lambda host: host.stored(),
        "container_maker": lambda maker: maker.spec("0f1e2d3c4b5a"),
    }  # fmt: skip

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """The Engine with a fault or none."""
        if fault is Fault.DENIED:
            with StandIn(lambda asked: Reply(status=403, body=b"<html>Forbidden</html>")) as server:
                yield values(server.url, "")
            return
        with HttpHarness(answer=answer, values=values, secret="", wrong="").running(fault) as found:
            yield found


HARNESS = DockerHarness()
