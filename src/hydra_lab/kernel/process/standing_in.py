"""A quick start and little memory: a library is loaded without the libraries that Hydra does not use of it."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import GenericAlias, ModuleType
from typing import Any


class Later(ModuleType):
    """Stands for a module that is loaded when something of it is used; ``parts`` stand for modules in it."""

    def __init__(self, name: str, **parts: "Later") -> None:
        super().__init__(name)
        vars(self).update(parts)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


class Unused(ModuleType):
    """Stands for a module of which only the names of classes are wanted: nothing is an instance of them."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {"__module__": self.__name__, "__class_getitem__": classmethod(GenericAlias)})


@contextmanager
def standing_in(*modules: ModuleType) -> Iterator[None]:
    """While this lasts, who imports one of these is given it; one that is loaded already is given as it is."""
    mine = {module.__name__: module for module in modules if module.__name__ not in sys.modules}
    sys.modules.update(mine)
    try:
        yield
    finally:
        for name, module in mine.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]
