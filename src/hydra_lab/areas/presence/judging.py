"""What rules make of what is known: pure functions. What is unknown is never taken for yes or for no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Literal
from zoneinfo import ZoneInfo

from hydra_lab.areas.presence.model import Condition, Mode, Rule, Seen
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.work.window import opens_at, parse_window

Holds = Literal["yes", "no", "unknown"]


class Judged(Output):
    """One rule, and what it comes to now."""

    id: str
    state: Mode
    priority: int
    holds: Holds
    why: str
    paused: bool


class Verdict(Output):
    """What the rules say together. ``state`` is empty where they say nothing, or nobody knows."""

    state: Mode | None
    rule: str | None
    why: str
    rules: list[Judged]


@dataclass(frozen=True, kw_only=True)
class Known:
    """All that rules look at. ``complete`` says that every source has told all it follows."""

    seen: Sequence[Seen]
    complete: bool
    now: datetime
    zone: ZoneInfo
    overnight: str


def judge(rules: Sequence[Rule], known: Known) -> Verdict:
    """The state of the first rule that holds, by priority.

    A rule of which nobody knows whether it holds makes the state unknown, unless it would lead to the same one.
    """
    judged = [judge_rule(rule, known) for rule in sorted(rules, key=lambda rule: (-rule.priority, rule.id))]
    first = next((one for one in judged if one.holds == "yes"), None)
    before = judged[: judged.index(first)] if first else judged
    open_ = [one for one in before if one.holds == "unknown" and (first is None or one.state != first.state)]
    if open_:
        why = f"Whether “{open_[0].id}” holds is unknown: {open_[0].why}."
        return Verdict(state=None, rule=None, why=why, rules=judged)
    if first is None:
        return Verdict(state=None, rule=None, why="No rule holds.", rules=judged)
    return Verdict(state=first.state, rule=first.id, why=first.why[:1].upper() + first.why[1:] + ".", rules=judged)


def judge_rule(rule: Rule, known: Known) -> Judged:
    """Whether all that a rule wants is so, and what says so."""
    found = [judge_condition(one, known) for one in rule.when]
    if rule.paused:
        holds, why = "no", "it is paused"
    elif rule.hours and (opens := opens_at(parse_window(rule.hours, known.overnight), known.now, known.zone)):
        holds, why = "no", f"its hours begin at {opens.astimezone(known.zone):%H:%M}"
    else:
        holds, why = all_of(found)
    return Judged(id=rule.id, state=rule.state, priority=rule.priority, holds=holds, why=why, paused=rule.paused)


def all_of(found: Sequence[tuple[Holds, str]]) -> tuple[Holds, str]:
    """Several at once: one no decides, then one that is unknown."""
    for wanted in ("no", "unknown"):
        for holds, why in found:
            if holds == wanted:
                return holds, why
    return "yes", " and ".join(why for _, why in found)


def judge_condition(one: Condition, known: Known) -> tuple[Holds, str]:
    """Whether one condition holds, and why in words."""
    found = [(seen, judge_seen(one, seen, known.now)) for seen in known.seen if fnmatchcase(seen.id, one.of)]
    if not found:
        return ("no", f"nobody tells of {one.of}") if known.complete else ("unknown", f"{one.of} was not told of yet")
    no = [seen for seen, holds in found if holds == "no"]
    unknown = [seen for seen, holds in found if holds == "unknown"]
    yes = [seen for seen, holds in found if holds == "yes"]
    if one.every:
        if no:
            return "no", what_of(one, no, known)
        return ("unknown", what_of(one, unknown, known)) if unknown else ("yes", what_of(one, yes, known))
    if yes:
        return "yes", what_of(one, yes, known)
    return ("unknown", what_of(one, unknown, known)) if unknown else ("no", what_of(one, no, known))


def judge_seen(one: Condition, seen: Seen, now: datetime) -> Holds:
    """Whether one thing is as wanted, for long enough."""
    if seen.value is None:
        return "unknown"
    named = seen.value.lower() in {value.lower() for value in one.is_one_of or one.is_none_of}
    if named != bool(one.is_one_of):
        return "no"
    return "yes" if now - seen.since >= timedelta(minutes=one.for_minutes) else "no"


def what_of(one: Condition, found: Sequence[Seen], known: Known) -> str:
    """What is so of some things, in words."""
    said = [in_words(one, seen, known) for seen in found[:5]]
    more = f" and {len(found) - 5} more" if len(found) > 5 else ""
    return ", ".join(said) + more


def in_words(one: Condition, seen: Seen, known: Known) -> str:
    """What is so of one thing, and for how long where that matters."""
    if seen.value is None:
        return f"where {seen.name} is, nobody knows" if seen.id.startswith("person.") else f"{seen.name} is unknown"
    words = f"{seen.name} is {spoken(seen.value)}"
    return f"{words} {lasted(known.now - seen.since)}" if one.for_minutes else words


def spoken(value: str) -> str:
    """A value as people say it."""
    return {"home": "at home", "not_home": "away"}.get(value, value)


def lasted(span: timedelta) -> str:
    """For how long something is so."""
    minutes = max(0, int(span.total_seconds() // 60))
    return f"for {minutes} min" if minutes < 120 else f"for {minutes // 60} h"
