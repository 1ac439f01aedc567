"""Silences, schedules and workflows that are not as they are wanted: pure rules about what was seen."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from hydra_lab.areas.reconcile.desired.model import WantedSchedule, WantedSilence, WantedWorkflow
from hydra_lab.areas.reconcile.model import MARK, Action, Difference, What
from hydra_lab.kernel.capabilities import Silence, Workflow
from hydra_lab.kernel.secrets.masking import MASK
from hydra_lab.kernel.work.schedules.model import Schedule

CLOSE = timedelta(seconds=2)
NOT_FOUND = "n8n has no workflow of that name; make it there"
TWICE = "n8n has several workflows of that name; say its id"


# Silences


def marked(one: WantedSilence) -> str:
    """The reason of a silence, which says by its end that it is here by a desired state."""
    return f"{one.reason} [{MARK}{one.name}]"


def name_in(reason: str) -> str | None:
    """The name by which a silence is wanted; ``None`` for one that was made otherwise."""
    _, mark, rest = reason.rpartition(f"[{MARK}")
    return rest.removesuffix("]") if mark and rest.endswith("]") else None


def silence_actions(
    wanted: Sequence[WantedSilence], seen: Sequence[Silence] | None, now: datetime
) -> Iterator[Action]:  # fmt: skip
    """What silences take. One whose end has passed is not wanted any more."""
    if seen is None:
        return
    there = {name: one for one in seen if one.state != "expired" and (name := name_in(one.reason))}
    names = {one.name for one in wanted if one.until > now}
    for one in wanted:
        found = there.get(one.name)
        if one.until <= now:
            continue
        if found is None:
            yield act("silence", one.name, "missing", "make", "Nobody is told of the alerts that fit until its end.")
        elif differs := list(silence_differs(one, found)):
            cost = "Other alerts, or others for longer, are kept quiet."
            yield act("silence", one.name, "different", "change", cost, differs)
    for name in sorted(there.keys() - names):
        yield act("silence", name, "extra", "end", "People are told of these alerts again.")


def silence_differs(one: WantedSilence, there: Silence) -> Iterator[Difference]:
    """What of a silence is otherwise."""
    if set(one.conditions) != set(there.matchers):
        yield Difference(what="matchers", now=f"{len(there.matchers)} others", wanted=", ".join(one.matchers))
    if abs(one.until - there.ends_at) > CLOSE:
        yield Difference(what="end", now=there.ends_at.isoformat(), wanted=one.until.isoformat())
    if (one.owner, marked(one)) != (there.owner, there.reason):
        yield Difference(
            what="owner and reason", now=f"{there.owner}: {there.reason}", wanted=f"{one.owner}: {one.reason}"
        )


# Schedules


def schedule_actions(
    wanted: Sequence[WantedSchedule], seen: Mapping[str, Schedule] | None, zone: str
) -> Iterator[Action]:  # fmt: skip
    """What schedules take; those that nobody names stay."""
    for one in wanted if seen is not None else ():
        there = (seen or {}).get(one.name)
        if there is None:
            yield act("schedule", one.name, "missing", "make", f"{one.operation} runs at its times.")
        elif differs := list(schedule_differs(one, there, zone)):
            yield act("schedule", one.name, "different", "change", "It runs at other times, or otherwise.", differs)


def schedule_differs(one: WantedSchedule, there: Schedule, zone: str) -> Iterator[Difference]:
    """What of a schedule is otherwise; a title that is left out may be any."""
    pairs = [
        ("operation", there.operation, one.operation),
        ("cron", " ".join(there.cron.split()), " ".join(one.cron.split())),
        ("time zone", there.time_zone, one.time_zone or zone), ("paused", there.paused, one.paused),
        ("title", there.title, one.title or there.title),
    ]  # fmt: skip
    for what, now, wanted in pairs:
        if now != wanted:
            yield Difference(what=what, now=str(now), wanted=str(wanted))
    if not same_input(there.input, one.input):
        yield Difference(what="input", now=", ".join(there.input) or "none", wanted=", ".join(one.input) or "none")


def same_input(there: Any, wanted: Any) -> bool:
    """Whether inputs are the same; what is kept as a secret is taken to be."""
    if isinstance(there, Mapping) and isinstance(wanted, Mapping):
        return there.keys() == wanted.keys() and all(same_input(there[name], wanted[name]) for name in there)
    return there in (wanted, MASK)


# Workflows


def found_in(seen: Sequence[Workflow], name: str) -> list[Workflow]:
    """The workflow of an id, or those of a name."""
    by_id = [one for one in seen if one.id == name]
    return by_id or [one for one in seen if one.name == name and not one.archived]


def workflow_actions(wanted: Sequence[WantedWorkflow], seen: Sequence[Workflow] | None) -> Iterator[Action]:
    """What workflows take; those that nobody names stay."""
    for one in wanted if seen is not None else ():
        found = found_in(seen or (), one.name)
        if len(found) != 1:
            why_not = TWICE if found else NOT_FOUND
            yield act("workflow", one.name, "missing", "nothing", "Nothing is done.", why_not=why_not)
            continue
        yield from workflow_differs(one, found[0], seen or ())


def workflow_differs(one: WantedWorkflow, there: Workflow, seen: Sequence[Workflow]) -> Iterator[Action]:
    """What one workflow takes."""
    if one.error_workflow is not None:
        handlers = found_in(seen, one.error_workflow)
        now = there.settings.get("errorWorkflow")
        if len(handlers) != 1:
            why_not = f"“{one.error_workflow}”: {TWICE if handlers else NOT_FOUND}"
            yield act("workflow", one.name, "wrong error workflow", "nothing", "Nothing is done.", why_not=why_not)
        elif now != handlers[0].id:
            name = next((each.name for each in seen if each.id == now), now or "none")
            differs = [Difference(what="error workflow", now=str(name), wanted=handlers[0].name)]
            cost = "Its next failed run starts that workflow."
            yield act("workflow", one.name, "wrong error workflow", "set error workflow", cost, differs)
    if one.active is not None and one.active != there.active:
        drift, what = ("inactive", "activate") if one.active else ("active", "deactivate")
        cost = "It runs at its triggers." if one.active else "Its triggers start nothing any more."
        yield Action.model_validate(
            {"kind": "workflow", "name": one.name, "drift": [drift], "what": what, "cost": cost}
        )


def act(
    kind: Any, name: str, drift: str, what: What, cost: str, differs: Sequence[Difference] = (),
    why_not: str | None = None,
) -> Action:  # fmt: skip
    """One action."""
    return Action(kind=kind, name=name, drift=[drift], differs=list(differs), what=what, cost=cost, why_not=why_not)
