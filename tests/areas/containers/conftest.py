"""A Hydra that follows a real Docker Engine, for the tests of containers."""

from collections.abc import Iterator

import pytest

from tests.areas.containers.waiting import followed
from tests.peers.docker import Docker
from tests.server import Server


@pytest.fixture(scope="module")
def lab(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running Hydra; only the Engine's first image is left when it ends."""
    server = Server(tmp_path_factory.mktemp("containers") / "data", HYDRA_DOCKER__ADDRESS=docker.address).start()
    try:
        followed(server, docker)
        server.client.put("/containers/remediations", json={"most": 100}).raise_for_status()
        yield server
        print(server.tail())
    finally:
        server.close()
        docker.clear()
