"""A Hydra beside a real Docker Engine, for the tests of images."""

from collections.abc import Iterator

import pytest

from tests.areas.containers.waiting import until
from tests.peers.docker import Docker
from tests.server import Server


@pytest.fixture(scope="module")
def lab(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running Hydra, which has measured once."""
    server = Server(tmp_path_factory.mktemp("images") / "data", HYDRA_DOCKER__ADDRESS=docker.address).start()
    try:
        until(lambda: server.client.get("/schedules/images-cleanup").status_code == 200)
        yield server
        print(server.tail())
    finally:
        server.close()


@pytest.fixture
def clean(docker: Docker) -> Iterator[None]:
    """Only the first image is there before and after each test."""
    docker.clear()
    yield
    docker.clear()
