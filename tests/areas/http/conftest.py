"""Sites to call."""

from collections.abc import Iterator

import pytest

from tests.areas.http.sites import Site


@pytest.fixture
def sites() -> Iterator[tuple[Site, Site]]:
    """Two web servers."""
    both = Site(), Site()
    yield both
    for site in both:
        site.close()
