"""What the Engine tells of its disk, in its own shape, of old versions and of new ones."""

from datetime import UTC, datetime
from typing import Any

from pydantic import AliasChoices, Field, model_validator

from hydra_lab.integrations.docker.model import Mount, State, Wire, known
from hydra_lab.kernel.capabilities import CachePiece, Sizes, StoredContainer, StoredImage, StoredVolume

NONE = "<none>"  # what stands in the place of a name that an image does not have
ANONYMOUS = "com.docker.volume.anonymous"
UNNAMED = 64  # hexadecimal digits make the name of a volume that got none


class ImageOnDisk(Wire):
    """An image in a list. Sizes of -1 were not measured."""

    id: str
    parent_id: str | None = None
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    created: int | None = None
    size: int | None = None
    shared_size: int | None = None
    labels: dict[str, str] | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """Its names."""
        return tuple(one for one in self.repo_tags or () if NONE not in one)

    @property
    def digests(self) -> tuple[str, ...]:
        """What it is known by where it came from."""
        return tuple(one for one in self.repo_digests or () if NONE not in one)

    def as_image(self, came_at: datetime | None, built_on: tuple[str, ...]) -> StoredImage:
        """The same in Hydra's words."""
        size, shared = measured(self.size), measured(self.shared_size)
        return StoredImage(
            id=self.id, names=self.tags, digests=self.digests, bytes=size, labels=self.labels or {}, came_at=came_at,
            built_on=built_on,
            own_bytes=None if size is None or shared is None else size - shared, made_at=seconds(self.created),
        )  # fmt: skip


class Tagged(Wire):
    """When an image got its last name."""

    last_tag_time: datetime | None = None


class ImageInspected(Wire):
    """An image by itself."""

    id: str
    repo_tags: list[str] | None = None
    repo_digests: list[str] | None = None
    metadata: Tagged | None = None

    @property
    def came_at(self) -> datetime | None:
        """When it got its last name here."""
        return known(self.metadata.last_tag_time) if self.metadata else None


class ContainerOnDisk(Wire):
    """A container in a list."""

    id: str
    names: list[str] | None = None
    image: str
    image_id: str = Field(alias="ImageID")
    state: str
    created: int | None = None
    size_rw: int | None = None
    labels: dict[str, str] | None = None
    mounts: list[Mount] | None = None

    def as_container(self, ended_at: datetime | None = None) -> StoredContainer:
        """The same in Hydra's words."""
        names = [one.removeprefix("/") for one in self.names or ()]
        return StoredContainer(
            id=self.id, name=min(names, key=len) if names else self.id[:12], image=self.image, image_id=self.image_id,
            state=self.state, bytes=measured(self.size_rw), made_at=seconds(self.created), ended_at=ended_at,
            labels=self.labels or {},
            volumes=tuple(one.name for one in self.mounts or [] if one.type == "volume" and one.name),
        )  # fmt: skip


class Ended(Wire):
    """How a container is, of all that is told of it."""

    state: State


class VolumeUsage(Wire):
    """What a volume takes; -1 where it was not measured."""

    size: int | None = None


class VolumeOnDisk(Wire):
    """A volume."""

    name: str
    created_at: datetime | None = None
    labels: dict[str, str] | None = None
    usage_data: VolumeUsage | None = None

    @property
    def as_volume(self) -> StoredVolume:
        """The same in Hydra's words."""
        hexadecimal = len(self.name) == UNNAMED and all(one in "0123456789abcdef" for one in self.name)
        return StoredVolume(
            name=self.name, anonymous=hexadecimal or ANONYMOUS in (self.labels or {}), labels=self.labels or {},
            bytes=measured(self.usage_data.size) if self.usage_data else None, made_at=self.created_at,
        )  # fmt: skip


class CacheOnDisk(Wire):
    """A piece of build cache."""

    id: str = Field(alias="ID")
    parent: str | None = None
    parents: list[str] | None = None
    type: str | None = None
    description: str | None = None
    in_use: bool = False
    shared: bool = False
    size: int | None = None
    created_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def as_piece(self) -> CachePiece:
        """The same in Hydra's words."""
        return CachePiece(
            id=self.id, what=(self.description or self.type or "").strip(), bytes=measured(self.size),
            in_use=self.in_use, shared=self.shared, made_at=self.created_at, used_at=self.last_used_at,
            built_on=tuple(self.parents or ([self.parent] if self.parent else [])),
        )  # fmt: skip


class Disk(Wire):
    """``GET /system/df``. Before API 1.52 the lists were at the top; since then each is inside of its own usage."""

    layers_size: int | None = Field(default=None, validation_alias=AliasChoices("LayersSize", "layers_size"))
    images: list[ImageOnDisk] | None = None
    containers: list[ContainerOnDisk] | None = None
    volumes: list[VolumeOnDisk] | None = None
    build_cache: list[CacheOnDisk] | None = None

    @model_validator(mode="before")
    @classmethod
    def newer(cls, told: Any) -> Any:
        """The newer shape as the older one."""
        if not isinstance(told, dict) or "ImageUsage" not in told:
            return told
        inside = {name: told.get(f"{one}Usage") or {} for name, one in (
            ("Images", "Image"), ("Containers", "Container"), ("Volumes", "Volume"), ("BuildCache", "BuildCache"),
        )}  # fmt: skip
        return {
            **{name: one.get("Items") for name, one in inside.items()},
            "LayersSize": inside["Images"].get("TotalSize"),
        }

    @property
    def sizes(self) -> Sizes:
        """What it all takes. What is shared with an image is counted there."""
        return Sizes(
            images=measured(self.layers_size), containers=total(one.size_rw for one in self.containers or ()),
            volumes=total(one.usage_data.size if one.usage_data else None for one in self.volumes or ()),
            build_cache=total(one.size for one in self.build_cache or () if not one.shared),
        )  # fmt: skip


class Pruned(Wire):
    """What pruning the build cache deleted."""

    caches_deleted: list[str] | None = None


def measured(size: int | None) -> int | None:
    """A size; ``None`` where it was not measured."""
    return None if size is None or size < 0 else size


def total(sizes: Any) -> int:
    """The sum of what was measured; the Engine itself counts what was not as nothing."""
    return sum(measured(one) or 0 for one in sizes)


def seconds(at: int | None) -> datetime | None:
    """A time in seconds since 1970; one before that stands for none."""
    return datetime.fromtimestamp(at, UTC) if at and at > 0 else None
