"""Rooms are found, never listed: a folder is all it takes, and each brings its tests."""

import importlib
import pkgutil

import pytest

import hydra_lab.areas
import hydra_lab.integrations
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.integration import Integration
from hydra_lab.kernel.registry import discover
from tests.rules.source import ROOT, SRC, rooms

AREAS = discover(hydra_lab.areas, "AREA", Area)
INTEGRATIONS = discover(hydra_lab.integrations, "INTEGRATION", Integration)
ROOMS = [("areas", name, AREAS.get(name)) for name in rooms("areas")]
ROOMS += [("integrations", name, INTEGRATIONS.get(name)) for name in rooms("integrations")]
each_room = pytest.mark.parametrize(("kind", "name", "room"), ROOMS, ids=[f"{kind}-{name}" for kind, name, _ in ROOMS])


@each_room
def test_every_folder_is_found_under_its_own_name(kind: str, name: str, room: Area | Integration | None) -> None:
    assert room is not None, f"{kind}/{name} has no __init__.py"
    assert room.name == name


@each_room
def test_every_verb_in_a_folder_is_reachable(kind: str, name: str, room: Area | Integration) -> None:
    package = importlib.import_module(f"hydra_lab.{kind}.{name}")
    declared = {
        value.__operation__.name
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        for value in vars(importlib.import_module(info.name)).values()
        if hasattr(value, "__operation__") and value.__operation__.handler.__module__ == info.name
    }
    assert declared <= {verb.name for verb in room.verbs()}


@each_room
def test_every_folder_brings_its_tests(kind: str, name: str, room: Area | Integration) -> None:
    assert list((ROOT / "tests" / kind / name).rglob("test_*.py")), f"tests/{kind}/{name} has no test"


@pytest.mark.parametrize("kind", ["areas", "integrations"])
def test_no_tests_are_left_of_a_room_that_is_gone(kind: str) -> None:
    mirrored = {path.parent for path in (ROOT / "tests" / kind).rglob("test_*.py")}
    tops = {path.relative_to(ROOT / "tests" / kind).parts[0] for path in mirrored if path != ROOT / "tests" / kind}
    assert tops <= set(rooms(kind))


def test_no_empty_file_is_kept() -> None:
    assert [path for path in SRC.rglob("*") if path.is_file() and not path.read_bytes().strip()] == []


def test_verbs_have_one_owner() -> None:
    names = [verb.name for room in [*AREAS.values(), *INTEGRATIONS.values()] for verb in room.verbs()]
    assert sorted(names) == sorted(set(names))
