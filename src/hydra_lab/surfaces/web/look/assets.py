"""Style sheet, scripts and icons: read once, compressed once, kept by browsers for as long as they do not change."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webmanifest": "application/manifest+json",
}
CHARSET = '@charset "UTF-8";'
IMPORT = re.compile(r'@import url\("([^"]+)"\) layer\((\w+)\);')


@dataclass(frozen=True, kw_only=True)
class Asset:
    """One file as it is sent."""

    name: str
    body: bytes
    media_type: str

    @cached_property
    def zipped(self) -> bytes:
        """The body, compressed; always the same bytes for the same body."""
        return gzip.compress(self.body, 9, mtime=0)

    @cached_property
    def tag(self) -> str:
        """A short name of the content: another content has another."""
        return hashlib.sha256(self.body).hexdigest()[:12]


def joined(sheet: Path) -> bytes:
    """A style sheet with its imports put in place, each in its layer: one request instead of ten."""

    def put(found: re.Match[str]) -> str:
        text = (sheet.parent / found[1]).read_text("utf-8").removeprefix(CHARSET)
        return f"@layer {found[2]} {{\n{text}\n}}"

    return IMPORT.sub(put, sheet.read_text("utf-8")).encode()


def assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Every file below ``static/`` by its name there."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in TYPES:
            name = path.relative_to(folder).as_posix()
            body = joined(path) if path.suffix == ".css" else path.read_bytes()
            found[name] = Asset(name=name, body=body, media_type=TYPES[path.suffix])
    return found


def icon_names(sprite: Asset) -> frozenset[str]:
    """The icons the sprite holds."""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', sprite.body.decode()))
