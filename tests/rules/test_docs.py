"""The documentation is true: its links lead somewhere, and the map knows every part of the kernel and the surfaces."""

import re
import shlex
from pathlib import Path

import pytest

import hydra_lab.areas
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.registry import discover
from tests.rules.source import ROOT, SRC

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MAP = (ROOT / "docs" / "map.md").read_text()
VERBS = {verb.name: verb for area in discover(hydra_lab.areas, "AREA", Area).values() for verb in area.verbs()}
HERE = {"up", "worker", "doctor", "backup", "restore", "token", "mcp", "health", "version", "AREA"}
ALWAYS = {"json", "watch", "wait", "confirm", "data", "help"}
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


def commands(page: Path) -> list[list[str]]:
    """Each ``hydra …`` in a page's shell blocks and in its code between words, as words without the program."""
    text = page.read_text()
    blocks = "\n".join(re.findall(r"^```(?:sh|bash)?\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    lines = re.findall(r"^(?:\S+=\S+ )*\S*\bhydra .*$", blocks.replace("\\\n", " "), re.MULTILINE)
    lines += re.findall(r"`((?:\S+=\S+ )*hydra [^`]+)`", without_code(text).replace("\n", " "))
    found = []
    for line in lines:
        words = shlex.split(line, comments=True)
        while words and re.match(r"[A-Z_]+=", words[0]):
            words.pop(0)
        if words and words[0].rpartition("/")[2] == "hydra" and len(words) > 1:
            found.append(words[1:])
    return found


@pytest.mark.parametrize(
    "page", [one for one in PAGES if commands(one) and not one.name.startswith("adding-")], ids=lambda page: page.name
)
def test_commands_and_their_options_exist(page: Path) -> None:
    wrong = []
    for words in commands(page):
        verb = VERBS.get(".".join(word.replace("-", "_") for word in words[:2]))
        if words[0] in HERE:
            continue
        if verb is None:
            wrong.append(" ".join(words))
            continue
        fields = verb.input.model_fields
        options = [word[2:].partition(".")[0].partition("=")[0] for word in words if word.startswith("--")]
        wrong += [
            f"{verb.name} --{one}"
            for one in options
            if one.removeprefix("no-").replace("-", "_") not in fields and one not in ALWAYS
        ]
    assert wrong == []


def test_every_picture_is_taken_by_the_script() -> None:
    script = (ROOT / "scripts" / "screenshots.py").read_text()
    taken = set(re.findall(r'^    \("([a-z-]+)", "/', script, re.MULTILINE))
    assert taken == {one.stem for one in (ROOT / "docs" / "images").iterdir()}
    shown = {Path(link).stem for page in PAGES for link in LINK.findall(page.read_text()) if "images/" in link}
    assert shown == taken


def test_no_page_shows_what_a_merge_left_behind() -> None:
    assert [page.name for page in PAGES if re.search(r"^(<<<<<<<|>>>>>>>) ", page.read_text(), re.MULTILINE)] == []
