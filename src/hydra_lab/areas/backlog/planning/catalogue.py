"""The operations this Hydra has, as planning sees them: by name, by route, and by the words they are described with."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hydra_lab.areas.backlog.planning.words import Index

# Below this an operation shares a word with a title by chance; measured on the example and on real backlogs.
LIKELY = 0.4
SEGMENT = re.compile(r"{(\w+)(?::\w+)?}")


@dataclass(frozen=True, kw_only=True)
class Known:
    """One operation. ``problem(input)`` says in a sentence why it cannot be run with it, ``None`` when it can."""

    name: str
    method: str
    path: str
    summary: str
    queueable: bool
    problem: Callable[[dict[str, Any]], str | None]
    needs: tuple[str, ...] = ()
    floor: str | None = None


class Catalogue:
    """Operations to choose from."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.by_name = {one.name: one for one in known}
        self.routes: dict[tuple[str, int], list[tuple[list[str], Known]]] = {}
        for one in self.by_name.values():
            parts = one.path.strip("/").split("/")
            self.routes.setdefault((one.method, len(parts)), []).append((parts, one))
        queueable = (one for one in self.by_name.values() if one.queueable)
        self.index = Index({one.name: f"{one.name.replace('.', ' ')} {one.summary}" for one in queueable})

    def at(self, method: str, path: str) -> tuple[Known, dict[str, Any]] | None:
        """The operation that answers ``method path``, and the values in its path; literal routes come first."""
        parts = path.strip("/").split("/")
        fitting = []
        for template, known in self.routes.get((method.upper(), len(parts)), ()):
            values = path_values(template, parts)
            if values is not None:
                fitting.append((len(values), known, values))
        if not fitting:
            return None
        _, known, values = min(fitting, key=lambda one: one[0])
        return known, values

    def near(self, title: str, limit: int = 3) -> list[str]:
        """Operations whose name and summary share most of a title's words, best first; empty when none does."""
        return [name for name, score in self.index.ranked(title, limit=limit) if score >= LIKELY]

    def under(self, floor: str | None, limit: int = 3) -> list[str]:
        """Operations that do what a floor of policy asks a person about; none without a floor."""
        fitting = (one.name for one in self.by_name.values() if floor and one.queueable and one.floor == floor)
        return sorted(fitting)[:limit]


def path_values(template: list[str], parts: list[str]) -> dict[str, Any] | None:
    """``{"id": "7"}`` of ``queue/7`` under ``queue/{id}``; ``None`` where the path does not fit."""
    values = {}
    for wanted, given in zip(template, parts, strict=True):
        slot = SEGMENT.fullmatch(wanted)
        if slot and given:
            values[slot[1]] = given
        elif wanted != given:
            return None
    return values
