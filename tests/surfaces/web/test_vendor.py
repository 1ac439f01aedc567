"""What the pages use from others is exactly what `vendor.toml` pins."""

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

from hydra_lab.surfaces.web.look import looks
from hydra_lab.surfaces.web.look.assets import FOLDER, assets, icon_names

ROOT = Path(__file__).parents[3]
ENTRIES = tomllib.loads((FOLDER.parent / "vendor.toml").read_text())["file"]
TEMPLATES = sorted((ROOT / "src").rglob("templates/*.html"))
ICON_CALL = re.compile(r'(?:icon|empty)\("([a-z][a-z0-9-]+)"')


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["path"].rpartition("/")[2] for entry in ENTRIES])
def test_a_vendored_file_has_the_pinned_hash(entry: dict[str, str]) -> None:
    assert hashlib.sha256((ROOT / entry["path"]).read_bytes()).hexdigest() == entry["sha256"]


def test_every_vendored_file_is_pinned_with_its_licence() -> None:
    pinned = {entry["path"] for entry in ENTRIES}
    found = {path.relative_to(ROOT).as_posix() for path in (FOLDER / "vendor").iterdir()}
    assert found <= pinned
    assert all(entry["licence"] and entry["version"] for entry in ENTRIES)


def test_every_icon_that_templates_and_looks_name_is_in_the_sprite() -> None:
    sprite = icon_names(assets()["icons.svg"])
    named = {name for path in TEMPLATES for name in ICON_CALL.findall(path.read_text())}
    tables = (looks.STATES, looks.HOLDS, looks.EVENTS, looks.INTEGRATIONS, looks.MODES)
    named |= {look.icon for table in tables for look in table.values()} | set(looks.GLYPHS.values())
    assert named - sprite == set()
    assert len(named) > 40


def test_the_style_sheet_comes_in_one_piece_with_its_layers() -> None:
    sheet = assets()["hydra.css"].body.decode()
    assert "@import" not in sheet
    assert sheet.index("@layer vendor {") < sheet.index("@layer tokens {") < sheet.index("@layer parts {")
