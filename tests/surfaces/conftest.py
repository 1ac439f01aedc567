"""What the surfaces' tests share: one server with toys, for all tests that change nothing of lasting effect."""

import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.surfaces.served import Served, served


@pytest.fixture(scope="session")
def toyshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The web server with toys. Its logs are short: structlog's own form draws every variable of a traceback."""
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    with served(tmp_path_factory.mktemp("toyshop") / "data") as one:
        yield one
