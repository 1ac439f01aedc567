"""The gate, walked with every operation there is: none runs past policy, and no change goes unjournalled."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hydra_lab.app import found_rooms
from hydra_lab.kernel.errors import Denied, Invalid, Unavailable
from hydra_lab.kernel.gate import Gate
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.operation import Durable, Effect, Input, Kind, Operation
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.lab import OWNER, Lab

ROOMS = found_rooms()
STRANGER = Actor(kind=ActorKind.AGENT, name="stranger")
AGENT = Actor(kind=ActorKind.AGENT, name="claude", scopes=frozenset({"admin"}))


@dataclass
class Queue:
    """Stands where the queue stands: it remembers what was added."""

    added: list[dict[str, Any]] = field(default_factory=list)

    def add(self, **new: Any) -> dict[str, Any]:
        """Take one piece of work."""
        self.added.append(new)
        return new


@dataclass
class Tried:
    """What became of one call: what its handler got, what was queued, journalled and raised."""

    verb: Operation
    ran: list[Input] = field(default_factory=list)
    queued: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    raised: Exception | None = None

    @property
    def names(self) -> list[str]:
        """The names of what was journalled."""
        return [one.name for one in self.events]


def attempt(
    lab: Lab, verb: Operation, actor: Actor, confirm: str | None = None, raises: Exception | None = None
) -> Tried:
    """Call a verb as its surface would; its handler only notes that it ran."""
    tried, queue, before = Tried(verb=verb), Queue(), len(lab.events())

    def handler(ctx: Any, input: Any = None) -> None:
        tried.ran.append(input)
        if raises:
            raise raises

    spied = replace(verb, handler=handler, needs=())
    lab.services.registry.verbs[verb.name] = spied
    lab.services.work = queue  # type: ignore[assignment]
    gate = Gate(lab.services)
    parsed = verb.input.model_construct(**({verb.subject: "the-thing"} if verb.subject else {}))
    gate.parse = lambda operation, input, exact: parsed  # type: ignore[method-assign]
    try:
        if verb.kind is Kind.OPERATION:
            gate.enter(verb.name, {}, actor=actor, confirm=confirm)
        else:
            handler(gate.open(spied, parsed, actor), parsed)
    except Exception as error:
        tried.raised = error
    tried.queued, tried.events = queue.added, lab.events()[before:]
    return tried


def test_nothing_runs_for_a_stranger(lab: Lab) -> None:
    for verb in ROOMS.verbs.values():
        tried = attempt(lab, verb, STRANGER)
        assert isinstance(tried.raised, Denied), verb.name
        assert (tried.ran, tried.queued) == ([], []), verb.name
        assert [(one.name, one.actor_name, one.data["operation"]) for one in tried.events] == [
            ("policy.denied", "stranger", verb.name)
        ]


def test_no_agent_changes_anything_without_a_persons_yes(lab: Lab) -> None:
    for verb in ROOMS.verbs.values():
        tried = attempt(lab, verb, AGENT, confirm="the-thing")
        if verb.effect is Effect.READ:
            continue  # asking changes nothing, at once or as work
        assert not tried.ran or verb.passes_on, verb.name
        assert [one for one in tried.queued if one["confirmed"]] == [], verb.name


def test_every_change_leaves_its_intent_and_outcome_in_the_journal(lab: Lab) -> None:
    for verb in ROOMS.verbs.values():
        tried = attempt(lab, verb, OWNER, confirm="the-thing" if verb.subject else verb.name)
        expected = ["operations.called", "operations.done"] if verb.kind is Kind.OPERATION else ["operations.called"]
        if verb.effect is Effect.READ or not tried.ran:
            expected = []  # reads leave nothing, and work is journalled by the queue
        assert tried.names == expected, verb.name
        assert len(tried.ran) + len(tried.queued) == 1, verb.name


def a_verb(**traits: Any) -> Operation:
    """A verb made for one test."""
    return replace(ROOMS.verbs["keys.revoke"], queueable=True, scope="write", **traits)


@pytest.mark.parametrize("error", [Unavailable("Gone."), ValueError("odd")])
def test_a_change_that_fails_says_so_in_the_journal(lab: Lab, error: Exception) -> None:
    tried = attempt(lab, a_verb(), OWNER, raises=error)
    called, failed = tried.events
    assert tried.raised is error
    assert (failed.name, failed.cause) == ("operations.failed", called.id)
    assert failed.data["error"]["detail"]


@pytest.mark.parametrize("durable", [Durable(), None])
@pytest.mark.parametrize(("confirm", "yes"), [("the-thing", True), ("another thing", False), (None, False)])
def test_only_the_right_confirmation_is_a_yes(
    lab: Lab, durable: Durable | None, confirm: str | None, yes: bool
) -> None:
    tried = attempt(lab, a_verb(effect=Effect.DANGER, durable=durable), OWNER, confirm=confirm)
    assert [one["confirmed"] for one in tried.queued] == ([yes] if durable or not yes else [])
    assert bool(tried.ran) == (yes and not durable)


def test_what_came_as_json_is_of_the_kind_it_should_be_also_in_work_inside(lab: Lab) -> None:
    for name in ("queue.add", "maintenance.prune_now"):
        lab.services.registry.verbs[name] = ROOMS.verbs[name]

    def wrong(name: str, exact: bool, **input: Any) -> list[str]:
        try:
            lab.services.gate.parse(ROOMS.verbs[name], input, exact=exact)
        except Invalid as error:
            return [one["field"] for one in error.problems]
        return []

    days = "older_than_days"
    assert wrong("maintenance.prune_now", False, **{days: False}) == [days]
    assert wrong("maintenance.prune_now", True, **{days: "30"}) == [days]
    assert wrong("maintenance.prune_now", False, **{days: "30"}) == []
    work = {"operation": "maintenance.prune_now", "input": {days: "30"}, "title": "Tidy"}
    assert (wrong("queue.add", True, **work), wrong("queue.add", False, **work)) == ([f"input.{days}"], [])
