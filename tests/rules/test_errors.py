"""An error says what to do, and the commands it names exist."""

import ast
import re

from hydra_lab.app import found_rooms
from hydra_lab.kernel import errors
from hydra_lab.kernel.errors import Cancelled, HydraError
from hydra_lab.surfaces.cli.main import HERE
from tests.rules.source import SRC, Module, modules

# Cancelled work ended because somebody wanted it to: nothing is to be mended.
MENDABLE = {
    name for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, HydraError) and one is not Cancelled
}  # fmt: skip
COMMAND = re.compile(r"`hydra ([a-z][a-z0-9-]*)(?: ([a-z][a-z0-9-]*))?")
SOURCE = modules(SRC)


def made(module: Module) -> list[ast.Call]:
    """Every error that is made to be raised or returned in a file, by name."""
    calls = [node for node in module.walk(ast.Call) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in MENDABLE]


def test_every_error_says_what_to_do() -> None:
    silent = [
        f"{module.name}:{call.lineno}"
        for module in SOURCE
        for call in made(module)
        if "fix" not in {word.arg for word in call.keywords}
    ]
    assert silent == []


def test_an_error_that_is_written_down_says_it_too() -> None:
    silent = [
        f"{module.name}:{node.lineno}"
        for module in SOURCE
        for node in module.walk(ast.Dict)
        if isinstance(node, ast.Dict)
        and (known := {key.value: value for key, value in zip(node.keys, node.values, strict=True)
                       if isinstance(key, ast.Constant)}).keys() >= {"code", "fix"}
        and isinstance(known["fix"], ast.Constant) and known["fix"].value is None
    ]  # fmt: skip
    assert silent == []


def test_commands_that_are_named_exist() -> None:
    commands = {verb.name.replace("_", "-").replace(".", " ") for verb in found_rooms().verbs.values()}
    named = {match.groups() for module in SOURCE for match in COMMAND.finditer(module.text) if match[1] not in HERE}
    assert {f"{area} {verb}" for area, verb in named if verb} - commands == set()
    assert {area for area, verb in named if not verb} - {command.split()[0] for command in commands} == set()
