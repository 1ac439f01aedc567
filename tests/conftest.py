"""What every test may ask for: a data directory, a database of each kind, a running server, a browser."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.lab import Lab
from tests.peers import docker as docker_peer
from tests.peers import postgres
from tests.peers.docker import Docker
from tests.peers.postgres import Postgres
from tests.peers.starting import absent, installed
from tests.server import Server

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where two processes share the tests, those of a file stay together, and one has all that drive a browser."""
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return "journeys" if nodeid.startswith("tests/journeys/") else super()._split_scope(nodeid)

    return Scheduling(config, log)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data directory."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def make_lab(data_dir: Path) -> Iterator[Callable[..., Lab]]:
    """Make small Hydras on the test's data directory, in this process (see ``Lab``), closed after the test."""
    with ExitStack() as stack:

        def make(**options: Any) -> Lab:
            lab = Lab(data_dir, **options)
            stack.callback(lab.close)
            return lab

        yield make


@pytest.fixture
def lab(make_lab: Callable[..., Lab]) -> Lab:
    """A small Hydra on SQLite, without areas and integrations."""
    return make_lab()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One PostgreSQL for the whole run, started when a test first asks."""
    with postgres.running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, data_dir: Path) -> str:
    """The URL of an empty database: the test runs once on each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{data_dir / 'hydra.db'}"


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Make servers with options of their own (see ``Server``); not started yet, stopped after the test."""
    with ExitStack() as stack:

        def make(name: str = "data", *arguments: str, **options: Any) -> Server:
            server = Server(tmp_path / name, *arguments, **options)
            stack.callback(server.close)
            return server

        yield make


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Iterator[Server]:
    """A running Hydra with an empty database."""
    one = make_server().start()
    yield one
    print(one.tail())


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    """One Docker Engine for the whole run, started when a test first asks; each test cleans up after itself."""
    with docker_peer.running() as engine:
        yield engine


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    if not installed("/usr/bin/chromium"):
        absent("Chromium", bring="apt install chromium")
    return "/usr/bin/chromium"


@pytest.fixture(scope="module")  # Playwright holds the thread's event loop, which tests elsewhere want to start
def browser(chromium: str) -> Iterator[Any]:
    """Headless Chromium, driven by Playwright; open a page with ``browser.new_page()``."""
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=[*quiet, *sandbox, "--disable-gpu"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def kills() -> int:
    """How often the crash tests kill the server: a few in every run, 100 with ``make crash``."""
    return int(os.environ.get("CRASH_KILLS", "8"))
