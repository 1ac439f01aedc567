"""What may go and what stays: pure rules over what is stored, what ran and what is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from hydra_lab.areas.images.model import Goes, Rules, Run, Stays
from hydra_lab.areas.images.references import PROJECT, SERVICE, Named
from hydra_lab.kernel.capabilities import CachePiece, Stored, StoredImage, StoredVolume

KEEP = "hydra.keep"
NO = ("false", "no", "0", "off")


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that a decision is made from."""

    stored: Stored
    runs: Sequence[Run]
    rules: Rules
    named: Sequence[Named]
    now: datetime
    volumes: bool = False
    build_cache: bool = True

    def last_run(self, image: StoredImage) -> Run | None:
        """When a container was last seen to run from an image."""
        refs = {image.id, *(full(one) for one in image.names)}
        return next((one for one in self.runs if one.ref in refs or full(one.ref) in refs), None)

    def rollbacks(self) -> dict[str, list[str]]:
        """Images by id that containers there are now ran from before, as many for each as the rules keep."""
        found: dict[str, list[str]] = {}
        for one in self.stored.containers:
            past = [run for run in self.runs if run.container == one.name and run.ref not in (one.image_id, one.image)]
            past.sort(key=lambda run: (run.well_at is not None, run.last_at), reverse=True)
            for run in past[: self.rules.rollbacks]:
                found.setdefault(run.ref, []).append(one.name)
        return found


def full(name: str) -> str:
    """A name as the host resolves it: with its tag, and without what stands for Docker's own registry."""
    if name.startswith("sha256:") or "@" in name:
        return name
    name = name.removeprefix("docker.io/").removeprefix("library/")
    return name if ":" in name.rpartition("/")[2] else f"{name}:latest"


def fits(pattern: str, image: StoredImage, *, any_tag: bool = False) -> bool:
    """Whether an image is meant by a name with ``*`` for any text, by an id or by a digest.

    A name without a tag means ``latest``, or with ``any_tag`` every one.
    """
    whole = full(pattern)
    if whole.endswith(":latest") and not pattern.endswith(":latest") and (any_tag or "*" in pattern):
        whole = f"{whole.removesuffix('latest')}*"
    named = any(fnmatchcase(full(name), whole) for name in image.names)
    return named or pattern == image.id or pattern in image.digests


def wanted(label: str | None) -> bool:
    """Whether a label asks for its image or volume to be kept."""
    return label is not None and label.strip().lower() not in NO


def ago(span: timedelta) -> str:
    """How long ago, in whole days."""
    days = span // timedelta(days=1)
    return "today" if days < 1 else "a day ago" if days == 1 else f"{days} days ago"


def decide(known: Known) -> tuple[list[Goes], list[Stays]]:
    """What may go, the largest first, and what stays, each with its reasons."""
    goes: list[Goes] = []
    stays: list[Stays] = []
    back = known.rollbacks()
    for image in known.stored.images:
        why = image_stays(image, known, back)
        one = Goes(
            kind="image", id=image.id, name=image_name(image), names=list(image.names), bytes=image.own_bytes,
            why=image_goes(image, known), with_built_on=not set(image.built_on) & back.keys(),
        )  # fmt: skip
        put(one, why, goes, stays)
    for volume in known.stored.volumes:
        made = since(volume.made_at, known.now)
        one = Goes(
            kind="volume", id=volume.name, name=volume.name, names=[], bytes=volume.bytes,
            why=f"nobody named it and no container refers to it; made {made}",
        )  # fmt: skip
        put(one, volume_stays(volume, known), goes, stays)
    decide_cache(known, goes, stays)
    return sorted(goes, key=lambda one: -(one.bytes or 0)), sorted(stays, key=lambda one: -(one.bytes or 0))


def put(one: Goes, why: list[str], goes: list[Goes], stays: list[Stays]) -> None:
    """Put one thing with those that stay if there is a reason, else with those that go."""
    if why:
        stays.append(Stays(kind=one.kind, id=one.id, name=one.name, bytes=one.bytes, why=why))
    else:
        goes.append(one)


def image_name(image: StoredImage) -> str:
    """What an image is called."""
    return ", ".join(image.names) or image.id.removeprefix("sha256:")[:12]


def image_stays(image: StoredImage, known: Known, back: Mapping[str, Sequence[str]]) -> list[str]:
    """Every reason for an image to stay."""
    why, names = [], {full(one) for one in image.names}
    for one in known.stored.containers:
        if one.image_id == image.id:
            why.append(
                f"container {one.name} runs from it"
                if one.running
                else f"container {one.name} refers to it, {one.state}"
            )
        elif full(one.image) in names:
            why.append(f"container {one.name} is made from {one.image}")
    why += [f"container {one} ran from it before, and may have to go back to it" for one in back.get(image.id, ())]
    for mention in known.named:
        if fits(mention.pattern, image):
            why.append(mention.why)
    if image.names and (project := image.labels.get(PROJECT)):
        why.append(f"compose project {project} built it for {image.labels.get(SERVICE, 'a service')}")
    if wanted(image.labels.get(KEEP)):
        why.append(f"its label {KEEP} says so")
    why += [f"your rules keep {one}" for one in known.rules.keep if fits(one, image, any_tag=True)]
    if names and not known.rules.named:
        why.append("it has a name, and your rules let only those go that lost theirs")
    return why + still_new(image, known)


def still_new(image: StoredImage, known: Known) -> list[str]:
    """Whether an image came or was used too short a time ago, or whether that is not known."""
    run, days = known.last_run(image), known.rules.unused_days
    times = [one for one in (image.came_at, run.last_at if run else None) if one]
    if not times:
        return ["since when it is here is not known"] if days else []
    if known.now - max(times) >= timedelta(days=days):
        return []
    if run and max(times) == run.last_at:
        return [
            f"container {run.container} used it {ago(known.now - run.last_at)}; it must be unused for {days:g} days"
        ]
    return [f"it came {ago(known.now - max(times))}; it must be unused for {days:g} days"]


def image_goes(image: StoredImage, known: Known) -> str:
    """Why an image may go that nothing speaks for."""
    run = known.last_run(image)
    used = f"container {run.container} used it last, {ago(known.now - run.last_at)}" if run else (
        f"it came {since(image.came_at, known.now)} and was not seen in use"
    )  # fmt: skip
    return f"no container refers to it{'' if image.names else ', it has no name'}; {used}"


def since(at: datetime | None, now: datetime) -> str:
    """How long ago something was, or that nobody knows."""
    return ago(now - at) if at else "nobody knows when"


def volume_stays(volume: StoredVolume, known: Known) -> list[str]:
    """Every reason for a volume to stay."""
    users = [one for one in known.stored.containers if volume.name in one.volumes]
    why = [f"container {one.name} refers to it, {one.state}" for one in users]
    if not volume.anonymous:
        why.append("somebody gave it a name")
    if wanted(volume.labels.get(KEEP)):
        why.append(f"its label {KEEP} says so")
    days = known.rules.unused_days
    if days and volume.made_at is None:
        why.append("since when it is here is not known")
    elif volume.made_at and known.now - volume.made_at < timedelta(days=days):
        why.append(f"it was made {ago(known.now - volume.made_at)}; only what is {days:g} days old goes")
    return why if why or known.volumes else ["volumes stay unless they are asked for"]


def decide_cache(known: Known, goes: list[Goes], stays: list[Stays]) -> None:
    """What of the build cache may go; what something that stays is built on does not."""
    left = {piece.id: piece for piece in known.stored.build_cache}
    why = {piece.id: cache_stays(piece, known) for piece in known.stored.build_cache}
    changed = True
    while changed:  # what something that stays is built on stays
        changed = False
        for piece in left.values():
            for on in piece.built_on if why[piece.id] else ():
                if on in why and not why[on]:
                    why[on], changed = ["another piece that stays is built on it"], True
    for piece in sorted(left.values(), key=lambda one: one.used_at or known.now):
        one = Goes(
            kind="build cache", id=piece.id, name=f"{piece.what[:80] or 'build cache'} ({piece.id[:8]})", names=[],
            bytes=piece.bytes,
            why=f"no build used it since {piece.used_at:%Y-%m-%d}" if piece.used_at else "no build uses it",
        )  # fmt: skip
        put(one, why[piece.id], goes, stays)


def cache_stays(piece: CachePiece, known: Known) -> list[str]:
    """Every reason of its own for a piece of build cache to stay."""
    if not known.build_cache:
        return ["build cache stays unless it is asked for"]
    why, days = [], known.rules.cache_days
    if piece.in_use:
        why.append("a build uses it now")
    if piece.shared:
        why.append("it is part of an image, and takes no room by itself")
    if days and piece.used_at is None:
        why.append("when it was used last is not known")
    elif piece.used_at and known.now - piece.used_at < timedelta(days=days):
        why.append(f"a build used it {ago(known.now - piece.used_at)}; it must be unused for {days:g} days")
    return why
