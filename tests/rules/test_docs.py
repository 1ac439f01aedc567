"""The documentation is true: its links lead somewhere, and the map knows every part of the kernel and the surfaces."""

import re
from pathlib import Path

import pytest

from tests.rules.source import ROOT, SRC

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MAP = (ROOT / "docs" / "map.md").read_text()
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def without_code(text: str) -> str:
    """Markdown without its fenced blocks, where brackets mean something else."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_exist(page: Path) -> None:
    targets = [one for one in LINK.findall(without_code(page.read_text())) if not re.match(r"[a-z]+:|#", one)]
    assert [one for one in targets if not (page.parent / one.partition("#")[0]).exists()] == []


@pytest.mark.parametrize("part", ["kernel", "surfaces"])
def test_the_map_names_every_part(part: str) -> None:
    inside = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (SRC / part).iterdir()
        if (path.is_dir() and any(path.rglob("*.py"))) or (path.suffix == ".py" and path.name != "__init__.py")
    }
    assert {name for name in inside if f"`{name}`" not in MAP} == set()


def test_the_map_names_nothing_that_is_not_there() -> None:
    named: set[str] = set()
    for part, section in re.findall(r"^## In `src/hydra_lab/(\w+)`\n(.*?)(?=^## )", MAP, re.MULTILINE | re.DOTALL):
        for row in re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE):
            named |= {f"{part}/{name.rstrip('/')}" for name in re.findall(r"`([\w./]+)`", row)}
    assert named
    assert {name for name in named if not (SRC / name).exists()} == set()
