"""The starter set: triggers for a lab that a person adopts with one click, and whether they can work here now."""

from functools import cache
from pathlib import Path

import yaml
from pydantic import Field

import hydra_lab
from hydra_lab.areas.triggers import store
from hydra_lab.areas.triggers.matching import in_words
from hydra_lab.areas.triggers.measuring.asking import NEED
from hydra_lab.areas.triggers.model import Trigger, TriggerView
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, NotFound
from hydra_lab.kernel.operation import Answer, Effect, Input, Output, operation
from hydra_lab.kernel.registry import Registry

FILE = Path(__file__).with_name("starters.yaml")
SOURCE = Path(hydra_lab.__file__).parent
NOTHING_MEASURES = "Nothing that measures is set up: connect a Prometheus under Integrations."
TOLD_BY = {"gpus": "nodes"}  # topics that another room tells of


class Starter(Input):
    """A trigger that is offered."""

    name: str
    title: str
    about: str
    needs: str | None = Field(default=None, description="What a person has to provide besides")
    trigger: Trigger


class OfferedStarter(Starter):
    """A starter, and whether it can work in this Hydra."""

    words: str = Field(description="When what happens, it starts what")
    missing: list[str] = Field(description="Why it cannot work yet; empty for one that is ready")
    adopted: bool = Field(description="Whether there is a trigger of its name")


class Starters(Output):
    """The whole set, those that are ready first."""

    starters: list[OfferedStarter]


class StarterName(Input):
    """One starter."""

    name: str


@cache
def all_starters() -> dict[str, Starter]:
    """The set as it is written, by name."""
    return {one["name"]: Starter.model_validate(one) for one in yaml.safe_load(FILE.read_text(encoding="utf-8"))}


@cache
def is_journaled(event: str) -> bool:
    """Whether the kernel, or the room of that topic, names this event in its source, whole or in its two parts."""
    topic, _, what = event.partition(".")
    folders = (
        SOURCE / floor / room for floor in ("areas", "integrations") for room in (topic, TOLD_BY.get(topic, topic))
    )
    rooms = [SOURCE / "kernel", *folders]
    texts = [[file.read_text(encoding="utf-8") for file in room.rglob("*.py")] for room in rooms]
    whole, made, part = f'"{event}"', f'f"{topic}.{{', f'"{what}"'

    def says(room: list[str], words: str) -> bool:
        return any(words in text for text in room)

    return any(says(room, whole) or (says(room, made) and says(room, part)) for room in texts)


def missing(registry: Registry, trigger: Trigger) -> list[str]:
    """What this Hydra does not have of what a trigger names."""
    found = [] if is_journaled(trigger.when.event) else [f"This Hydra does not tell of {trigger.when.event} yet."]
    known = registry.verbs.get(trigger.start.operation)
    return found if known else [*found, f"It has no operation {trigger.start.operation} yet."]


def lacking(ctx: Context, trigger: Trigger) -> list[str]:
    """Why a trigger cannot work here now."""
    measured = not trigger.when.metric or ctx.services.integrations.configured(NEED)
    return missing(ctx.services.registry, trigger) + ([] if measured else [NOTHING_MEASURES])


@operation("triggers.starters", effect=Effect.READ, path="GET /triggers/starters")
def starters(ctx: Context) -> Starters:
    """Show triggers for a lab that can be adopted, and for each whether it can work here now."""
    with ctx.read() as connection:
        there = {view.id for view in store.all_triggers(connection)}
    found = [
        OfferedStarter(
            **dict(one), words=in_words(one.trigger), missing=lacking(ctx, one.trigger),
            adopted=one.name in there,
        )
        for one in all_starters().values()
    ]  # fmt: skip
    return Starters(starters=sorted(found, key=lambda one: bool(one.missing)))


@operation("triggers.adopt", effect=Effect.WRITE, path="POST /triggers/starters/{name}/adopt", subject="name",
           scope="admin", queueable=False, status=201)  # fmt: skip
def adopt(ctx: Context, input: StarterName) -> Answer[TriggerView]:
    """Make a trigger of a starter. It is then like any other: change, pause or remove it."""
    starter = all_starters().get(input.name)
    if starter is None:
        raise NotFound(f"There is no starter {input.name}.", fix="`hydra triggers starters` shows them.")
    absent = lacking(ctx, starter.trigger)
    if absent:
        raise Conflict(f"{starter.title}: {' '.join(absent)}", fix="`hydra triggers starters` shows what is ready.")
    with ctx.read() as connection:
        if store.one(connection, starter.name):
            raise Conflict(
                f"There is a trigger {starter.name} already.", fix=f"`hydra triggers show {starter.name}` shows it."
            )
    view: TriggerView = ctx.call("triggers.set", id=starter.name, **starter.trigger.model_dump(mode="json")).body
    return Answer(body=view, status=201)
