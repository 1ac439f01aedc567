"""What is told of the disk, what the owner's rules say, and what a clean-up comes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from hydra_lab.kernel.operation import Input, Output

Kind = Literal["image", "volume", "build cache"]
ONE_OF = {"image": ("image", "images"), "volume": ("volume", "volumes"),
          "build cache": ("piece of build cache", "pieces of build cache")}  # fmt: skip
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


class Rules(Input):
    """What is never removed, and how long something must have been unused before it may be."""

    keep: list[str] = Field(
        default=[], max_length=200, description="Names of images that always stay, such as `shop/*` or `postgres:16`"
    )
    unused_days: float = Field(default=30, ge=0, le=3650, description="Days without use before an image may go")
    named: bool = Field(default=True, description="Images that still have a name may go too")
    rollbacks: int = Field(default=1, ge=0, le=20, description="Earlier images of each container that stay")
    cache_days: float = Field(default=14, ge=0, le=3650, description="Days without use before build cache may go")


@dataclass(frozen=True, kw_only=True)
class Run:
    """That a container ran from an image, known by its id or only by its name; ``well_at`` is when it was healthy."""

    container: str
    ref: str
    last_at: datetime
    well_at: datetime | None = None


class ImageUse(Output):
    """An image. Sizes in bytes; ``own_bytes`` is what no other image shares. What is not known is ``null``."""

    id: str
    names: list[str]
    bytes: int | None
    own_bytes: int | None
    made_at: AwareDatetime | None
    came_at: AwareDatetime | None = Field(description="When it was built, pulled or tagged here")
    last_used_at: AwareDatetime | None = Field(description="When a container was last seen to run from it")
    last_used_by: str | None
    used_by: list[str] = Field(description="Containers that refer to it, running or not")


class ContainerUse(Output):
    """A container, and what it wrote into itself."""

    id: str
    name: str
    image: str
    state: str
    bytes: int | None
    made_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="When it ran last; the time of measuring while it runs")
    volumes: list[str]


class VolumeUse(Output):
    """A volume."""

    name: str
    anonymous: bool = Field(description="Nobody ever gave it a name")
    bytes: int | None
    made_at: AwareDatetime | None
    last_used_at: AwareDatetime | None = Field(description="When a container that still refers to it ran last")
    used_by: list[str]


class CacheUse(Output):
    """A piece of what building left behind."""

    id: str
    what: str
    bytes: int | None
    in_use: bool
    shared: bool = Field(description="It is part of an image too, and takes no room by itself")
    made_at: AwareDatetime | None
    last_used_at: AwareDatetime | None


class SizesTold(Output):
    """Bytes on the disk, as the host itself measures them."""

    images: int | None
    containers: int | None
    volumes: int | None
    build_cache: int | None
    total: int | None


class Usage(Output):
    """What containers take on the disk, the largest first."""

    measured_at: AwareDatetime
    sizes: SizesTold
    images: list[ImageUse]
    containers: list[ContainerUse]
    volumes: list[VolumeUse]
    build_cache: list[CacheUse]


class Goes(Output):
    """Something that may go, and why. ``bytes`` is what only it takes, so that this at least is freed."""

    kind: Kind
    id: str
    name: str
    names: list[str] = Field(description="All names that an image loses with it")
    bytes: int | None
    why: str
    with_built_on: bool = True


class Stays(Output):
    """Something that stays, and every reason for it."""

    kind: Kind
    id: str
    name: str
    bytes: int | None
    why: list[str]


class Failed(Output):
    """Something that should have gone and is still there."""

    kind: Kind
    name: str
    why: str


class Plan(Output):
    """What goes and what stays, by what was measured at a time."""

    node: str = ""
    measured_at: AwareDatetime
    sizes: SizesTold
    goes: list[Goes]
    stays: list[Stays]
    least_bytes: int = Field(description="What goes takes at least so much that nothing else shares")
    unread: list[str] = Field(description="Compose files that cannot be read here: what only they name is not known")


class Cleanup(Output):
    """What a clean-up came to, or would come to."""

    summary: str
    dry_run: bool
    goes: list[Goes]
    stays: list[Stays]
    least_bytes: int
    unread: list[str]
    removed: list[Goes] = []
    failed: list[Failed] = []
    before: SizesTold
    after: SizesTold | None = None
    reclaimed_bytes: int | None = Field(default=None, description="Measured by the host before and after")


def size(count: float | None) -> str:
    """Bytes in words."""
    if count is None:
        return "of unknown size"
    for unit in UNITS:
        if abs(count) < 1024 or unit == UNITS[-1]:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError


def counted(things: list[Goes]) -> str:
    """Things by kind in words: “2 images and 1 volume”."""
    parts = []
    for kind, (one, many) in ONE_OF.items():
        count = sum(each.kind == kind for each in things)
        parts += [f"{count} {one if count == 1 else many}"] if count else []
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:]))) or "nothing"
