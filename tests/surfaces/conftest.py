"""What the surfaces' tests share: one server with toys, for all tests that change nothing of lasting effect."""

from collections.abc import Iterator

import pytest

from tests.surfaces.served import Served, served


@pytest.fixture(scope="session")
def toyshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The web server with toys."""
    with served(tmp_path_factory.mktemp("toyshop") / "data") as one:
        yield one
