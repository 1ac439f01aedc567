"""What is told of a container, and what changed between two looks at all of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field, TypeAdapter

from hydra_lab.kernel.capabilities import Container, Happened, Port
from hydra_lab.kernel.operation import Output

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}(@[a-z0-9][a-z0-9-]{0,62})?$"
CONTAINER: TypeAdapter[Container] = TypeAdapter(Container)
PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
OF_INTEREST = re.compile(
    r"^(hydra\.|com\.docker\.compose\.(project|service|depends_on)$|org\.opencontainers\.image\.version$)"
)
# What programs write of their own secrets: password=…, "token": "…", Authorization: Bearer ….
TOLD_SECRET = re.compile(
    r"""(?i)((?:password|passwd|pwd|secret|token|api[_-]?key|authorization)["']?\s*[:=]\s*["']?(?:bearer\s+|basic\s+)?)"""
    r"""([^\s"',;&]{4,})"""
)  # fmt: skip
MASK = "•••"


class ContainerView(Output):
    """A container. What is not known is ``null``: health where nothing checks it, an exit code before the first end."""

    id: str
    name: str = Field(description="Its name; on a node's own Docker with the node: web@gpu-1")
    node: str = Field(default="", description="The node whose Docker it is in; empty for the one set for Docker itself")
    image: str
    image_id: str
    state: str = Field(description="created, running, paused, restarting, removing, exited or dead")
    health: str | None = Field(description="starting, healthy or unhealthy; null where nothing checks it")
    check: str | None = Field(default=None, description="What its own health check said last")
    probe: str | None = Field(default=None, description="What its probe said last; null where it has none")
    exit_code: int | None
    oom_killed: bool | None
    error: str | None = Field(description="What the host says went wrong at its last start or end")
    restarts: int | None = Field(description="How often the host itself has started it again")
    restart_policy: str | None
    created_at: AwareDatetime | None
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    since: AwareDatetime | None = Field(description="Since when it is in its state")
    ports: tuple[Port, ...]
    labels: dict[str, str] = Field(description="Those that Hydra, compose or the image's version are about")
    project: str | None = Field(description="The compose project it belongs to")
    service: str | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that happened to a container while nobody was told. ``at`` is unknown where the host keeps no time."""

    action: str
    container: Container
    at: datetime | None = None


def view(one: Container, probe: str | None = None) -> ContainerView:
    """A container as it is told."""
    names = [field.name for field in fields(one) if field.name in ContainerView.model_fields]
    told: dict[str, Any] = {name: getattr(one, name) for name in names}
    told["check"] = masked(one.check) if one.check else None
    told["labels"] = {name: value for name, value in sorted(one.labels.items()) if OF_INTEREST.match(name)}
    project, service = one.labels.get(PROJECT), one.labels.get(SERVICE)
    return ContainerView(**told, node=one.node, probe=probe, since=one.since, project=project, service=service)


# What programs say with an exit code above 128: the signal that ended them; and what shells say below it.
ENDS = {126: "its command cannot be run", 127: "there is no such command", 130: "interrupted",
        134: "it gave up", 137: "killed", 139: "it crashed", 143: "told to end"}  # fmt: skip
TOLD = (130, 143)  # somebody told it to end, and it did


def exit_words(code: int, *, oom_killed: bool | None = None) -> str:
    """An exit code, and what it means where that is known."""
    means = None if oom_killed else ENDS.get(code)
    return f"exit code {code}" + (f" ({means})" if means else "")


def masked(text: str) -> str:
    """A log line without what looks like a secret by the word before it."""
    return TOLD_SECRET.sub(lambda match: match[1] + MASK, text)


def changes(before: Mapping[str, Container], after: Mapping[str, Container]) -> list[Change]:
    """What must have happened between two looks, oldest first for each container."""
    found: list[Change] = []
    for id, new in after.items():
        old = before.get(id)
        if old is None:
            found.append(Change(action="create", container=new, at=new.created_at))
        found += changed(old, new)
    for id, old in before.items():
        if id not in after:
            found += [Change(action="die", container=old)] if old.running else []
            found.append(Change(action="destroy", container=old))
    return found


def changed(old: Container | None, new: Container) -> list[Change]:
    """What must have happened to one container."""
    found: list[Change] = []
    if old and old.name != new.name:
        found.append(Change(action="rename", container=new))
    if new.started_at and (old is None or old.started_at != new.started_at):
        found.append(Change(action="start", container=new, at=new.started_at))
    ended = new.finished_at and (old is None or old.finished_at != new.finished_at)
    if ended:
        found.append(Change(action="die", container=new, at=new.finished_at))
    found.sort(key=lambda one: one.at or datetime.min.replace(tzinfo=new.started_at.tzinfo if new.started_at else None))
    was = old.state if old else None
    if new.state == "paused" and was != "paused":
        found.append(Change(action="pause", container=new))
    if new.state == "running" and was == "paused":
        found.append(Change(action="unpause", container=new))
    # Docker calls what has ended unhealthy, which no check said.
    if new.running and new.health in ("healthy", "unhealthy") and (old is None or old.health != new.health):
        found.append(Change(action="health_status", container=new))
    return found


def as_told(now: Container, before: Container | None, one: Happened) -> Container:
    """A container without a beginning and an end that ``one`` does not tell: they have events, which may be missed."""
    began, ended = now.started_at, now.finished_at
    # A short life may be over before its beginning is told, even by the host's own times.
    untold = {
        "started_at": began and began > one.at,
        "finished_at": ended and (ended > one.at or (one.action == "start" and not now.running)),
    }
    kept: dict[str, Any] = {name: getattr(before, name, None) for name, late in untold.items() if late}
    return replace(now, **kept)


def ended_unheard(now: Container, before: Container | None, one: Happened) -> bool:
    """Whether a container that ``one`` tells began anew had ended before and nobody told: its host itself ended."""
    began, ended = now.started_at, now.finished_at
    if one.action != "start" or not now.running or before is None or began is None or ended is None:
        return False
    return ended != before.finished_at and ended <= began <= one.at
