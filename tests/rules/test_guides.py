"""The guides work: who types in what they show gets rooms that keep every rule and pass their tests."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.rules.source import ROOT

FILE = re.compile(r"^```python (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDES = {"docs/adding-an-area.md": "areas/chores", "docs/adding-an-integration.md": "integrations/ntfy"}
KIND = "integrations/"
CONTRACTS = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
SKIPPED = shutil.ignore_patterns("__pycache__", ".*")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which every guide was followed."""
    copy = tmp_path_factory.mktemp("house")
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=SKIPPED)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for guide in GUIDES:
        for path, text in FILE.findall((ROOT / guide).read_text()):
            file = copy / path
            assert not file.exists(), f"{path} exists already: {guide} needs another example"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
    return copy


def run(copy: Path, *arguments: str) -> None:
    """Run a Python module in the copy, on the copy's source; fails with what it said."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_their_code_is_in_shape(house: Path) -> None:
    places = [f"{top}/{room}" for room in GUIDES.values() for top in ("src/hydra_lab", "tests")]
    run(house, "-m", "ruff", "format", "--check", *places)
    run(house, "-m", "ruff", "check", *places)


def test_their_types_are_right(house: Path) -> None:
    run(house, "-m", "mypy", *(f"src/hydra_lab/{room}" for room in GUIDES.values()))


def test_they_import_downwards_only(house: Path) -> None:
    run(house, "-c", CONTRACTS)


def test_they_are_found(house: Path) -> None:
    names = " or ".join(room.replace("/", "-") for room in GUIDES.values())
    run(house, "-m", "pytest", "-q", "tests/rules/test_rooms.py", "-k", f"{names} or verbs")


@pytest.mark.parametrize("room", GUIDES.values())
def test_their_tests_pass(house: Path, room: str) -> None:
    run(house, "-m", "pytest", "-q", f"tests/{room}")


@pytest.mark.parametrize("name", [room.removeprefix(KIND) for room in GUIDES.values() if room.startswith(KIND)])
def test_the_integration_conforms(house: Path, name: str) -> None:
    run(house, "-m", "pytest", "-q", "tests/integrations/test_conformance.py", "-k", name)
