"""Every verb, area, integration and contribution of this Hydra, found by discovery."""

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import ModuleType
from typing import TypeVar

from hydra_lab.kernel.area import Area
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.operation import Effect, Kind, Operation

C = TypeVar("C")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Registry:
    """Built once from the discovered rooms; two verbs of one name or route are refused at start."""

    areas: dict[str, Area]
    integrations: dict[str, Integration]
    verbs: dict[str, Operation] = field(init=False)
    titles: dict[str, str] = field(init=False)  # of each verb's room

    def __post_init__(self) -> None:
        verbs: dict[str, Operation] = {}
        titles: dict[str, str] = {}
        routes: dict[str, str] = {}
        rooms: tuple[Area | Integration, ...] = (*self.areas.values(), *self.integrations.values())
        for room in rooms:
            for verb in room.verbs():
                route = f"{verb.method} {verb.path}"
                if verb.name in verbs or route in routes:
                    raise ValueError(f"{verb.name} ({route}) is declared twice, also as {routes.get(route, verb.name)}")
                verbs[verb.name], routes[route], titles[verb.name] = verb, verb.name, room.title
        object.__setattr__(self, "verbs", dict(sorted(verbs.items())))
        object.__setattr__(self, "titles", titles)

    def operation(self, name: str) -> Operation:
        """A verb by name. Raises ``NotFound`` that suggests near names."""
        verb = self.verbs.get(name)
        if verb is None:
            near = self.near(name)
            fix = f"Did you mean {' or '.join(near)}?" if near else "`hydra operations list` shows every operation."
            raise NotFound(f"There is no operation “{name}”.", fix=fix, near=near)
        return verb

    def near(self, name: str, limit: int = 3) -> list[str]:
        """Queueable operations with names like ``name``, best first."""
        names = [verb.name for verb in self.operations() if verb.queueable]
        return get_close_matches(name, names, n=limit, cutoff=0.5)

    def operations(self) -> list[Operation]:
        """Every ``@operation``, by name; streams and raw endpoints are not among them."""
        return [verb for verb in self.verbs.values() if verb.kind is Kind.OPERATION]

    def workable(self, words: str = "") -> list[Operation]:
        """What somebody would have done as work, now or again and again: it does something, or takes long; every word
        is somewhere in its name or description."""
        found = [verb for verb in self.operations() if verb.queueable and speaks_of(verb, words)]
        return [verb for verb in found if verb.effect is not Effect.READ or verb.durable]

    def by_room(self, verbs: Iterable[Operation]) -> list[tuple[str, list[Operation]]]:
        """Verbs under the titles of their rooms; in each those that take long first."""
        rooms: dict[str, list[Operation]] = {}
        for verb in sorted(verbs, key=lambda one: (one.durable is None, one.name)):
            rooms.setdefault(self.titles[verb.name], []).append(verb)
        return sorted(rooms.items(), key=lambda one: one[0].lower())

    def contributions(self, kind: type[C]) -> list[C]:
        """Every contribution of one kind, areas first."""
        rooms: tuple[Area | Integration, ...] = (*self.areas.values(), *self.integrations.values())
        return [one for room in rooms for one in room.contributions if isinstance(one, kind)]


def speaks_of(verb: Operation, words: str) -> bool:
    """Whether every word is somewhere in a verb's name or description."""
    text = f"{verb.name} {verb.description}".lower()
    return all(word in text for word in words.lower().split())


def discover(package: ModuleType, attribute: str, of: type[T]) -> dict[str, T]:
    """``{folder: package.folder.ATTRIBUTE}`` for each sub-package, by name.

    Raises ``TypeError`` naming the folder when the attribute is missing or of another type, so that a new room that
    forgot it is heard of at start and not missing in silence.
    """
    rooms: dict[str, T] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        if not info.ispkg:
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        room = getattr(module, attribute, None)
        if not isinstance(room, of):
            raise TypeError(f"{module.__name__} has no {attribute} = {of.__name__}(…) in its __init__.py")
        rooms[info.name] = room
    return rooms
