"""Arguments of a command as one input: positions, options with dots, lists by repeating, files by @."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from hydra_lab.kernel.errors import Invalid
from hydra_lab.surfaces.cli.calls.catalogue import Verb
from hydra_lab.surfaces.cli.calls.schema import Field, fields_of, value_of

# Options that say how a command is run; a field of the same name is given with --json '{…}'.
FLAGS = frozenset({"watch", "help"})
VALUED = frozenset({"wait", "confirm"})


@dataclass(kw_only=True)
class Given:
    """What was typed: the input, and how to run and show it."""

    input: dict[str, Any] = field(default_factory=dict)
    as_json: bool = False
    watch: bool = False
    help: bool = False
    wait: str | None = None
    confirm: str | None = None
    free: set[tuple[str, ...]] = field(default_factory=set)  # paths typed so far in objects that take any name


def parse(verb: Verb, words: list[str]) -> Given:
    """The words after a command's name. Raises ``Invalid`` that says what is wrong with them."""
    given = Given()
    fields = {one.name: one for one in fields_of(verb.input)}
    positions: list[str] = []
    waiting = list(words)
    literal = False
    while waiting:
        word = waiting.pop(0)
        if literal or not word.startswith("--"):
            if word == "-h" and not literal:
                given.help = True
            else:
                positions.append(word)
        elif word == "--":
            literal = True
        else:
            option(verb, given, fields, word, waiting)
    if not given.help:
        place(verb, given, list(fields.values()), positions)
    return given


def option(verb: Verb, given: Given, fields: dict[str, Field], word: str, waiting: list[str]) -> None:
    """Take up one option and the value that belongs to it."""
    typed, equals, value = word[2:].partition("=")
    name = typed.replace("-", "_")
    if name == "json":
        if not equals and not (waiting and waiting[0].startswith(("{", "@"))):
            given.as_json = True
            return
        merge(given.input, read_object(value if equals else waiting.pop(0)))
        return
    if name in FLAGS and name not in fields:
        setattr(given, name, True)
        return
    if name in VALUED and name not in fields:
        setattr(given, name, value if equals else following(waiting, word))
        return
    path = name.split(".")
    known = reached(fields, path)
    holder = None if known else open_one(fields, path)
    if holder:
        # In it names are as they are typed, with a header's hyphens; in one of anything the first is a field's.
        depth, each = holder
        path[depth + (not each) :] = typed.split(".")[depth + (not each) :]
        kinds = each if len(path) == depth + 1 else frozenset()
    elif known:
        kinds = known.each if known.is_list else known.kinds
    else:
        if name.startswith("no_") and (flag := fields.get(name[3:])) and flag.is_flag:
            given.input[flag.name] = False
            return
        raise unknown(verb, word, fields)
    if known is not None and known.is_flag and not equals:
        put(given.input, path, True, several=False)
        return
    text = value if equals else following(waiting, word)
    several = known is not None and known.is_list
    if several and text.startswith("["):
        put(given.input, path, value_of(text, known.kinds if known else kinds), several=False)
        return
    if holder and not kinds:  # only repeating says that what takes anything is to be a list
        several = tuple(path) in given.free
        given.free.add(tuple(path))
        if several:
            as_list(given.input, path)
    put(given.input, path, value_of(from_file(text), kinds), several=several)


def as_list(target: dict[str, Any], path: list[str]) -> None:
    """Make the value at a dotted path the first of a list."""
    for part in path[:-1]:
        target = target[part]
    if not isinstance(target[path[-1]], list):
        target[path[-1]] = [target[path[-1]]]


def following(waiting: list[str], word: str) -> str:
    """The value after an option."""
    if not waiting:
        raise Invalid(f"{word} wants a value.", fix=f"Write {word} VALUE, or {word}=VALUE.")
    return waiting.pop(0)


def place(verb: Verb, given: Given, fields: list[Field], positions: list[str]) -> None:
    """Give positions to fields: those of the path, the required ones, then the others, in the order declared."""
    open_fields = [one for one in in_order(verb, fields) if one.name not in given.input]
    for one in open_fields:
        if not positions:
            break
        if one.is_list:
            given.input[one.name] = [value_of(from_file(text), one.each) for text in positions]
            return
        text = positions.pop(0)
        if one.name == "text" and text != "-" and not text.startswith("@"):
            text = f"@{text}"  # documents are given as files
        if one.name == "text" and "name" in {other.name for other in fields} and text not in ("-", "@-"):
            given.input.setdefault("name", Path(text[1:]).stem)
        given.input[one.name] = value_of(from_file("@-" if text == "-" else text), one.kinds)
    if positions:
        raise Invalid(
            f"“{positions[0]}” is one argument too many for `hydra {verb.words}`.",
            fix=f"`hydra {verb.words} --help` shows what it takes.",
        )


def in_order(verb: Verb, fields: list[Field]) -> list[Field]:
    """Fields in the order in which positions fill them; flags are never positions."""
    by_name = {one.name: one for one in fields}
    first = [by_name[name] for name in verb.path_fields if name in by_name]
    needed = [one for one in fields if one.required and one not in first]
    rest = [one for one in fields if not one.required and one not in first]
    simple = [one for one in rest if one.kinds & {"string", "integer", "number"} or not one.kinds]
    return [one for one in first + needed + simple if not one.is_flag]


def read_object(text: str) -> dict[str, Any]:
    """The object in a text or a file."""
    content = from_file(text)
    try:
        read = json.loads(content)
    except ValueError as error:
        raise Invalid(
            f"--json wants a JSON object: {error}.", fix="""Write it as --json '{"field": "value"}'."""
        ) from error
    if not isinstance(read, dict):
        raise Invalid("--json wants a JSON object.", fix="""Write it as --json '{"field": "value"}'.""")
    return read


def from_file(text: str) -> str:
    """The text itself, or for ``@FILE`` the file's content and for ``@-`` what comes in; ``@@`` is a plain @."""
    if text.startswith("@@"):
        return text[1:]
    if not text.startswith("@"):
        return text
    try:
        raw = sys.stdin.buffer.read() if text == "@-" else Path(text[1:]).expanduser().read_bytes()
        return raw.decode("utf-8")
    except OSError as error:
        raise Invalid(f"{text[1:]} cannot be read: {error.strerror}.", fix="Correct the file's name.") from error
    except UnicodeDecodeError as error:
        raise Invalid(f"{text[1:]} is no UTF-8 text.", fix="Save it as UTF-8, then try again.") from error


def reached(fields: dict[str, Field], path: list[str]) -> Field | None:
    """The field at a dotted path."""
    found = fields.get(path[0])
    for part in path[1:]:
        found = next((one for one in found.inner if one.name == part), None) if found else None
    return found


def open_one(fields: dict[str, Field], path: list[str]) -> tuple[int, frozenset[str]] | None:
    """How far a dotted path goes before it is in an object that takes any name, and the types of what that holds; none
    where it holds anything."""
    for count in range(1, len(path)):
        one = reached(fields, path[:count])
        if one is not None and one.is_open:
            return count, one.each
    return None


def put(target: dict[str, Any], path: list[str], value: Any, *, several: bool) -> None:
    """Set a value at a dotted path, making the objects on the way."""
    for part in path[:-1]:
        inner = target.setdefault(part, {})
        if not isinstance(inner, dict):
            raise Invalid(f"{part} is given both as a value and as an object.", fix="Give it in one way.")
        target = inner
    if several:
        target.setdefault(path[-1], []).append(value)
    else:
        target[path[-1]] = value


def merge(target: dict[str, Any], more: dict[str, Any]) -> None:
    """Lay one object over another, object by object."""
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(target.get(name), dict):
            merge(target[name], value)
        else:
            target[name] = value


def dotted(fields: Iterator[Field] | list[Field], before: str = "") -> Iterator[tuple[str, Field]]:
    """Every field with its dotted option name, those of objects in it included."""
    for one in fields:
        name = before + one.name.replace("_", "-")
        if one.inner:
            yield from dotted(list(one.inner), f"{name}.")
        else:
            yield name, one


def unknown(verb: Verb, word: str, fields: dict[str, Field]) -> Invalid:
    """The error for an option that no field has, with near ones."""
    names = [f"--{name}" for name, _ in dotted(list(fields.values()))]
    near = get_close_matches(word, names, n=2, cutoff=0.5)
    fix = f"Did you mean {' or '.join(near)}?" if near else f"`hydra {verb.words} --help` shows its options."
    return Invalid(f"`hydra {verb.words}` has no option {word.partition('=')[0]}.", fix=fix)
