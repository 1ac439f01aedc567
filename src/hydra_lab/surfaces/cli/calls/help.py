"""Help for commands that come from the server: what an area can do, and what one command takes."""

import textwrap
from collections.abc import Iterable

from hydra_lab.surfaces.cli.calls.arguments import dotted, in_order
from hydra_lab.surfaces.cli.calls.catalogue import Catalogue, Verb
from hydra_lab.surfaces.cli.calls.schema import Field, fields_of

WIDTH = 80
RUNNING = [
    ("--json", "Print the answer as JSON, for scripts."),
    ("--json '{…}' or --json @FILE", "Give the whole input as JSON; options are laid over it."),
    ("--watch", "For work: show its log and progress until it is over."),
    ("--wait SECONDS", "For work: wait for the result."),
    ("--confirm WORD", "Say yes to a dangerous call: what it is about, or its name."),
]
HINT = (
    "Lists are given by repeating an option, nested fields with dots (--backup.keep 3). A value @FILE is read from a "
    "file, @- from what is piped in."
)


def area_help(catalogue: Catalogue, area: str) -> str:
    """The commands of one area."""
    rows = [(f"hydra {verb.words}", verb.summary) for verb in catalogue.areas[area]]
    return "\n".join([f"hydra {area}: {len(rows)} commands", "", *listed(rows), "", "Each takes --help."])


def verb_help(verb: Verb) -> str:
    """What one command does and takes."""
    fields = fields_of(verb.input)
    usage = f"hydra {verb.words}"
    for one in in_order(verb, fields):
        if one.required or one.name in verb.path_fields:
            usage += f" {positional(one)}"
    lines = [f"Usage: {usage} [options]", "", *paragraphs(verb.description)]
    rows = [(option(name, one), meaning(one)) for name, one in dotted(fields)]
    if rows:
        lines += ["Fields:", *listed(rows), ""]
    lines += ["Running and showing:", *listed(RUNNING), "", *textwrap.wrap(HINT, WIDTH), ""]
    kind = "runs as work" if verb.durable else verb.effect
    return "\n".join([*lines, f"{verb.method} {verb.path} · {kind}"])


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs, wrapped, with an empty line after each."""
    return [line for one in text.split("\n\n") for line in (*textwrap.wrap(one, WIDTH), "")]


def positional(one: Field) -> str:
    """A field as an argument."""
    name = "FILE" if one.name == "text" else one.name.upper()
    return f"{name}…" if one.is_list else name


def option(name: str, one: Field) -> str:
    """A field as an option."""
    return f"--{name}" if one.is_flag else f"--{name} {one.word if len(one.word) < 40 else 'TEXT'}"


def meaning(one: Field) -> str:
    """What a field means, whether it is needed, and what it is otherwise."""
    told = [one.about if one.about.endswith((".", "!", "?")) else f"{one.about}."] if one.about else []
    if one.choices and len("|".join(one.choices)) >= 40:
        told.append(f"One of {', '.join(one.choices)}.")
    if one.required:
        told.append("Needed.")
    elif one.default not in (None, "", [], {}):
        told.append(f"Default: {one.default}.")
    return " ".join(told)


def listed(rows: Iterable[tuple[str, str]]) -> list[str]:
    """Two columns that fit 80 signs; what is too long for the first stands on its own line."""
    rows = list(rows)
    left = min(max(len(name) for name, _ in rows), 30)
    lines: list[str] = []
    for name, text in rows:
        wrapped = textwrap.wrap(text, WIDTH - left - 4) or [""]
        if len(name) > left:
            lines.append(f"  {name}")
            name = ""
        lines.append(f"  {name:<{left}}  {wrapped[0]}".rstrip())
        lines += [" " * (left + 4) + more for more in wrapped[1:]]
    return lines
