"""Making containers from a description, as areas know it whatever runs them."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class PublishedPort:
    """A port of a container on its host. ``host_port`` is ``None`` where any free one will do."""

    port: int
    protocol: str = "tcp"
    host_ip: str = ""
    host_port: int | None = None


@dataclass(frozen=True, kw_only=True)
class Mounted:
    """Where a volume (by its name) or a folder of the host (by its path) is found in a container."""

    source: str
    place: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class ContainerSpec:
    """What a container is, or is to be, made with; ``None`` is what nobody says anything of.

    ``restart_policy`` is ``no``, ``always``, ``unless-stopped``, ``on-failure`` or ``on-failure:3``.
    """

    image: str
    command: tuple[str, ...] | None = None
    env: dict[str, str] | None = field(default=None, repr=False)
    labels: dict[str, str] | None = None
    ports: tuple[PublishedPort, ...] | None = None
    mounts: tuple[Mounted, ...] | None = None
    networks: tuple[str, ...] | None = None
    restart_policy: str | None = None


@runtime_checkable
class ContainerMaker(Protocol):
    """Makes containers, on the host of the node in their name. An unknown id or name raises ``NotFound``."""

    def spec(self, id: str, *, own: bool = False) -> ContainerSpec:
        """What a container was made with; with ``own`` without what its image gave it."""

    def make(self, name: str, spec: ContainerSpec, like: str | None = None) -> str:
        """Make a container that is not started; its id. What is not said of it is as in the container ``like``.

        What is said of environment, labels and mounts comes to what that one has. Raises ``NotFound`` where the image
        is not there, ``Conflict`` where the name is taken.
        """

    def image(self, name: str, node: str = "") -> str | None:
        """The id of the image that a name means now on a host; ``None`` where that has none."""

    def pull(self, name: str, node: str = "") -> None:
        """Have a host fetch an image from its registry. Raises ``Refused`` with what the host says, ``Unavailable``."""

    def set_restart_policy(self, id: str, policy: str) -> None:
        """Have the host restart a container otherwise from now on; it runs on."""
