"""What a model said of an item: operations with a confidence, and how that number is made of its answers."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from hydra_lab.kernel.operation import Output

NONE = "none"  # how a model says that no operation does it
SHOWN = 3  # proposals that are kept for a person
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=10), timedelta(days=1)

State = Literal["given", "proposed", "none", "failed", "dismissed", "chosen"]


class Pick(Output):
    """One answer: an operation of those that were offered or ``none``, and how sure the model says it is, 0 to 1."""

    operation: str
    confidence: float
    because: str = ""


class Proposal(Output):
    """An operation that might do an item. ``problem`` says why it cannot be run with that input."""

    operation: str
    input: dict[str, Any] = {}
    confidence: float = Field(description="0 to 1: see the guide on the backlog format")
    because: str = ""
    problem: str | None = None
    asks: str | None = Field(default=None, description="Why a person is asked before it runs; nobody is where null")


class Reading(Output):
    """What came of asking about one text. ``why`` is the reason where nothing did, or in the model's words."""

    digest: str
    backlog: str
    item: str
    model: str
    state: State
    proposals: list[Proposal] = []
    why: str = ""
    failures: int = 0
    asked_at: datetime
    again_at: datetime | None = None
    decided_by: str | None = None

    @property
    def best(self) -> Proposal | None:
        """The likeliest proposal."""
        return self.proposals[0] if self.proposals else None

    def is_sure(self, bar: float) -> bool:
        """Whether its best proposal can be run and is at least as sure as wanted."""
        best = self.best
        return best is not None and best.problem is None and best.confidence >= bar


def scores(answers: Sequence[Pick | None]) -> dict[str, float]:
    """How sure a model is of each operation, the surest first: what it says itself, summed over all of its answers.

    An answer that names something else, or is none at all (``None``), counts as not sure of it: a model that says 0.9
    in two of three answers comes to 0.6.
    """
    found: dict[str, float] = {}
    for one in answers:
        if one is not None and one.operation != NONE:
            found[one.operation] = found.get(one.operation, 0.0) + one.confidence
    ranked = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return {name: total / len(answers) for name, total in ranked}


def agreeing(chosen: Mapping[str, Any], inputs: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> int:
    """How many inputs say the same as the chosen one but for free text, which never comes twice."""
    told = telling(chosen, schema)
    return sum(telling(one, schema) == told for one in inputs)


def telling(input: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """An input without its free texts."""
    fields = schema.get("properties", {})
    kept = {name: value for name, value in input.items() if not (isinstance(value, str) and is_free(fields.get(name)))}
    return json.dumps(kept, sort_keys=True, default=str)


def is_free(field: Any) -> bool:
    """Whether a field takes any text: it names no values of its own."""
    text = json.dumps(field or {})
    return not any(word in text for word in ('"enum"', '"const"', '"$ref"', '"format"', '"pattern"'))


def pause_after(failures: int) -> timedelta:
    """How long an item that could not be asked about waits: doubling, a day at most."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(failures - 1, 20)
    return min(doubled, LONGEST_PAUSE)
