"""What integrations can do for areas, as Protocols: areas ask for the ability, not for the product."""

from dataclasses import dataclass
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
from hydra_lab.kernel.capabilities.containers import (
    Container as Container,
    ContainerHost as ContainerHost,
    Executed as Executed,
    Happened as Happened,
    LogLine as LogLine,
    Port as Port,
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
