"""What integrations can do for areas, as Protocols: areas ask for the ability, not for the product."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from hydra_lab.kernel.capabilities.alerts import (
    Alert as Alert,
    AlertHistory as AlertHistory,
    AlertSource as AlertSource,
    HeldSilence as HeldSilence,
    Matcher as Matcher,
    NewSilence as NewSilence,
    PastAlert as PastAlert,
    Silence as Silence,
    Silencer as Silencer,
)
from hydra_lab.kernel.capabilities.commands import (
    Choice as Choice,
    CommandTemplate as CommandTemplate,
    HostCommand as HostCommand,
    Number as Number,
    Text as Text,
    path as path,
)
from hydra_lab.kernel.capabilities.hosts import (
    Figure as Figure,
    FileSystem as FileSystem,
    Gpu as Gpu,
    GpuHost as GpuHost,
    HostMeter as HostMeter,
    HostShell as HostShell,
    NodeReading as NodeReading,
    Ran as Ran,
)
from hydra_lab.kernel.capabilities.images import (
    CachePiece as CachePiece,
    ImageHost as ImageHost,
    Sizes as Sizes,
    Stored as Stored,
    StoredContainer as StoredContainer,
    StoredImage as StoredImage,
    StoredVolume as StoredVolume,
)
from hydra_lab.kernel.capabilities.making import ContainerMaker as ContainerMaker
from hydra_lab.kernel.capabilities.models import (
    Ability as Ability,
    LoadedModel as LoadedModel,
    Loading as Loading,
    LoadOptions as LoadOptions,
    Model as Model,
    ModelBackend as ModelBackend,
    ModelServer as ModelServer,
    ServedAnswer as ServedAnswer,
)
from hydra_lab.kernel.capabilities.presence import (
    HomePanel as HomePanel,
    PresenceSource as PresenceSource,
    Sighting as Sighting,
    Tile as Tile,
)
from hydra_lab.kernel.capabilities.workflows import (
    Run as Run,
    RunState as RunState,
    Workflow as Workflow,
    WorkflowHost as WorkflowHost,
)


class Severity(StrEnum):
    """How much a message matters. What went well ranks with what is merely good to know."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """A number that grows with the severity."""
        return {Severity.WARNING: 1, Severity.CRITICAL: 2}.get(self, 0)


@dataclass(frozen=True, kw_only=True)
class Link:
    """Something to open: what it is called, and its absolute address."""

    title: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What a person is told.

    ``text`` and the values of ``fields`` (name and value) are plain but for code in `backticks`; with ``markdown`` the
    text is Markdown. ``url`` is where the title leads. ``id`` lets who gets a message twice see that it is the same.
    """

    title: str
    text: str = ""
    markdown: bool = False
    severity: Severity = Severity.INFO
    fields: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()
    url: str | None = None
    id: str | None = None


@runtime_checkable
class Notifier(Protocol):
    """Tells a person something outside Hydra. Raises the kernel's errors when it cannot."""

    def notify(self, notice: Notice) -> None:
        """Send one message, in as many parts as it takes."""


@runtime_checkable
class ManyPlaces(Protocol):
    """What a notifier is besides that can send to several places, each by a name of its own."""

    def places(self) -> tuple[str, ...]:
        """The places' names."""

    def at(self, place: str) -> Notifier:
        """The notifier of one place. Raises ``NotFound`` for an unknown name."""


@runtime_checkable
class ResourceMeter(Protocol):
    """Knows how much of each resource is free, e.g. ``gpu_memory_gib``; answers from its last measurement."""

    def free(self) -> dict[str, float]:
        """Free amounts by resource; one that was not measured is absent."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A value of one series at a time; ``value`` is ``None`` where it is no number. A missing series is no sample."""

    labels: dict[str, str]
    at: datetime
    value: float | None


@dataclass(frozen=True, kw_only=True)
class Series:
    """One series over a span: its points in order of time, with gaps where nothing was measured."""

    labels: dict[str, str]
    points: tuple[tuple[datetime, float | None], ...]


@runtime_checkable
class MetricsSource(Protocol):
    """Knows what was measured. What it has no measurement of is absent from its answers."""

    def query(self, expression: str, *, at: datetime | None = None) -> list[Sample]:
        """What an expression gives at one time, by default now. Raises ``Invalid`` for a wrong expression."""

    def query_range(self, expression: str, *, start: datetime, end: datetime, step_s: float) -> list[Series]:
        """What an expression gives over a span. Raises ``Invalid`` for a wrong expression."""


@dataclass(frozen=True, kw_only=True)
class Port:
    """A port of a container. ``host_port`` is ``None`` where it is not published."""

    port: int
    protocol: str
    host_ip: str | None = None
    host_port: int | None = None


@dataclass(frozen=True, kw_only=True)
class Container:
    """One container as it was when asked.

    ``state`` is ``created``, ``running``, ``paused``, ``restarting``, ``removing``, ``exited`` or ``dead``. ``health``
    is ``starting``, ``healthy`` or ``unhealthy``, and ``None`` where nothing checks it. ``exit_code`` is of its last
    end, ``None`` before the first. ``image_id`` is of the image it was made from, whatever its name means by now.
    ``addresses`` are its own in its networks; one that is ``fleeting`` is deleted by the host when it ends.
    """

    id: str
    name: str
    image: str
    image_id: str
    state: str
    health: str | None = None
    exit_code: int | None = None
    oom_killed: bool | None = None
    error: str | None = None
    restarts: int | None = None
    restart_policy: str | None = None
    created_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    ports: tuple[Port, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    fleeting: bool = False

    @property
    def running(self) -> bool:
        """Whether it runs now; one that is paused or about to start again does not."""
        return self.state == "running"

    @property
    def well(self) -> bool:
        """Whether it runs and, where something checks it, was found healthy."""
        return self.running and self.health in (None, "healthy")

    @property
    def since(self) -> datetime | None:
        """Since when it is in its state, as far as that is known."""
        return self.finished_at if self.state in ("exited", "dead") else self.started_at or self.created_at


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line that a container wrote. ``stream`` is ``stdout`` or ``stderr``."""

    at: datetime | None
    stream: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something that happened to a container. ``at_ns`` is in nanoseconds since 1970, by the host's clock.

    ``action`` is ``create``, ``start``, ``die``, ``oom``, ``kill``, ``stop``, ``restart``, ``pause``, ``unpause``,
    ``rename``, ``health_status`` or ``destroy``; ``health`` comes with ``health_status``, ``exit_code`` with ``die``.
    """

    at_ns: int
    action: str
    id: str
    name: str
    image: str
    exit_code: int | None = None
    health: str | None = None
    signal: str | None = None


@dataclass(frozen=True, kw_only=True)
class Executed:
    """A command that ran in a container: what it ended with, and the end of what it wrote."""

    exit_code: int
    output: str = ""


@runtime_checkable
class ContainerHost(Protocol):
    """Runs containers. A container is named by its id or its name; an unknown one raises ``NotFound``."""

    def containers(self) -> Sequence[Container]:
        """Every container, also those that do not run, by name."""

    def container(self, id: str) -> Container:
        """One container as it is now."""

    def logs(self, id: str, *, tail: int, since: datetime | None = None) -> Sequence[LogLine]:
        """The last ``tail`` lines that a container wrote, oldest first."""

    def start(self, id: str) -> None:
        """Start a container; one that runs stays as it is."""

    def stop(self, id: str) -> None:
        """Have a container end, by force if it takes long; one that does not run stays as it is."""

    def restart(self, id: str) -> None:
        """Stop a container and start it again."""

    def remove(self, id: str) -> None:
        """Delete a container that does not run. What it wrote into itself is gone; its volumes stay."""

    def rename(self, id: str, name: str) -> None:
        """Call a container otherwise. Raises ``Conflict`` where another has that name."""

    def copy(self, id: str, name: str, image: str | None = None) -> str:
        """Make a container as another was made, with its volumes and networks; the id of the new one, not started.

        ``image`` is the id of another image to make it from. Raises ``NotFound`` where that is not there any more.
        """

    def execute(self, id: str, command: Sequence[str], timeout_s: float) -> Executed:
        """Run a command in a container that runs. Raises ``TimedOut`` when it takes longer than that."""

    def happened(self, since_ns: int, quiet_s: float) -> Iterator[Happened | None]:
        """What happens to containers after a time, as it happens; ends when nothing came for ``quiet_s``.

        ``None`` comes first, once the host listens. Raises ``Unavailable`` when the host is lost.
        """
