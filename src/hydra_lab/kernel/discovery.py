"""Finding rooms: every folder of a package that carries the wanted name."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


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
