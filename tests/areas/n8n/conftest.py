"""A Hydra, and an n8n that it knows, for the tests of n8n."""

from collections.abc import Iterator

import pytest

from tests.integrations.n8n.standin import KEY, N8n
from tests.integrations.n8n.standin import lab as automation
from tests.server import Server


@pytest.fixture(scope="package")
def hydra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Hydra."""
    server = Server(tmp_path_factory.mktemp("n8n") / "data").start()
    yield server
    server.close()


@pytest.fixture
def n8n(hydra: Server) -> Iterator[N8n]:
    """An n8n with three workflows."""
    with automation() as one:
        hydra.client.put("/integrations/n8n", json={"url": one.url, "api_key": KEY}).raise_for_status()
        yield one
