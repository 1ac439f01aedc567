"""The socket proxy of the example composition, before a real Engine: it allows what its documentation says, no more."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from hydra_lab.integrations.docker import DockerHost, DockerImages, DockerSettings, probe
from hydra_lab.kernel.errors import Denied
from hydra_lab.kernel.http import HttpClient
from tests.peers.docker import Docker
from tests.peers.starting import absent, installed, peer
from tests.rules.source import ROOT
from tests.server import free_port

HTTP = HttpClient(timeout_s=10)
Proxy = Callable[..., str]


@pytest.fixture
def proxy(docker: Docker, tmp_path: Path) -> Iterator[Proxy]:
    """Start the proxy with some variables; the address for Hydra."""
    if not installed("/usr/sbin/haproxy"):
        absent("HAProxy", bring="apt install haproxy")
    example = (ROOT / "examples" / "docker-socket-proxy.cfg").read_text()
    socket = docker.address.removeprefix("unix://")
    with ExitStack() as stack:

        def start(**variables: str) -> str:
            port = free_port()
            config = tmp_path / f"{port}.cfg"
            here = example.replace("bind :2375", f"bind 127.0.0.1:{port}")
            config.write_text(here.replace("unix@/var/run/docker.sock", f"unix@{socket}"))
            url = f"http://127.0.0.1:{port}"
            stack.enter_context(peer("haproxy.sh", CONFIG=str(config), URL=f"{url}/_ping", **variables))
            return url

        yield start
    docker("rm", "--force", "web", check=False)


def host(address: str) -> DockerHost:
    """The Engine as Hydra sees it through the proxy."""
    return DockerHost(DockerSettings(address=address), HTTP)


def test_hydra_looks_starts_and_stops_through_it(docker: Docker, proxy: Proxy) -> None:
    docker.run("web", "echo hello; trap 'exit 0' TERM; while true; do sleep 0.1; done")
    address = proxy(CONTROL="1", REMOVE="0")
    assert probe(DockerSettings(address=address), HTTP).detail.startswith("API 1.")
    through = host(address)
    assert [one.name for one in through.containers()] == ["web"]
    assert [one.text for one in through.logs("web", tail=1)] == ["hello"]
    first = through.container("web").started_at
    through.restart("web")
    assert through.container("web").started_at != first
    assert "restart" in [one.action for one in through.happened(0, 0.5) if one]
    through.stop("web")
    with pytest.raises(Denied, match=r"does not allow DELETE /containers/web \(HTTP 403\)") as refused:
        through.remove("web")
    assert "docs/integrations/docker.md" in str(refused.value.fix)
    through.start("web")
    assert docker.state("web")["Running"] is True


def test_it_lets_hydra_only_look_or_remove_too_where_its_variables_say_so(docker: Docker, proxy: Proxy) -> None:
    docker.run("web", "exit 0")
    docker("wait", "web")
    with pytest.raises(Denied, match="/containers/web/start"):
        host(proxy()).start("web")
    host(proxy(REMOVE="1")).remove("web")
    assert docker("ps", "--all", "--quiet") == ""


def test_hydra_sees_images_through_it_and_removes_them_where_its_variables_say_so(docker: Docker, proxy: Proxy) -> None:
    id = docker.image("shop/api:1")
    through = DockerImages(DockerSettings(address=proxy(CLEAN="0")), HTTP)
    assert id in {one.id for one in through.stored().images}
    with pytest.raises(Denied, match="does not allow DELETE /images"):
        through.remove_image(id, ["shop/api:1"])
    DockerImages(DockerSettings(address=proxy(CLEAN="1")), HTTP).remove_image(id, ["shop/api:1"])
    assert docker("images", "--quiet", "shop/api:1") == ""


def test_nothing_that_is_as_good_as_root_gets_through(docker: Docker, proxy: Proxy) -> None:
    docker.run("web", "sleep 300")
    address = proxy(CONTROL="1", REMOVE="1", CLEAN="0")
    asked = [
        ("POST", "/containers/create"), ("POST", "/containers/web/exec"), ("POST", "/exec/web/start"),
        ("GET", "/containers/web/archive?path=/etc/passwd"), ("GET", "/containers/web/export"),
        ("PUT", "/containers/web/archive?path=/"), ("POST", "/containers/web/update"), ("POST", "/containers/web/kill"),
        ("POST", "/containers/web/%2e%2e/create"), ("POST", "/v1.41/containers/create"), ("GET", "/images/web/get"),
        ("DELETE", "/volumes/web"), ("POST", "/build"), ("POST", "/images/create"), ("GET", "/info"),
        ("GET", "/containers/web/attach/ws"),
    ]  # fmt: skip
    with httpx.Client(base_url=address, trust_env=False) as client:
        answers = [(one, client.request(*one).status_code) for one in asked]
    assert [(one, status) for one, status in answers if status != 403] == []
