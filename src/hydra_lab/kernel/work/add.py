"""Adding work: checking it at the door, and the reasons it must wait at first."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hydra_lab.kernel.errors import Conflict, Denied, Invalid, NotFound
from hydra_lab.kernel.integrations.need import part_of, providers
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy.model import Decision, Verdict
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.awaited.store import words
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.changes.fresh import Fresh
from hydra_lab.kernel.work.model import HoldKind, NewHold, NewItem, Priority, State
from hydra_lab.kernel.work.ordering import UNRANKED, phase_rank, priority_rank
from hydra_lab.kernel.work.window import opens_at, parse_window

DOCUMENT_ASKS = "document-asks"  # the rule that speaks where the work itself says that a person is to be asked


def hash_of(operation: str | None, input: dict[str, Any]) -> str:
    """What an approval binds: a digest of the operation's name and its input, independent of key order."""
    text = json.dumps([operation, input], sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Admitted:
    """A new item that passed the door, with the holds it starts with and the question it asks, if any."""

    id: str
    new: NewItem
    operation: Operation | None
    holds: tuple[NewHold, ...]
    ask: Decision | None


def admit(services: Services, connection: Connection, id: str, new: NewItem, batch: set[str]) -> Admitted:
    """Check one new item. ``batch`` are the ids of the items that come with it, which it may depend on.

    Raises ``Invalid``, ``NotFound`` or ``Denied``; nothing is written.
    """
    now = services.clock.now()
    holds = list(new.holds)
    verb: Operation | None = None
    ask: Decision | None = None
    if new.operation is None:
        if not new.finished and not any(hold.kind is HoldKind.PLAN for hold in holds):
            raise Invalid(
                "Work without an operation needs a plan hold that names what is missing.",
                fix="Name an operation; `hydra operations list` shows them.",
            )
    else:
        verb = services.registry.operation(new.operation)
        if not verb.queueable:
            raise Invalid(f"{verb.name} answers at once and cannot be queued.", fix=f"Call {verb.method} {verb.path}.")
        ask = judged(services, verb, new)
        new = replace(new, input=services.sealing.seal(verb.input, new.input))
        if ask:
            holds.append(approval_hold(ask, now))
        holds += [hold for hold in requirement_holds(services, verb.needs) if not is_brought(services, hold, new.holds)]
    holds += time_holds(services, new, now)
    if new.deadline and new.deadline <= now and not new.finished:
        raise Invalid(
            "The deadline has passed already.",
            problems=[{"field": "deadline", "problem": "in the past"}],
            fix="Give a deadline that is still to come, or none.",
        )
    holds += dependency_holds(connection, new, batch)
    return Admitted(id=id, new=new, operation=verb, holds=tuple(holds), ask=ask)


def judged(services: Services, verb: Operation, new: NewItem) -> Decision | None:
    """Policy's question, if it has one; a verb that shows asks by itself. Raises ``Denied`` when it says no."""
    parsed = services.gate.parse(verb, new.input)
    subject = getattr(parsed, verb.subject, None) if verb.subject else None
    confirm = (str(subject) if subject is not None else verb.name) if new.confirmed else None
    decision = services.gate.decide(verb, parsed, new.actor, confirm)
    if decision.verdict is Verdict.DENY:
        raise Denied(
            f"{verb.name} is not allowed: {decision.reason}",
            rule=decision.rule,
            fix="`hydra policy show` lists the rules.",
        )
    if decision.verdict is Verdict.ASK and not verb.shows:
        return decision
    return Decision(verdict=Verdict.ASK, rule=DOCUMENT_ASKS, reason=new.ask_first) if new.ask_first else None


def approval_hold(decision: Decision, now: datetime) -> NewHold:
    """The hold of a question to a person."""
    default = "yes" if decision.default_yes else "no"
    return NewHold(
        kind=HoldKind.APPROVAL,
        detail=f"Waits for a person: {decision.reason}",
        unblock=f"Approve or reject it in the inbox; without an answer it is {default} by default.",
        due=now + decision.lapse,
        ref=decision.rule,
        data={"rule": decision.rule, "reason": decision.reason, "default": default},
    )


def requirement_holds(services: Services, needs: Sequence[str]) -> list[NewHold]:
    """A hold for each thing needed that is not configured or does not answer."""
    return [requirement_hold(services, need) for need in needs if not services.integrations.ready(need)]


def is_brought(services: Services, hold: NewHold, others: Sequence[NewHold]) -> bool:
    """Whether what is needed comes with an integration that another hold waits for already."""
    need = hold.ref or ""
    brings = set() if part_of(need) else {one.name for one in providers(need, services.registry.integrations)}
    return any(one.kind is HoldKind.REQUIREMENT and one.ref in brings for one in others)


def requirement_hold(services: Services, need: str) -> NewHold:
    """The hold of one missing integration."""
    detail, unblock = services.integrations.requirement_sentence(need)
    return NewHold(kind=HoldKind.REQUIREMENT, detail=detail, unblock=unblock, ref=need)


def time_holds(services: Services, new: NewItem, now: datetime) -> list[NewHold]:
    """Holds for a start that is still to come and for a window that is closed."""
    holds: list[NewHold] = []
    if new.not_before and new.not_before > now:
        holds.append(not_before_hold(services, new.not_before))
    if new.window:
        hold = window_hold(services, new.window, now)
        holds += [hold] if hold else []
    return holds


def not_before_hold(services: Services, at: datetime) -> NewHold:
    """Waiting for a time."""
    zone = services.settings.current.zone
    local, this_year = at.astimezone(zone), services.clock.now().astimezone(zone).year
    day = f"{local:%A %d %B}" if local.year == this_year else f"{local:%d %B %Y}"
    return NewHold(
        kind=HoldKind.NOT_BEFORE, detail=f"Not before {day}, {local:%H:%M}.", due=at,
        unblock="The time comes, or a person drops it.",
    )  # fmt: skip


def window_hold(services: Services, text: str, now: datetime) -> NewHold | None:
    """Waiting for a window to open; ``None`` while it is open."""
    settings = services.settings.current
    opens = opens_at(parse_window(text, settings.overnight), now, settings.zone)
    if opens is None:
        return None
    local = opens.astimezone(settings.zone)
    return NewHold(
        kind=HoldKind.WINDOW, detail=f"Waits for its window “{text}”, which opens {local:%A at %H:%M}.", due=opens,
        unblock="The window opens, or a person drops it.", ref=text,
    )  # fmt: skip


def dependency_holds(connection: Connection, new: NewItem, batch: set[str]) -> list[NewHold]:
    """A hold for each dependency that is not done. Raises ``NotFound`` for one that does not exist."""
    if not new.depends_on:
        return []
    wanted = [one for one in dict.fromkeys(new.depends_on) if one not in batch]
    states = store.existing(connection, wanted, lock=True)  # one that ends now must find who waits for it
    missing = [one for one in wanted if one not in states]
    if missing:
        raise NotFound(f"depends_on names work that does not exist: {', '.join(missing)}.", fix="Add that work first.")
    return [
        dependency_hold(one, states.get(one)) for one in dict.fromkeys(new.depends_on) if states.get(one) != State.DONE
    ]


def dependency_hold(on: str, state: str | None) -> NewHold:
    """Waiting for another item; one that failed or was cancelled keeps it held and says so.

    Whoever reads it is told that item's title and state as they are then.
    """
    detail, unblock = words(on, state)
    return NewHold(kind=HoldKind.DEPENDENCY, ref=on, detail=detail, unblock=unblock)


def refuse_cycles(connection: Connection, admitted: Sequence[Admitted]) -> None:
    """Raise ``Invalid`` if new dependencies would close a circle."""
    edges = store.edges(connection) if any(one.new.depends_on for one in admitted) else {}
    for one in admitted:
        edges[one.id] = list(one.new.depends_on)
    cycle = cycle_in(edges)
    if cycle:
        titles = {one.id: f"“{one.new.title}”" for one in admitted if one.new.title}
        told = " → ".join(titles.get(one, one) for one in cycle)
        raise Invalid(f"These items would wait for each other: {told}.", fix="Remove one dependency.")


def cycle_in(edges: dict[str, list[str]]) -> list[str]:
    """A circle in a graph, as the nodes passed; empty if there is none. Iterative: chains may be long."""
    done: set[str] = set()
    for start in edges:
        path: list[str] = []
        on_path: set[str] = set()
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                on_path.discard(path.pop())
                done.add(node)
            elif node in on_path:
                return [*path[path.index(node) :], node]
            elif node not in done:
                path.append(node)
                on_path.add(node)
                stack.append((node, True))
                stack += [(child, False) for child in edges.get(node, ())]
    return []


def insert(services: Services, connection: Connection, admitted: Sequence[Admitted]) -> list[Fresh]:
    """Write admitted items with their holds, questions and journal entries, in the caller's transaction.

    Returns what was written, so that nobody has to read it back.
    """
    if not admitted:
        return []
    now = services.clock.now()
    refuse_cycles(connection, admitted)
    fresh = [
        Fresh(
            row=row_for(services, one, now), holds=[changes.hold_row(one.id, hold, now) for hold in one.holds],
            depends_on=list(dict.fromkeys(one.new.depends_on)),
        )
        for one in admitted
    ]  # fmt: skip
    changes.insert_items(connection, [one.row for one in fresh])
    changes.insert_holds(connection, [hold for one in fresh for hold in one.holds])
    changes.insert_dependencies(
        connection, [(one.id, on) for one in admitted for on in dict.fromkeys(one.new.depends_on)]
    )
    approvals.ask(connection, [question(services, one, one.ask, now) for one in admitted if one.ask])
    rows = []
    for one in admitted:
        rows.append(services.journal.row(
            "items.created", actor=one.new.actor, item=one.id, cause=one.new.cause, subject=one.new.title,
            data={"operation": one.new.operation, "holds": [hold.kind for hold in one.holds]},
        ))  # fmt: skip
        if one.ask:
            data = {"operation": one.new.operation, "rule": one.ask.rule, "reason": one.ask.reason}
            rows.append(services.journal.row(
                "approvals.asked", actor=one.new.actor, item=one.id, subject=one.new.title, data=data
            ))  # fmt: skip
    services.journal.write_many(connection, rows)
    return fresh


def question(services: Services, one: Admitted, decision: Decision, now: datetime) -> dict[str, Any]:
    """The row of a question."""
    return {
        "id": services.ids.new(now), "item": one.id, "operation": one.new.operation or "",
        "input_hash": hash_of(one.new.operation, one.new.input), "rule": decision.rule, "reason": decision.reason,
        "asked_at": now, "lapses_at": now + decision.lapse, "default_yes": decision.default_yes,
    }  # fmt: skip


def row_for(services: Services, one: Admitted, now: datetime) -> dict[str, Any]:
    """The row of an admitted item."""
    new, verb = one.new, one.operation
    state = State.DONE if new.finished else State.HELD if one.holds else State.QUEUED
    lane = new.lane or (verb.durable.lane if verb and verb.durable else "default")
    actor = {"kind": new.actor.kind.value, "name": new.actor.name, "scopes": sorted(new.actor.scopes)}
    return {
        "id": one.id, "title": new.title or (verb.summary.rstrip(".") if verb else "Untitled"),
        "operation": new.operation,
        "input": new.input, "input_hash": hash_of(new.operation, new.input), "section": new.section, "tier": new.tier,
        "tier_rank": UNRANKED if new.tier is None else new.tier,
        "phase": new.phase, "phase_rank": phase_rank(new.phase),
        "priority": priority_rank(new.priority), "effort_minutes": new.effort_minutes, "impact": new.impact,
        "state": state, "lane": lane, "key": new.key, "window": new.window, "not_before": new.not_before,
        "deadline": new.deadline, "attempt": 0, "failures": 0, "result": new.finished, "origin": new.origin,
        "actor": actor, "confirmed": new.confirmed, "cause": new.cause, "created_at": now,
        "ready_at": now if state is State.QUEUED else None, "finished_at": now if new.finished else None,
    }  # fmt: skip


def default_priority(text: str | None) -> Priority:
    """A priority by name; ``Invalid`` for one that is none."""
    try:
        return Priority((text or "medium").lower())
    except ValueError as error:
        raise Invalid(f"“{text}” is no priority.", fix="One of critical, high, medium, low.") from error


def deadline_error() -> Conflict:
    """What an item fails with when its deadline passes before it could start."""
    return Conflict(
        "Its deadline passed before it could start.", fix="Retry it, or queue it again with a later deadline."
    )
