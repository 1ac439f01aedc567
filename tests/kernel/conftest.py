"""What the kernel's tests share: a small Hydra on a database of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.lab import Lab


@pytest.fixture
def make_lab(data_dir: Path) -> Iterator[Callable[..., Lab]]:
    """Make small Hydras on the test's data directory (see ``Lab``), closed after the test."""
    with ExitStack() as stack:

        def make(**options: Any) -> Lab:
            lab = Lab(data_dir, **options)
            stack.callback(lab.close)
            return lab

        yield make


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    """A small Hydra on SQLite."""
    return make_lab()
