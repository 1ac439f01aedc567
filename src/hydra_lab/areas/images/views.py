"""The disk as it is told: each thing with its size, its last use and who refers to it."""

from datetime import datetime

from hydra_lab.areas.images.model import CacheUse, ContainerUse, ImageUse, SizesTold, Usage, VolumeUse
from hydra_lab.areas.images.planning import Known
from hydra_lab.kernel.capabilities import CachePiece, Sizes, StoredContainer, StoredImage, StoredVolume


def sizes_told(sizes: Sizes) -> SizesTold:
    """Sizes as they are told."""
    return SizesTold(
        images=sizes.images, containers=sizes.containers, volumes=sizes.volumes, build_cache=sizes.build_cache,
        total=sizes.total,
    )  # fmt: skip


def usage(known: Known) -> Usage:
    """Everything, the largest first."""
    stored = known.stored
    return Usage(
        measured_at=known.now, sizes=sizes_told(stored.sizes),
        images=sorted((image(one, known) for one in stored.images), key=lambda one: -(one.own_bytes or one.bytes or 0)),
        containers=sorted((container(one, known) for one in stored.containers), key=lambda one: -(one.bytes or 0)),
        volumes=sorted((volume(one, known) for one in stored.volumes), key=lambda one: -(one.bytes or 0)),
        build_cache=sorted((piece(one) for one in stored.build_cache), key=lambda one: -(one.bytes or 0)),
    )  # fmt: skip


def image(one: StoredImage, known: Known) -> ImageUse:
    """An image; what runs from it uses it now."""
    users = [each for each in known.stored.containers if each.image_id == one.id]
    run = known.last_run(one)
    running = next((each.name for each in users if each.running), None)
    return ImageUse(
        id=one.id, names=list(one.names), bytes=one.bytes, own_bytes=one.own_bytes, made_at=one.made_at,
        came_at=one.came_at, used_by=[each.name for each in users],
        last_used_at=known.now if running else run.last_at if run else None,
        last_used_by=running or (run.container if run else None),
    )  # fmt: skip


def ran_at(one: StoredContainer, known: Known) -> datetime | None:
    """When a container ran last."""
    return known.now if one.running else one.ended_at


def container(one: StoredContainer, known: Known) -> ContainerUse:
    """A container."""
    return ContainerUse(
        id=one.id, name=one.name, image=one.image, state=one.state, bytes=one.bytes, made_at=one.made_at,
        last_used_at=ran_at(one, known), volumes=list(one.volumes),
    )  # fmt: skip


def volume(one: StoredVolume, known: Known) -> VolumeUse:
    """A volume."""
    users = [each for each in known.stored.containers if one.name in each.volumes]
    times = [at for each in users if (at := ran_at(each, known))]
    return VolumeUse(
        name=one.name, anonymous=one.anonymous, bytes=one.bytes, made_at=one.made_at,
        last_used_at=max(times, default=None), used_by=[each.name for each in users],
    )  # fmt: skip


def piece(one: CachePiece) -> CacheUse:
    """A piece of build cache."""
    return CacheUse(
        id=one.id, what=one.what, bytes=one.bytes, in_use=one.in_use, shared=one.shared, made_at=one.made_at,
        last_used_at=one.used_at,
    )  # fmt: skip
