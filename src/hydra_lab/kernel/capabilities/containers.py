"""Containers as areas know them: how one is, what it wrote, what happens to it, and what runs them.

They may run on several nodes. Those of the host that is set for Docker itself are named as they are there; those of a
node ``web@gpu2``, and their ids end so too: whoever has a name or an id has all that is needed to reach the container.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, runtime_checkable

from hydra_lab.kernel.errors import HydraError

AT = "@"


def node_of(id: str) -> str:
    """The node in a container's name or id; empty for the host that is set for Docker itself."""
    return id.rpartition(AT)[2] if AT in id else ""


def own(id: str) -> str:
    """A container's name or id as its own host has it."""
    return id.partition(AT)[0]


def placed(id: str, node: str) -> str:
    """A name or id of a node's own as it is told."""
    return f"{id}{AT}{node}" if node else id


@contextmanager
def reaching(id: str, need: str = "container_host") -> Iterator[None]:
    """What fails within it may fail because the node of a container is lost: work waits for just that node then."""
    try:
        yield
    except HydraError as error:
        if node := node_of(id):
            error.parts = (*error.parts, f"{need}{AT}{node}")
        raise


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

    ``state`` is ``created``, ``running``, ``paused``, ``restarting``, ``removing``, ``exited`` or ``dead``.
    ``health`` is ``starting``, ``healthy`` or ``unhealthy``, and ``None`` where nothing checks it; ``check`` is what
    its own check said last. ``exit_code`` is of its last end, ``None`` before the first. ``image_id`` is of the image
    it was made from, whatever its name means by now. ``addresses`` are its own in its networks, where those can be
    reached; one that is ``fleeting`` is deleted by the host when it ends.
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
    check: str | None = None

    @property
    def node(self) -> str:
        """The node that it runs on; empty for the host that is set for Docker itself."""
        return node_of(self.id)

    @property
    def own_name(self) -> str:
        """Its name on its own host."""
        return own(self.name)

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

    @property
    def at(self) -> datetime:
        """When it happened."""
        return datetime.fromtimestamp(self.at_ns // 10**9, UTC) + timedelta(microseconds=self.at_ns % 10**9 // 1000)


@dataclass(frozen=True, kw_only=True)
class Executed:
    """A command that ran in a container: what it ended with, and the end of what it wrote."""

    exit_code: int
    output: str = ""


@runtime_checkable
class ContainerHost(Protocol):
    """Runs containers. A container is named by its id or its name; an unknown one raises ``NotFound``."""

    def nodes(self) -> Sequence[str]:
        """The hosts there are: the one set for itself, as an empty text, and the nodes that have one, by name."""

    def containers(self, node: str = "") -> Sequence[Container]:
        """Every container of one host, also those that do not run, by name."""

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

    def happened(self, since_ns: int, quiet_s: float, node: str = "") -> Iterator[Happened | None]:
        """What happens to containers of one host after a time, as it happens; ends when nothing came for ``quiet_s``.

        ``None`` comes first, once the host listens. Raises ``Unavailable`` when the host is lost.
        """
