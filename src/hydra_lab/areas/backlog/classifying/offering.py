"""Which operations a model may choose from: few, by words, and none that policy would refuse."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hydra_lab.areas.backlog.intake.items import Making
from hydra_lab.areas.backlog.model import Entry
from hydra_lab.areas.backlog.planning.words import Index
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Operation
from hydra_lab.kernel.policy.model import Actor, ActorKind, Verdict

OFFERED = 12
# What a model chooses is judged as what an agent asks for, on top of what the document may.
MODEL = Actor(kind=ActorKind.AGENT, name="backlog-classifier", scopes=frozenset({"read", "write"}))
AS_ANY_AGENT = "built-in:agent"
BEYOND = "a model chose it, and it changes something beyond Hydra's own files and figures"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One operation that may be chosen. ``asks`` is why a person is asked before it runs, ``None`` where nobody is."""

    name: str
    summary: str
    schema: dict[str, Any]
    asks: str | None = None

    @property
    def takes(self) -> list[str]:
        """Its fields by name."""
        return list(self.schema.get("properties", {}))


class Offers:
    """What can be offered for the items of a backlog."""

    def __init__(self, ctx: Context, making: Making) -> None:
        self._ctx, self._making = ctx, making
        verbs = ctx.services.registry.verbs
        known = [one.name for one in making.catalogue.by_name.values() if one.queueable]
        self._index = Index({name: f"{name.replace('.', ' ')} {verbs[name].description}" for name in known})
        self._always = [name for name in (*sorted(making.rules.alone), *making.rules.elsewhere) if name in known]

    def names(self, entry: Entry) -> list[str]:
        """Operations that share words with an item, the nearest first, Hydra's own chores, and what hands work over."""
        near = [name for name, _ in self._index.ranked(entry.wording, limit=OFFERED)]
        return list(dict.fromkeys([*near, *self._always]))

    def of(self, names: Iterable[str]) -> list[Offer]:
        """What may be chosen of these: policy lets the document do it, and would let an agent."""
        found = []
        for name in names:
            verb = self._ctx.services.registry.operation(name)
            may, asks = self._judged(verb)
            if may:
                found.append(Offer(name=name, summary=verb.summary, schema=verb.input_schema(), asks=asks))
        return found

    def digest(self, entry: Entry, model: str) -> str:
        """What a reading is of: the item's text, the model, and the operations there were to choose from."""
        text = json.dumps([model, entry.wording, entry.impact, self.names(entry)])
        return sha256(text.encode()).hexdigest()

    def _judged(self, verb: Operation) -> tuple[bool, str | None]:
        """Whether it may be offered, and why a person is asked before it runs."""
        check = self._ctx.services.policy.decide
        document, model = check(verb, None, self._making.actor), check(verb, None, MODEL)
        if Verdict.DENY in (document.verdict, model.verdict):
            return False, None
        if document.verdict is Verdict.ASK:
            return True, document.reason
        if model.verdict is Verdict.ALLOW or verb.effect is Effect.READ:
            return True, None
        if model.rule == AS_ANY_AGENT:
            return True, None if verb.name in self._making.rules.alone else BEYOND
        return True, model.reason
