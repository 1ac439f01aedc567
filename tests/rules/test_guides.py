"""The guides work: who types in what they show gets a room that keeps every rule and passes its tests."""

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
CONTRACTS = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
SKIPPED = shutil.ignore_patterns("__pycache__", ".*")


@pytest.fixture(scope="module", params=GUIDES, ids=lambda guide: Path(guide).stem)
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the project in which a guide was followed, and the room that it adds."""
    copy = tmp_path_factory.mktemp("house")
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=SKIPPED)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for path, text in FILE.findall((ROOT / request.param).read_text()):
        file = copy / path
        assert not file.exists(), f"{path} exists already: the guide needs another example"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return copy, GUIDES[request.param]


def run(copy: Path, *arguments: str) -> None:
    """Run a Python module in the copy, on the copy's source; fails with what it said."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=copy, env=os.environ | {"PYTHONPATH": str(copy / "src")},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_code_is_in_shape(house: tuple[Path, str]) -> None:
    copy, room = house
    places = [f"src/hydra_lab/{room}", f"tests/{room}"]
    run(copy, "-m", "ruff", "format", "--check", *places)
    run(copy, "-m", "ruff", "check", *places)


def test_its_types_are_right(house: tuple[Path, str]) -> None:
    copy, room = house
    run(copy, "-m", "mypy", f"src/hydra_lab/{room}")


def test_it_imports_downwards_only(house: tuple[Path, str]) -> None:
    copy, _ = house
    run(copy, "-c", CONTRACTS)


def test_it_is_found_and_its_tests_pass(house: tuple[Path, str]) -> None:
    copy, room = house
    kind, _, name = room.partition("/")
    run(copy, "-m", "pytest", "-q", f"tests/{room}")
    run(copy, "-m", "pytest", "-q", "tests/rules/test_rooms.py", "-k", f"{kind}-{name} or verbs")
