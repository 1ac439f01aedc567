"""Commands for machines: a program with fixed arguments and checked values, never a text put together from input."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from hydra_lab.kernel.errors import Invalid

Value = str | int | float
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class Text:
    """A place for a text that ``pattern`` fits as a whole. One that begins with ``-`` would be an option: refused."""

    name: str
    pattern: str

    def argument(self, value: Value) -> str:
        """The value as an argument. Raises ``Invalid``."""
        text = value if isinstance(value, str) else ""
        if not text or text.startswith("-") or CONTROL.search(text) or not re.fullmatch(self.pattern, text):
            raise wrong(self.name, f"{value!r} cannot be given to a program here")
        return text


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A place for one of a few words."""

    name: str
    words: tuple[str, ...]

    def argument(self, value: Value) -> str:
        """The value as an argument. Raises ``Invalid``."""
        if value not in self.words:
            raise wrong(self.name, f"{value!r} is none of {', '.join(self.words)}")
        return str(value)


@dataclass(frozen=True, kw_only=True)
class Number:
    """A place for a number from ``least`` to ``most``, written with so many ``decimals``."""

    name: str
    least: float
    most: float
    decimals: int = 0

    def argument(self, value: Value) -> str:
        """The value as an argument. Raises ``Invalid``."""
        if isinstance(value, str | bool) or not self.least <= value <= self.most:
            raise wrong(self.name, f"{value!r} is no number from {self.least:g} to {self.most:g}")
        return f"{value:.{self.decimals}f}"


def path(name: str) -> Text:
    """A place for an absolute path without ``..``."""
    return Text(name=name, pattern=r"/(?!(.*/)?\.\.(/|$)).*")


Slot = Text | Choice | Number


@dataclass(frozen=True, kw_only=True)
class HostCommand:
    """A program and its arguments, ready to run; made by ``CommandTemplate.of``, or with fixed arguments only.

    ``sudo`` runs it as root by ``sudo -n``, which never asks for a password.
    """

    program: str
    arguments: tuple[str, ...] = ()
    sudo: bool = False

    @property
    def argv(self) -> tuple[str, ...]:
        """Program and arguments as they are where no shell is between. Messages are in English."""
        root = ("sudo", "-n") if self.sudo else ()
        return ("env", "LC_ALL=C", *root, self.program, *self.arguments)

    @property
    def line(self) -> str:
        """The same for the shell of another machine, quoted: the one place that does."""
        return shlex.join(self.argv)


@dataclass(frozen=True, kw_only=True)
class CommandTemplate:
    """A program with fixed arguments and places for values: ``("-C", path("folder"), "push", "origin")``."""

    program: str
    arguments: Sequence[str | Slot] = ()
    sudo: bool = False

    def of(self, **values: Value) -> HostCommand:
        """The command with its values. Raises ``Invalid`` for a value that its place does not take."""
        slots = {one.name for one in self.arguments if not isinstance(one, str)}
        if slots != values.keys():
            raise TypeError(f"{self.program} takes {sorted(slots)}, not {sorted(values)}")
        filled = tuple(one if isinstance(one, str) else one.argument(values[one.name]) for one in self.arguments)
        return HostCommand(program=self.program, arguments=filled, sudo=self.sudo)


def wrong(name: str, problem: str) -> Invalid:
    """The error of a value that its place does not take."""
    return Invalid(
        f"{name}: {problem}.",
        problems=[{"field": name, "problem": problem}],
        fix="Give a value of the kind that this command takes.",
    )
