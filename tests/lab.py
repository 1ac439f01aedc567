"""A small Hydra for tests: real services on a database of their own, a clock to turn, nothing that runs by itself."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from hydra_lab.kernel import credentials, integrations, policy, settings
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.clock import Ids
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.credentials import Credentials
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.database.migrate import migrate
from hydra_lab.kernel.gate import Gate
from hydra_lab.kernel.gpus import migrations as gpus
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.integrations import Integrations
from hydra_lab.kernel.journal import Event, Journal
from hydra_lab.kernel.journal import migrations as journal
from hydra_lab.kernel.journal import store as journal_store
from hydra_lab.kernel.policy import Actor, ActorKind, Policy
from hydra_lab.kernel.registry import Registry
from hydra_lab.kernel.secrets import Scrubber, SecretBox
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.settings import SettingsStore, read_layers
from hydra_lab.kernel.work import migrations as work

OWNER = Actor(kind=ActorKind.PERSON, name="owner", scopes=frozenset({"admin"}))
NOON = datetime(2025, 12, 19, 12, 0, tzinfo=UTC)
ROOMS = {
    "journal": journal.MIGRATIONS,
    "settings": settings.MIGRATIONS,
    "policy": policy.MIGRATIONS,
    "integrations": integrations.MIGRATIONS,
    "credentials": credentials.MIGRATIONS,
    "gpus": gpus.MIGRATIONS,
    "work": work.MIGRATIONS,
}


class StillClock:
    """A clock that only a test moves."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at
        self.seconds = 1000.0

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at

    def monotonic(self) -> float:
        """Seconds that grow with ``pass_``."""
        return self.seconds

    def pass_(self, **span: float) -> None:
        """Let time pass: ``clock.pass_(minutes=5)``."""
        self.at += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()


class Lab:
    """Services built as the program builds them, but for work."""

    def __init__(
        self,
        data_dir: Path,
        *,
        areas: Sequence[Area] = (),
        integrations: Sequence[Integration] = (),
        database_url: str | None = None,
        environ: Mapping[str, str] | None = None,
        transport: httpx.BaseTransport | None = None,
        rooms: Mapping[str, Any] | None = None,
        admin_token: str | None = None,
        **overrides: Any,
    ) -> None:
        self.clock = StillClock()
        known = {one.name: one for one in integrations}
        layers = read_layers(
            overrides={"data_dir": data_dir, "database_url": database_url, **overrides},
            environ=environ or {}, integrations=frozenset(known),
        )  # fmt: skip
        store = SettingsStore(layers, self.clock)
        database = Database(store.current.database_url)
        scrubber, ids = Scrubber(), Ids()
        migrate(database, {**ROOMS, **{one.name: one.migrations for one in areas if one.migrations}, **(rooms or {})},
                self.clock)  # fmt: skip
        written = Journal(self.clock, scrubber.scrub)
        self.services = Services(
            clock=self.clock, ids=ids, database=database, journal=written, settings=store,
            registry=Registry(areas={one.name: one for one in areas}, integrations=known),
            credentials=Credentials(
                database=database, journal=written, clock=self.clock, ids=ids, scrubber=scrubber,
                settings=store, cli_token_file=data_dir / "cli-token", admin_token=admin_token,
            ),
            http=HttpClient(timeout_s=2.0, transport=transport),
            secrets=SecretBox(data_dir / "key"), scrubber=scrubber,
        )  # fmt: skip
        self.services.policy = Policy(self.services)
        self.services.integrations = Integrations(self.services)
        self.services.gate = Gate(self.services)

    def context(self, actor: Actor = OWNER) -> Context:
        """What a handler called by someone gets."""
        return Context(services=self.services, actor=actor)

    def call(self, operation: str, /, *, as_: Actor = OWNER, yes: str | None = None, **input: Any) -> Any:
        """Call an operation through the gate; ``yes`` is what confirms it."""
        return self.services.gate.call(operation, input, actor=as_, confirm=yes)

    def events(self, topic: str = "") -> list[Event]:
        """The journal's entries of a topic, oldest first."""
        with self.services.database.read() as connection:
            return [one for one in journal_store.after(connection, 0, 10_000) if one.name.startswith(topic)]

    def names(self, topic: str = "") -> list[str]:
        """The names of the journal's entries of a topic, oldest first."""
        return [one.name for one in self.events(topic)]

    def close(self) -> None:
        """Close what was opened."""
        self.services.http.close()
        self.services.doors.close()
        self.services.database.close()
