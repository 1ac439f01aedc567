"""What the Docker Engine tells, in its own shape: https://docs.docker.com/reference/api/engine/."""

import re
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_pascal

from hydra_lab.kernel.capabilities import Container, Happened, Port

SECRET = re.compile(r"(?i)pass|secret|token|key|credential|auth")
SHORTEST = 6  # shorter values would mask ordinary words
MASK = "•••"
ID = re.compile(r"\b[0-9a-f]{64}\b")
THROUGH = re.compile(r"(failed to create (shim )?task( for container)?|OCI runtime create failed|runc create failed): ")
MOST_SAID = 300  # characters of what a check wrote
NEVER = 1  # the year of Go's zero time, which stands for “never”


class Wire(BaseModel):
    """Base of what is read: names are the Engine's, and what it does not name is unknown."""

    model_config = ConfigDict(frozen=True, alias_generator=to_pascal, defer_build=True)


class Version(Wire):
    """Which Engine it is."""

    version: str
    api_version: str
    os: str | None = None
    arch: str | None = None


class Looked(Wire):
    """What its own check wrote one time."""

    output: str | None = None


class Health(Wire):
    """What its own check found, and the last few times of it, oldest first."""

    status: str | None = None
    log: list[Looked] | None = None

    def said(self, secrets: list[str]) -> str | None:
        """What it wrote last, in one line, without secrets."""
        text = " ".join((self.log[-1].output or "").split()) if self.log else ""
        for secret in secrets:
            text = text.replace(secret, MASK)
        return text[:MOST_SAID] or None


class State(Wire):
    """How a container is."""

    status: str
    exit_code: int | None = None
    oom_killed: bool | None = Field(default=None, alias="OOMKilled")
    error: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    health: Health | None = None


class Config(Wire):
    """What it was made with."""

    image: str
    tty: bool = False
    env: list[str] | None = Field(default=None, repr=False)
    labels: dict[str, str] | None = None

    @property
    def secrets(self) -> list[str]:
        """Values of its environment that are secret by their names, the longest first."""
        pairs = [one.partition("=") for one in self.env or []]
        found = [value for name, _, value in pairs if SECRET.search(name) and len(value) >= SHORTEST]
        return sorted(found, key=len, reverse=True)


class RestartPolicy(Wire):
    """What the Engine itself does when it ends."""

    name: str | None = None


class HostConfig(Wire):
    """What it was made with on the host's side."""

    restart_policy: RestartPolicy | None = None
    auto_remove: bool = False


class Binding(Wire):
    """Where a port is published."""

    host_ip: str | None = None
    host_port: str | None = None


class Endpoint(Wire):
    """Its place in one network."""

    ip_address: str | None = Field(default=None, alias="IPAddress")


class Network(Wire):
    """Its ports, such as ``80/tcp``, and its networks by name."""

    ports: dict[str, list[Binding] | None] | None = None
    networks: dict[str, Endpoint] | None = None


class Mount(Wire):
    """A volume or a folder inside of it."""

    type: str | None = None
    name: str | None = None


class Inspected(Wire):
    """A container in full."""

    id: str
    name: str
    image: str
    created: datetime | None = None
    restart_count: int | None = None
    state: State
    config: Config
    host_config: HostConfig | None = None
    network_settings: Network | None = None
    mounts: list[Mount] | None = None

    @property
    def as_container(self) -> Container:
        """The same in Hydra's words."""
        state, policy = self.state, self.host_config.restart_policy if self.host_config else None
        networks = (self.network_settings.networks if self.network_settings else None) or {}
        health = state.health.status if state.health else None
        begun = known(state.started_at)
        return Container(
            id=self.id, name=self.name.removeprefix("/"), image=self.config.image, image_id=self.image,
            state=state.status, health=health if health not in (None, "", "none") else None,
            check=state.health.said(self.config.secrets) if state.health else None,
            exit_code=state.exit_code if known(state.finished_at) and state.status != "running" else None,
            oom_killed=state.oom_killed, error=plain(state.error), restarts=self.restart_count,
            restart_policy=policy.name or None if policy else None, created_at=known(self.created),
            started_at=begun, finished_at=known(state.finished_at),
            ports=tuple(ports_of(self.network_settings.ports or {} if self.network_settings else {})),
            labels=self.config.labels or {},
            volumes=tuple(one.name for one in self.mounts or [] if one.type == "volume" and one.name),
            addresses=tuple(one.ip_address for one in networks.values() if one.ip_address),
            fleeting=bool(self.host_config and self.host_config.auto_remove),
        )  # fmt: skip


class Listed(Wire):
    """A container in a list."""

    id: str


class Made(Wire):
    """What it made."""

    id: str


class Actor(Wire):
    """What an event is about."""

    id: str = Field(alias="ID")
    attributes: dict[str, str] = Field(default_factory=dict)


class Event(Wire):
    """One line of the event stream."""

    type: str
    action: str
    actor: Actor
    time_nano: int = Field(alias="timeNano")

    @property
    def as_happened(self) -> Happened:
        """The same in Hydra's words."""
        action, _, health = self.action.partition(": ")
        told = self.actor.attributes
        code = told.get("exitCode", "")
        return Happened(
            at_ns=self.time_nano, action=action, id=self.actor.id, name=told.get("name", self.actor.id[:12]),
            image=told.get("image", ""), exit_code=int(code) if code.lstrip("-").isdigit() else None,
            health=health or None, signal=told.get("signal"),
        )  # fmt: skip


def plain(text: str | None) -> str | None:
    """What the Engine says went wrong, without the names of the programs it went through and with short ids."""
    return ID.sub(lambda found: found[0][:12], THROUGH.sub("", text)) if text else None


def known(at: datetime | None) -> datetime | None:
    """A time; ``None`` for the one that stands for never."""
    return None if at is None or at.year == NEVER else at


def ports_of(told: dict[str, list[Binding] | None]) -> list[Port]:
    """Ports, each published address by itself."""
    found = []
    for name, bindings in sorted(told.items()):
        number, _, protocol = name.partition("/")
        if not number.isdigit():
            continue
        for one in bindings or [Binding()]:
            host = int(one.host_port) if one.host_port and one.host_port.isdigit() else None
            found.append(
                Port(port=int(number), protocol=protocol or "tcp", host_ip=one.host_ip or None, host_port=host)
            )
    return found
