"""What can be set about a Hydra: every setting with its type, its default and its meaning."""

import re
import socket
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import croniter
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from hydra_lab.kernel.settings.address import host_of, path_of, readable_address, readable_path
from hydra_lab.kernel.settings.entry import LOOPBACK, ForwardAuth, Mcp, Networks, Oidc, listed
from hydra_lab.kernel.settings.machine import Fingerprint, Machine, MachineName
from hydra_lab.kernel.settings.place import default_data_dir, system_time_zone

WINDOW = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")


def known_zone(name: str) -> str:
    """The name if it is an IANA time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no time zone; names look like Europe/Berlin or America/Chicago") from error
    return name


def readable_window(text: str) -> str:
    """The text if it is a time window such as 22:00-07:00."""
    if not WINDOW.match(text):
        raise ValueError("a window is two times, such as 22:00-07:00")
    return text


def readable_cron(text: str) -> str:
    """The text if it is a cron line of five fields, or ``off``."""
    if text != "off" and (len(text.split()) != 5 or not croniter.is_valid(text)):
        raise ValueError("a schedule is five cron fields, such as 30 3 * * *, or off")
    return text


def readable_url(text: str) -> str:
    """The text if it is a database URL of SQLite or Postgres."""
    try:
        backend = make_url(text).get_backend_name()
    except ArgumentError:
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise ValueError("a database URL starts with sqlite:/// or postgresql://")
    return text


def host_name(text: str) -> str:
    """The text if it is a bare host name or address, with a port or without, ``*.`` in front allowed."""
    if not text or any(sign in text for sign in "/@ ?#"):
        raise ValueError("a host is a name such as lab.example or lab.example:8080, without http://")
    return text.lower()


Hosts = Annotated[tuple[Annotated[str, AfterValidator(host_name)], ...], BeforeValidator(listed)]
Slots = Annotated[int, Field(ge=0, le=1000)]
OPEN_ENDED = ("lanes", "budgets", "nodes", "host_keys")  # groups whose parts the owner names
LANES = {"default": 8, "inference": 2, "models": 16}
FROZEN = ConfigDict(frozen=True, extra="forbid")


class Retention(BaseModel):
    """How long finished things are kept."""

    model_config = FROZEN
    items_days: int = Field(90, ge=1, description="Days to keep finished work items.")
    journal_days: int = Field(365, ge=1, description="Days to keep journal entries.")
    logs_days: int = Field(30, ge=1, description="Days to keep the log lines of work items.")


class Http(BaseModel):
    """Which addresses Hydra may call when an item names one."""

    model_config = FROZEN
    allowed_hosts: Hosts = Field((), description="Hosts that http.call may call; none unless named here.")


class Backups(BaseModel):
    """When backups are made and how many are kept."""

    model_config = FROZEN
    every: Annotated[str, AfterValidator(readable_cron)] = Field(
        "30 3 * * *", description="When to back up: five cron fields in the lab's time zone, or off."
    )
    keep: int = Field(7, ge=1, description="How many backups to keep.")


class Classify(BaseModel):
    """Which model finds operations for items of a backlog that no rule knows, and how sure it has to be."""

    model_config = FROZEN
    model: str = Field(
        "", max_length=200, description="The model or alias that finds operations for backlog items; none while empty."
    )
    confidence: float = Field(0.8, ge=0, le=1, description="Below this confidence of the model a person chooses.")
    samples: int = Field(3, ge=1, le=9, description="How often the model is asked about an item, to see if it agrees.")


class Settings(BaseModel):
    """Everything that can be set, in force now. Where a value came from is ``SettingsStore.sources``."""

    model_config = FROZEN

    data_dir: Annotated[Path, AfterValidator(lambda path: path.expanduser().absolute())] = Field(
        default_factory=default_data_dir, description="The folder that holds everything."
    )
    host: str = Field("127.0.0.1", description="The address to listen on; 127.0.0.1 is this machine alone.")
    port: int = Field(8700, ge=0, le=65535, description="The port to listen on; 0 takes any free one.")
    node: str = Field(default_factory=socket.gethostname, min_length=1, description="This machine's name among nodes.")
    database_url: Annotated[str, AfterValidator(readable_url)] = Field(
        "",
        description="Where the database is; hydra.db in the data directory unless set.",
        validate_default=False,
    )
    synchronous: Literal["FULL", "NORMAL"] = Field(
        "FULL",
        description="SQLite's durability: FULL survives power loss, NORMAL is faster and survives crashes.",
    )
    time_zone: Annotated[str, AfterValidator(known_zone)] = Field(
        default_factory=system_time_zone,
        description="The lab's time zone, for windows, schedules and digests.",
    )
    overnight: Annotated[str, AfterValidator(readable_window)] = Field(
        "22:00-07:00", description="What “overnight” means, in the lab's time zone."
    )
    aging_h: float = Field(6.0, gt=0, description="Hours ready after which an item rises one priority class.")
    lanes: dict[str, Slots] = Field(
        default_factory=LANES.copy,
        description="How many items each lane runs at once.",
    )
    budgets: dict[str, Annotated[float, Field(ge=0)]] = Field(
        default_factory=dict, description="What may be spent a day, by unit, e.g. tokens or gpu_minutes; no limit else."
    )
    nodes: dict[MachineName, Machine] = Field(
        default_factory=dict, description="The lab's machines, each under its name: address, user, host key, roles."
    )
    host_keys: dict[MachineName, Fingerprint] = Field(
        default_factory=dict, description="Fingerprints of the host keys that a person has confirmed, by node."
    )
    retention: Retention = Retention()
    http: Http = Http()
    backup: Backups = Backups()
    oidc: Oidc = Oidc()
    forward_auth: ForwardAuth = ForwardAuth()
    mcp: Mcp = Mcp()
    classify: Classify = Classify()
    disk_free_min_mib: int = Field(512, ge=0, description="Below this much free disk no new work is released.")
    allowed_hosts: Hosts = Field(
        (), description="Host names under which Hydra answers, besides localhost and its own address."
    )
    public_url: Annotated[str, AfterValidator(readable_address)] = Field(
        "", description="The address people open, such as https://lab.example/hydra; links in messages begin with it."
    )
    base_path: Annotated[str, AfterValidator(readable_path)] = Field(
        "",
        description="The path below which a reverse proxy shows Hydra, such as /hydra; public_url's path unless set.",
        validate_default=True,
    )
    trusted_proxies: Networks = Field(
        LOOPBACK, description="Reverse proxies whose word on the caller's address and on https is taken."
    )
    approval_lapse_h: float = Field(72.0, gt=0, description="Hours after which an unanswered approval lapses.")
    demo: bool = Field(False, description="Every page says that this is a demo; set by `hydra up --demo`.")
    log_json: bool | None = Field(None, description="Logs as JSON lines; unset means JSON unless on a terminal.")

    @field_validator("base_path")
    @classmethod
    def path_of_the_public_address(cls, path: str, info: ValidationInfo) -> str:
        """Without a base path it is the public address's; two that differ are refused."""
        address = info.data.get("public_url", "")
        if path and address and path != path_of(address):
            raise ValueError(
                f"differs from the path of public_url, {address}: end public_url with {path}, or leave base_path out"
            )
        return path or path_of(address)

    @model_validator(mode="after")
    def database_beside_the_data(self) -> Self:
        """Without a URL the database is a file in the data directory."""
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir / 'hydra.db'}")
        return self

    def slots(self, lane: str) -> int:
        """How many items a lane runs at once; a lane nobody sized runs one."""
        return self.lanes.get(lane, 1)

    def host_key(self, node: str) -> str:
        """The host key that a node must show, or its fingerprint; empty where nobody has confirmed one."""
        machine = self.nodes.get(node)
        return (machine.host_key if machine else "") or self.host_keys.get(node, "")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every host name under which Hydra answers: the allowed ones and the public address's."""
        return (*self.allowed_hosts, host_of(self.public_url)) if self.public_url else self.allowed_hosts

    @property
    def zone(self) -> ZoneInfo:
        """The lab's time zone."""
        return ZoneInfo(self.time_zone)

    @property
    def approval_lapse(self) -> timedelta:
        """How long an approval waits."""
        return timedelta(hours=self.approval_lapse_h)

    @property
    def night(self) -> tuple[time, time]:
        """When the night begins and ends, in the lab's time zone."""
        begin, _, end = self.overnight.partition("-")
        return time.fromisoformat(begin), time.fromisoformat(end)


# Read before the database is open, so they cannot be kept in it; changed in hydra.toml or the environment.
AT_START = frozenset(
    {
        "data_dir",
        "host",
        "port",
        "node",
        "database_url",
        "synchronous",
        "log_json",
        "public_url",
        "base_path",
        "oidc.client_secret",
        "demo",
    }
)
