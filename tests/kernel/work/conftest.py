"""What the tests of work share: a queue that stands still, and a Hydra that runs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.kernel.work import bench_area
from tests.kernel.work.running import RunningHydra
from tests.kernel.work.still import StillHydra

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


@pytest.fixture
def make_still(data_dir: Path, database_url: str) -> Iterator[Callable[..., StillHydra]]:
    """Make queues that stand still, with options of their own; the test runs once on each kind of database."""
    bench_area.forget()
    with ExitStack() as stack:

        def make(**options: Any) -> StillHydra:
            one = StillHydra(data_dir, database_url, **options)
            stack.callback(one.close)
            return one

        yield make


@pytest.fixture
def still(make_still: Callable[..., StillHydra]) -> StillHydra:
    """A queue that stands still, with one slot."""
    return make_still()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHydra]:
    """One running Hydra for a module's tests, on each kind of database."""
    with ExitStack() as stack:
        url = None
        if request.param == "postgres":
            url = stack.enter_context(request.getfixturevalue("postgres_server").database())
        one = RunningHydra(tmp_path_factory.mktemp("running"), url)
        stack.callback(one.stop)
        yield one.start()


@pytest.fixture
def hydra(shared: RunningHydra) -> Iterator[RunningHydra]:
    """A running Hydra, with nothing left of earlier tests but its database."""
    bench_area.forget()
    bench_area.LampState.answers = True
    yield shared
    bench_area.gate.set()
    shared.quiet()
