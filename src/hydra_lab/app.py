"""The composition root: the one file that knows every room and puts a running Hydra together."""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hydra_lab import areas, integrations
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.clock import Clock, Ids, SystemClock
from hydra_lab.kernel.credentials import MIGRATIONS as CREDENTIALS_MIGRATIONS
from hydra_lab.kernel.credentials import Credentials, chosen_admin_token
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.database.migrate import Migration
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.gate import Gate
from hydra_lab.kernel.gpus.migrations import MIGRATIONS as GPUS_MIGRATIONS
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.integrations import MIGRATIONS as INTEGRATIONS_MIGRATIONS
from hydra_lab.kernel.integrations import Integrations
from hydra_lab.kernel.journal import Journal
from hydra_lab.kernel.journal.feed import Feed
from hydra_lab.kernel.journal.migrations import MIGRATIONS as JOURNAL_MIGRATIONS
from hydra_lab.kernel.policy import MIGRATIONS as POLICY_MIGRATIONS
from hydra_lab.kernel.policy import Policy
from hydra_lab.kernel.process.beats import Beats
from hydra_lab.kernel.process.disk import watch_disk
from hydra_lab.kernel.process.lock import DataDirLock, make_folder
from hydra_lab.kernel.process.routines import keep_routines
from hydra_lab.kernel.process.upgrade import upgrade
from hydra_lab.kernel.registry import Registry, discover
from hydra_lab.kernel.secrets import Scrubber, SecretBox
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.settings import MIGRATIONS as SETTINGS_MIGRATIONS
from hydra_lab.kernel.settings import Layers, SettingsStore, read_layers
from hydra_lab.kernel.work import Node, Work
from hydra_lab.kernel.work.limits.migrations import MIGRATIONS as LIMITS_MIGRATIONS
from hydra_lab.kernel.work.migrations import MIGRATIONS as WORK_MIGRATIONS

KERNEL_MIGRATIONS: dict[str, tuple[Migration, ...]] = {
    "journal": JOURNAL_MIGRATIONS,
    "settings": SETTINGS_MIGRATIONS,
    "policy": POLICY_MIGRATIONS,
    "integrations": INTEGRATIONS_MIGRATIONS,
    "credentials": CREDENTIALS_MIGRATIONS,
    "work": WORK_MIGRATIONS,
    "limits": LIMITS_MIGRATIONS,
    "gpus": GPUS_MIGRATIONS,
}


def found_rooms() -> Registry:
    """Every room there is, by discovery."""
    return Registry(
        areas=discover(areas, "AREA", Area), integrations=discover(integrations, "INTEGRATION", Integration)
    )


def layers(
    *, overrides: Mapping[str, Any] | None = None, config: Path | None = None, registry: Registry | None = None
) -> Layers:
    """The settings' sources outside the database: options, environment, file. Raises ``Invalid`` listing all wrongs."""
    known = frozenset((registry or found_rooms()).integrations)
    return read_layers(overrides=overrides, config=config, integrations=known)


class Application:
    """A Hydra in this process. ``open`` makes it usable (database, schema, credentials), ``start`` has it work."""

    def __init__(self, sources: Layers, *, registry: Registry | None = None, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        registry = registry or found_rooms()
        settings = SettingsStore(sources, clock)
        current = settings.current
        make_folder(current.data_dir)
        ids, scrubber = Ids(), Scrubber()
        database = Database(current.database_url, synchronous=current.synchronous)
        journal = Journal(clock, scrubber.scrub)
        key = Path(os.environ.get("HYDRA_KEY_FILE") or current.data_dir / "key")
        credentials = Credentials(
            database=database, journal=journal, clock=clock, ids=ids, scrubber=scrubber, settings=settings,
            cli_token_file=current.data_dir / "cli-token", admin_token=chosen_admin_token(os.environ),
        )  # fmt: skip
        self.lock = DataDirLock(current.data_dir)
        self.services = Services(
            clock=clock, ids=ids, database=database, journal=journal, registry=registry, settings=settings,
            credentials=credentials, http=HttpClient(), secrets=SecretBox(key), scrubber=scrubber,
        )  # fmt: skip
        self.first_token: str | None = None
        self.was_new = False
        self.is_started = False
        self.was_given_up = False
        self._beats: Beats | None = None

    def open(self) -> "Application":
        """Take the data directory, bring the schema up to date, wire the late services.

        Raises ``Conflict`` when another process has the directory, ``NotReady`` when the database is newer.
        """
        self.lock.take()
        services, current = self.services, self.services.settings.current
        rooms = services.registry.areas
        own = {name: area.migrations for name, area in rooms.items() if area.migrations}
        self.was_new = not (services.database.path and services.database.path.exists())
        upgrade(services.database, {**KERNEL_MIGRATIONS, **own}, current.data_dir / "backups", services.clock)
        with services.database.read() as connection:
            services.settings.load(connection)
        services.feed = Feed(services.database, services.journal)
        services.policy = Policy(services)
        services.integrations = Integrations(services)
        services.gate = Gate(services)
        services.work = Work(services)
        return self

    def start(self, *, lanes: dict[str, int] | None = None, node: str | None = None) -> None:
        """Begin to work: sign-in, lanes, schedules, beats. ``lanes`` default to the settings'."""
        services, current = self.services, self.services.settings.current
        self.first_token = services.credentials.start()
        runner = Node(
            services, name=node or current.node, lanes=lanes or dict(current.lanes), gone=self._leave,
            alone=services.database.is_sqlite,
        )  # fmt: skip
        services.feed.start()
        self._beats = Beats(services)
        self._beats.start()
        services.work.each_beat(self._beats.lead)
        services.work.each_beat(services.integrations.beat, everywhere=True)
        services.work.each_beat(every(30, lambda: watch_disk(services)), everywhere=True)
        if not services.database.is_sqlite:
            services.work.each_beat(every(5, self._read_settings), everywhere=True)
        services.work.start(runner)
        keep_routines(services)
        services.settings.subscribe(lambda _: keep_routines(services))
        services.integrations.on_change(lambda _: keep_routines(services))
        self.is_started = True

    def _leave(self) -> None:
        """End this process in order: others have taken its work over."""
        self.was_given_up = True
        os.kill(os.getpid(), signal.SIGTERM)

    def _read_settings(self) -> None:
        """Take up what another node has set."""
        with self.services.database.read() as connection:
            self.services.settings.load(connection)

    def readiness(self) -> dict[str, str | None]:
        """Each part of a working Hydra, with what is wrong with it, ``None`` where nothing is."""
        node = self.services.work.node
        return {
            "database": None if self.services.database.healthy() else "does not answer",
            "engine": None if self.is_started and node and not node.engine.is_stopping else "is not running",
        }

    def stop(self) -> None:
        """Stop working and let go of the data directory; what runs goes on after the next start."""
        self.is_started = False
        if self._beats:
            self._beats.stop()
        if hasattr(self.services, "work"):
            self.services.work.stop()
            self.services.feed.stop()
        self.services.http.close()
        self.services.doors.close()
        self.services.database.close()
        self.lock.release()


def web_server(application: Application) -> Any:
    """The ASGI application: every surface behind one guard; it starts and stops what serves it."""
    from hydra_lab.surfaces import api
    from hydra_lab.surfaces.http import Streams, create_app, health_paths
    from hydra_lab.surfaces.http.metrics import Metrics
    from hydra_lab.surfaces.mcp import Mcp
    from hydra_lab.surfaces.web.app import Web

    services, streams = application.services, Streams()
    web, mcp = Web(services), Mcp(services, streams)
    paths = [
        *health_paths(application.readiness, Metrics(services, streams).text, demo=services.settings.current.demo),
        *api.operation_paths(services, streams),
        *api.document_paths(services),
        *mcp.paths(),
        *web.paths(),
    ]
    return create_app(
        services, paths, streams=streams, base=services.settings.current.base_path, start=application.start,
        stop=application.stop, on_close=(mcp.close,), error_page=web.error_page,
    )  # fmt: skip


def every(seconds: float, callback: Callable[[], None]) -> Callable[[], None]:
    """A callback that does its work only each so many calls, one call being about a second."""
    left = 0.0

    def counted() -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            left = seconds
            callback()

    return counted


def sqlite_only(sources: Layers) -> None:
    """Refuse a worker without Postgres: an SQLite file has one process. Raises ``Invalid``."""
    if SettingsStore(sources).current.database_url.startswith("sqlite"):
        raise Invalid(
            "A worker needs a database on Postgres; an SQLite file is used by one process alone.",
            fix="Set HYDRA_DATABASE_URL=postgresql://user:password@host/database on every node.",
        )
