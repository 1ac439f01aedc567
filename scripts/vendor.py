"""Fetch the web surface's outside parts as `vendor.toml` pins them: python scripts/vendor.py [--check].

Each package comes through `npm pack`; its archive must have the registry's own `dist.integrity`, each file the sha256
written in `vendor.toml`. `--check` only compares the files that are in the tree. `--pin` writes new hashes after a
version or the list of icons was changed by hand.
"""

import argparse
import base64
import hashlib
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / "src/hydra_lab/surfaces/web/vendor.toml"
STEM = '<path d="M12 21.5V8.5"/><path d="M12 21.5c0-5.5-7-4.5-7-11"/><path d="M12 21.5c0-5.5 7-4.5 7-11"/>'
HEADS = '<circle cx="12" cy="5" r="2.5"/><circle cx="5" cy="7.5" r="2"/><circle cx="19" cy="7.5" r="2"/>'


def own_drawings() -> dict[str, str]:
    """Our own icons: the Hydra, and priority as three bars of which the missing ones stay faint."""
    drawings = {"hydra": STEM + HEADS}
    for level, name in enumerate(("low", "medium", "high"), 1):
        bars = [(6 * i, 20 - 5 * i, ' opacity=".28"' if i > level else "") for i in (1, 2, 3)]
        drawings[f"prio-{name}"] = "".join(f'<path d="M{x} 20V{y}" stroke-width="3.2"{f}/>' for x, y, f in bars)
    return drawings


@cache
def unpacked(package: str, version: str, into: Path) -> Path:
    """The package's folder, once its archive has shown the integrity that the registry promises."""
    at = f"{package}@{version}"
    packed = subprocess.run(["npm", "pack", at, "--json"], cwd=into, check=True, capture_output=True, text=True)
    archive = into / json.loads(packed.stdout)[0]["filename"]
    view = ["npm", "view", at, "dist.integrity"]
    promised = subprocess.run(view, cwd=into, check=True, capture_output=True, text=True).stdout.strip()
    measured = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if measured != promised:
        sys.exit(f"{at}: the archive is {measured}, the registry promises {promised}")
    folder = into / archive.stem
    with tarfile.open(archive) as opened:
        opened.extractall(folder, filter="data")
    return folder / "package"


def sprite(icons: Path, names: list[str]) -> bytes:
    """One SVG of the named Lucide icons and our own, each a symbol."""
    bodies = own_drawings()
    for name in names:
        body = re.search(r"<svg[^>]*>(.*)</svg>", (icons / f"{name}.svg").read_text(), re.DOTALL)
        if body is None:
            sys.exit(f"{name}.svg is not an icon")
        bodies[name] = re.sub(r"\s+", " ", body[1]).replace(" />", "/>").replace("> <", "><").strip()
    symbols = [f'<symbol id="{name}" viewBox="0 0 24 24">{bodies[name]}</symbol>' for name in sorted(bodies)]
    head = '<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide icons (ISC licence); hydra and prio-* are our own -->'
    return "\n".join([head, *symbols, "</svg>"]).encode() + b"\n"


def content(entry: dict[str, object], into: Path) -> bytes:
    """The bytes one entry of the manifest stands for."""
    folder = unpacked(str(entry["package"]), str(entry["version"]), into)
    if "icons" in entry:
        return sprite(folder / str(entry["from"]), [str(name) for name in entry["icons"]])  # type: ignore[attr-defined]
    return (folder / str(entry["from"])).read_bytes()


def main() -> None:
    """Fetch, or only check, every file of the manifest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="compare the files in the tree, fetch nothing")
    parser.add_argument("--pin", action="store_true", help="write the hashes of what was fetched into the manifest")
    options = parser.parse_args()
    text = MANIFEST.read_text()
    with tempfile.TemporaryDirectory() as folder:
        for entry in tomllib.loads(text)["file"]:
            path = ROOT / entry["path"]
            found = path.read_bytes() if options.check else content(entry, Path(folder))
            digest = hashlib.sha256(found).hexdigest()
            if options.pin:
                text = text.replace(entry["sha256"], digest)
            elif digest != entry["sha256"]:
                sys.exit(f"{entry['path']}: sha256 is {digest}, {MANIFEST.name} says {entry['sha256']}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found)
            print(f"{entry['path']}: {len(found):,} bytes, as pinned")
    MANIFEST.write_text(text)


if __name__ == "__main__":
    main()
