"""What a container host keeps on its disk: images, containers, volumes and what building left behind."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class StoredImage:
    """An image. ``bytes`` is all it takes, ``own_bytes`` what no other image shares; unknown is ``None``.

    ``names`` are those it has now, such as ``shop/api:3``; one that lost its name to a newer image has none. By its
    ``digests``, such as ``shop/api@sha256:…``, it is known where it came from.
    ``came_at`` is when it got a name here, by being built, pulled or tagged. ``built_on`` are images without a name
    that it is built on: what nothing else needs of them goes with it.
    """

    id: str
    names: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    bytes: int | None = None
    own_bytes: int | None = None
    made_at: datetime | None = None
    came_at: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)
    built_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StoredContainer:
    """A container, running or not, and what it refers to. ``bytes`` is what it wrote into itself.

    ``image`` is the name that it was made from, whatever that means by now; ``image_id`` what it meant then.
    ``ended_at`` is when it ended last, ``None`` while it runs or where that is unknown.
    """

    id: str
    name: str
    image: str
    image_id: str
    state: str
    bytes: int | None = None
    made_at: datetime | None = None
    ended_at: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)
    volumes: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether it runs; one that is paused or about to start again does."""
        return self.state in ("running", "paused", "restarting")


@dataclass(frozen=True, kw_only=True)
class StoredVolume:
    """A volume; an ``anonymous`` one was never given a name by anybody."""

    name: str
    anonymous: bool
    bytes: int | None = None
    made_at: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CachePiece:
    """A piece of what building left behind. A ``shared`` one is also part of an image, and takes no room by itself."""

    id: str
    what: str
    bytes: int | None = None
    in_use: bool = False
    shared: bool = False
    made_at: datetime | None = None
    used_at: datetime | None = None
    built_on: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """Bytes on the disk as the host itself measures them; what it does not tell is ``None``."""

    images: int | None = None
    containers: int | None = None
    volumes: int | None = None
    build_cache: int | None = None

    @property
    def total(self) -> int | None:
        """All of it, where all of it is known."""
        known = [one for one in (self.images, self.containers, self.volumes, self.build_cache) if one is not None]
        return sum(known) if len(known) == 4 else None


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Everything that a host keeps."""

    sizes: Sizes
    images: tuple[StoredImage, ...] = ()
    containers: tuple[StoredContainer, ...] = ()
    volumes: tuple[StoredVolume, ...] = ()
    build_cache: tuple[CachePiece, ...] = ()


@runtime_checkable
class ImageHost(Protocol):
    """Keeps images, and removes what nobody needs. It never removes what a container refers to."""

    def nodes(self) -> Sequence[str]:
        """The hosts there are: the one set for itself, as an empty text, and the nodes that have one, by name."""

    def at(self, node: str) -> "ImageHost":
        """The host of a node. Raises ``NotFound`` for one that has none."""

    def stored(self) -> Stored:
        """Everything there is, measured now; that may take a minute where volumes are large."""

    def containers(self) -> Sequence[StoredContainer]:
        """Every container, without sizes and times of its end; quick."""

    def remove_image(self, id: str, names: Sequence[str], *, with_built_on: bool = True) -> None:
        """Delete an image that has just these names. Raises ``NotFound``, and ``Conflict`` when anything refers to it.

        What it is built on goes with it unless something needs that, or ``with_built_on`` is off.
        """

    def remove_cached(self, id: str) -> None:
        """Delete a piece of build cache. Raises ``Conflict`` when the host keeps it."""

    def remove_volume(self, name: str) -> None:
        """Delete a volume. Raises ``NotFound``, and ``Conflict`` when a container refers to it."""
