"""What is not as it is wanted, and what that takes: pure rules about what was seen."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from hydra_lab.areas.reconcile import differing
from hydra_lab.areas.reconcile.desired.model import Desired, WantedContainer
from hydra_lab.areas.reconcile.model import Action, Bad
from hydra_lab.areas.reconcile.models import ServerSeen, model_actions
from hydra_lab.areas.reconcile.others import schedule_actions, silence_actions, workflow_actions
from hydra_lab.kernel.capabilities import Container, Silence, Workflow
from hydra_lab.kernel.capabilities.containers import placed
from hydra_lab.kernel.capabilities.making import ContainerSpec
from hydra_lab.kernel.work.schedules.model import Schedule

DOWN = ("stop", "remove")
PROTECTED = "hydra.protected"
AGAIN = "`hydra reconcile apply --again` tries it once more"


@dataclass(frozen=True, kw_only=True)
class There:
    """A container as it is, and what it was made with."""

    container: Container
    spec: ContainerSpec


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What there is; ``None`` where that is not known or nobody asked. ``nodes`` are those whose containers are known.

    ``images`` are what the names of images mean, each name with its node.
    """

    now: datetime
    containers: Mapping[str, There] | None = None
    nodes: Collection[str] = ("",)
    others: Sequence[Container] = ()
    images: Mapping[str, str] = field(default_factory=dict)
    silences: Sequence[Silence] | None = None
    schedules: Mapping[str, Schedule] | None = None
    workflows: Sequence[Workflow] | None = None
    models: Mapping[str, ServerSeen] | None = None
    time_zone: str = "UTC"


def ordered(containers: Sequence[WantedContainer]) -> list[WantedContainer]:
    """Containers so that each comes after what it depends on; circles were refused before."""
    by_name = {one.name: one for one in containers}
    found: dict[str, WantedContainer] = {}

    def visit(one: WantedContainer) -> None:
        for name in one.depends_on:
            if name in by_name and name not in found:
                visit(by_name[name])
        found.setdefault(one.name, one)

    for one in containers:
        visit(one)
    return list(found.values())


def planned(desired: Desired, seen: Seen, bad: Sequence[Bad] = ()) -> list[Action]:
    """Every action, in order: what stops, what comes up after what it depends on, the rest, what goes."""
    up: list[Action] = []
    down: list[Action] = []
    if seen.containers is not None:
        remembered = {(one.name, one.digest): one for one in bad}
        for one in (each for each in ordered(desired.containers) if each.node in seen.nodes):
            action = container_action(one, seen, remembered)
            if action:
                (down if action.what in DOWN else up).append(action)
    pending = {action.name for action in up}
    up = [one.model_copy(update={"needs": [name for name in one.needs if name in pending]}) for one in up]
    rest = [*schedule_actions(desired.schedules, seen.schedules, seen.time_zone),
            *silence_actions(desired.silences, seen.silences, seen.now),
            *workflow_actions(desired.workflows, seen.workflows),
            *model_actions(desired.models, seen.models)]  # fmt: skip
    gone = [removal(one) for one in seen.others if not one.fleeting] if desired.prune else []
    return [*reversed(down), *up, *rest, *gone]


def unnamed(desired: Desired, seen: Seen) -> list[str]:
    """Containers that nobody names and that stay."""
    return [] if desired.prune else sorted(one.name for one in seen.others)


def digest_of(one: WantedContainer, image: str | None) -> str:
    """What a container is to be made with, and from which image, in one word."""
    told = asdict(one.spec) | {"image_id": image, "state": one.state}
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()


def container_action(
    one: WantedContainer, seen: Seen, bad: Mapping[tuple[str, str], Bad]
) -> Action | None:  # fmt: skip
    """What a container takes; ``None`` where it is as it is wanted."""
    assert seen.containers is not None
    there, image = seen.containers.get(one.name), seen.images.get(placed(one.image, one.node))
    digest = digest_of(one, image)
    action = missing(one) if there is None else changed(one, there, image)
    if action is None:
        return None
    before = bad.get((one.name, digest)) if action.what in ("create", "recreate") else None
    why_not = f"revision {before.revision} tried it: {before.why.rstrip('.')}; {AGAIN}" if before else action.why_not
    return action.model_copy(update={"digest": digest, "needs": list(one.depends_on), "why_not": why_not})


def missing(one: WantedContainer) -> Action:
    """A container that is not there."""
    runs = one.state == "running"
    cost = "It is made and started; nothing else changes." if runs else "It is made and not started."
    return Action(kind="container", name=one.name, drift=["missing"], what="create", cost=cost)


def changed(one: WantedContainer, there: There, image: str | None) -> Action | None:
    """A container that is there and not as it is wanted."""
    now, told = there.container, differing.differences(one, there.spec, there.container, image)
    drift = list(dict.fromkeys(kind for kind, _ in told))
    differs = [difference for _, difference in told]
    anew = [kind for kind in drift if kind != differing.POLICY]
    ill = now.health == "unhealthy" or now.state in ("restarting", "dead")
    if one.state == "running" and not now.running and now.state != "restarting":
        drift.append("stopped")
    if one.state == "running" and ill:
        drift.append("unhealthy")
    if one.state == "stopped" and (now.running or now.state in ("restarting", "paused")):
        drift.append("running")
    if not drift:
        return None

    def action(what: str, cost: str, *, downtime: bool = False, why_not: str | None = None) -> Action:
        return Action.model_validate({
            "kind": "container", "name": one.name, "drift": drift, "differs": differs, "what": what, "cost": cost,
            "downtime": downtime, "why_not": why_not,
        })  # fmt: skip

    if now.labels.get(PROTECTED, "").lower() in ("1", "true", "yes", "on"):
        return action("nothing", "Nothing is done.", why_not=f"its label {PROTECTED} says so")
    if anew:
        aside = "What it wrote into itself is gone; its volumes stay."
        if now.fleeting:
            return action("nothing", "Nothing is done.", why_not="its host deletes it as soon as it stops (--rm)")
        if one.state == "stopped" and not now.running:
            return action("recreate", f"It is made anew and not started. {aside}")
        return action(
            "recreate", f"It does not run for some seconds while it is made anew. {aside}", downtime=now.running
        )
    if now.state == "paused":
        return action("nothing", "Nothing is done.", why_not="somebody paused it: `docker unpause` has it go on")
    if "running" in drift:
        return action("stop", "It does not run any more.", downtime=True)
    if "stopped" in drift:
        return action("start", "It is started; nothing else changes.")
    if "unhealthy" in drift:
        return action("restart", "It does not run for some seconds.", downtime=True)
    return action("set restart policy", "It runs on meanwhile.")


def removal(one: Container) -> Action:
    """A container that is to go, because nobody names it."""
    protected = one.labels.get(PROTECTED, "").lower() in ("1", "true", "yes", "on")
    return Action(
        kind="container", name=one.name, drift=["extra"], what="remove", downtime=one.running,
        cost="It is gone with what it wrote into itself; its volumes stay.",
        why_not=f"its label {PROTECTED} says so" if protected else None,
    )  # fmt: skip
