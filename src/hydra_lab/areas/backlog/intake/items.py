"""From an entry and its plan to a work item: what the queue is told, and what it is told of its origin."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hydra_lab.areas.backlog.intake.merge import digest, fingerprint
from hydra_lab.areas.backlog.model import Document, Entry
from hydra_lab.areas.backlog.planning.catalogue import Catalogue
from hydra_lab.areas.backlog.planning.plan import Plan, plan, question
from hydra_lab.areas.backlog.planning.rules import Rules
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.secrets.spotting import veiled
from hydra_lab.kernel.work.model import HoldKind, NewHold, NewItem, Priority

LONGEST = 2000  # characters of a text, and entries of a list, that go with the item; the document has all of it


@dataclass(frozen=True, kw_only=True)
class Making:
    """What items of one backlog are made from.

    ``ready`` says whether an integration answers, ``missing`` in two sentences what a need waits for and what would
    meet it; ``integrations`` are those there are, with what each provides; ``whole`` are by key the entries that hold
    secrets, which are masked in the document.
    """

    backlog: str
    document: Document
    catalogue: Catalogue
    rules: Rules
    ready: Callable[[str], bool]
    missing: Callable[[str], tuple[str, str]]
    integrations: Mapping[str, Collection[str]] = field(default_factory=dict)
    whole: Mapping[str, Entry] = field(default_factory=dict)
    cause: int | None = None

    @property
    def actor(self) -> Actor:
        """Who the items act as: the document, never the person who imported it."""
        return document_actor(self.backlog)

    def plan(self, entry: Entry) -> Plan:
        """What is to be done for an entry; nothing for one that the document reports as complete."""
        if entry.reported_done:
            return Plan(operation=None, by="document", because="The document reports it as complete.")
        phase = self.document.phase_of(entry)
        whole = self.whole.get(entry.key)
        made = plan(whole or entry, self.catalogue, self.rules, night=phase.window if phase else None)
        return made if whole is None else discreet(made)

    def fingerprint(self, entry: Entry) -> str:
        """A digest of what an entry asks for, also of the secrets in it."""
        return fingerprint(self.whole.get(entry.key, entry))

    def item(self, entry: Entry, made: Plan) -> NewItem:
        """The work item of an entry; one that the document reports as complete never runs."""
        asks = question(entry, self.rules)
        told = [self.required(hold) for hold in made.holds if not self.is_met(hold)]
        holds = (*told, *(hold for hold in self.needed(made) if not self.is_said(hold, made.operation)))
        if asks and made.operation is None:
            holds = tuple(replace(hold, detail=f"{hold.detail} {asks}") if is_plan(hold) else hold for hold in holds)
        common: dict[str, Any] = {
            "actor": self.actor, "cause": self.cause, "title": entry.title[:300] or f"Item {entry.section}",
            "section": entry.section, "tier": entry.tier, "phase": entry.phase, "effort_minutes": entry.effort_minutes,
            "priority": Priority(entry.priority or "medium"), "impact": entry.impact and entry.impact[:LONGEST],
            "origin": origin(self.backlog, entry, made),
        }  # fmt: skip
        if entry.reported_done:
            return NewItem(operation=None, finished=reported(entry), **common)
        return NewItem(
            operation=made.operation, input=made.input, window=made.window, holds=holds, ask_first=asks, **common
        )

    def needed(self, made: Plan) -> list[NewHold]:
        """What the item is about and so waits for, though its operation would run without.

        Cards limited over SSH where no SSH is set up would be called done, with nothing done.
        """
        known = {hold.ref for hold in made.holds}
        there = {*self.integrations, *(one for provided in self.integrations.values() for one in provided)}
        return [
            NewHold(kind=HoldKind.REQUIREMENT, detail=detail, unblock=unblock, ref=need)
            for need in (made.needs if made.operation else ())
            if need in there - known
            for detail, unblock in [self.missing(need)]
        ]

    def is_met(self, hold: NewHold) -> bool:
        """Whether a requirement is met already."""
        return hold.kind is HoldKind.REQUIREMENT and self.ready(hold.ref or "")

    def is_said(self, hold: NewHold, operation: str | None) -> bool:
        """Whether what an item is about is met already, or is what the operation itself needs and so will wait for."""
        brings = {hold.ref, *self.integrations.get(hold.ref or "", ())}
        needs = self.catalogue.by_name[operation].needs if operation else ()
        return self.is_met(hold) or not brings.isdisjoint(needs)

    def required(self, hold: NewHold) -> NewHold:
        """A requirement that this Hydra has no integration for says so, instead of naming a page that is not there."""
        if hold.kind is not HoldKind.REQUIREMENT or hold.ref in self.integrations:
            return hold
        return replace(hold, unblock="This Hydra has no integration for it yet; a newer one wakes it by itself.")


def document_actor(backlog: str) -> Actor:
    """An imported document as a caller: it reads and writes, and may neither approve nor administer."""
    return Actor(kind=ActorKind.BACKLOG, name=backlog, scopes=frozenset({"read", "write"}))


def is_plan(hold: NewHold) -> bool:
    """Whether a hold says that no operation is known."""
    return hold.kind is HoldKind.PLAN


def discreet(made: Plan) -> Plan:
    """A plan that tells no secret in its reasons."""
    holds = tuple(replace(hold, detail=veiled(hold.detail)) for hold in made.holds)
    return replace(made, because=veiled(made.because), holds=holds)


def planned(entry: Entry, made: Plan) -> dict[str, Any]:
    """What was made of an entry, to know at the next import what the text changed; of its input only a digest."""
    return {
        "operation": made.operation, "input": digest(made.input), "priority": entry.priority or "medium",
        "window": made.window, "by": made.by, "because": made.because,
    }  # fmt: skip


def reported(entry: Entry) -> dict[str, Any]:
    """The result of an item that only the document calls complete, labelled so."""
    said = [entry.heading] + ([f"Status: {entry.status_text}"] if entry.status_text else [])
    result: dict[str, Any] = {"source": "document", "line": entry.line, "text": "\n".join(said)[:LONGEST]}
    return result | ({"completed": cut(entry.completed)} if entry.completed else {})


def origin(backlog: str, entry: Entry, made: Plan) -> dict[str, Any]:
    """Where an item comes from and everything the document says of it; what it does not say is left out."""
    said: dict[str, Any] = {
        "source": "document", "backlog": backlog, "key": entry.key, "line": entry.line,
        "status": entry.status.value, "status_text": entry.status_text, "blocked_on": entry.blocked_on,
        "effort": entry.effort_text, "problem": entry.problem, "location": entry.location, "task": entry.task,
        "tasks": cut(entry.tasks), "topic": entry.topic, "command": entry.command,
        "endpoints": [f"{one.method} {one.path}" for one in entry.endpoints[:100]],
        "requires_input": entry.asks, "planned_by": made.by, "because": made.because,
    }  # fmt: skip
    return {
        name: value[:LONGEST] if isinstance(value, str) else value
        for name, value in said.items()
        if value not in (None, [], "")
    }


def cut(texts: tuple[str, ...]) -> list[str]:
    """A list short enough to travel with an item."""
    return [text[:LONGEST] for text in texts[:100]]
