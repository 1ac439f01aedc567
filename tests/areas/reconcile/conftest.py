"""A Hydra beside a real Docker Engine, for the tests of reconciling."""

from collections.abc import Iterator

import pytest

from tests.peers.docker import Docker
from tests.server import Server


@pytest.fixture(scope="module")
def lab(docker: Docker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running Hydra; every container is gone when it ends."""
    server = Server(tmp_path_factory.mktemp("reconcile") / "data", HYDRA_DOCKER__ADDRESS=docker.address).start()
    try:
        yield server
        print(server.tail())
    finally:
        server.close()
        docker.clear()


@pytest.fixture
def clean(docker: Docker) -> Iterator[None]:
    """Only the first image is there before and after each test."""
    docker.clear()
    yield
    docker.clear()
