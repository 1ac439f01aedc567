"""What the crash tests share: processes to kill, and a look at what they left."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.crash.left import Left
from tests.crash.serve import Process


@pytest.fixture
def left(data_dir: Path, database_url: str, tmp_path: Path) -> Iterator[Left]:
    """What is in the database and outside of it."""
    one = Left(database_url, tmp_path / "outside.txt")
    yield one
    one.close()


@pytest.fixture
def process(data_dir: Path, database_url: str, left: Left) -> Iterator[Callable[..., Process]]:
    """Make processes on the test's database, not started yet; whatever is left of them is ended after the test."""
    with ExitStack() as stack:

        def make(folder: str | None = None, **options: Any) -> Process:
            data = data_dir.with_name(folder) if folder else data_dir
            one = Process(data, database_url, left.outside, **options)
            stack.callback(one.close)
            return one

        yield make
