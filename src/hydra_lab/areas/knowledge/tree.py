"""The audited folder: which notes it holds, which other files are there, and where a written path leads."""

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hydra_lab.kernel.errors import Invalid

SUFFIXES = (".md", ".markdown", ".mdown", ".mkd")
SKIPPED = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
MOST_NOTES = 20_000
MOST_BYTES = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Paths are relative to ``root`` with forward slashes. ``repository`` is the nearest folder above with ``.git``."""

    root: Path
    repository: Path | None
    notes: tuple[str, ...]
    files: frozenset[str]
    folders: frozenset[str]
    left_out: int = 0
    by_name: dict[str, list[str]] = field(default_factory=dict)  # lower-case file name: where it is

    def exists(self, path: str) -> bool:
        """Whether a path, relative to the root and possibly above it, is there, in exactly these letters."""
        if path in self.files or path in self.folders or path == ".":
            return True
        # What walking skipped (hidden folders, vendored code) and what is above the root is looked up on disk.
        return os.path.lexists(self.root / path)

    def bases(self, note: str) -> Iterator[Path]:
        """Folders a path in a note's code may start from."""
        yield (self.root / note).parent
        yield self.root
        if self.repository:
            yield self.repository


def scan(folder: Path) -> Tree:
    """Look through a folder. Hidden folders, vendored code and what links lead to are not audited.

    Raises ``Invalid`` when it is no folder or cannot be read.
    """
    root = folder.expanduser().absolute()
    if not root.is_dir():
        raise Invalid(
            f"{root} is no folder.",
            problems=[{"field": "folder", "problem": "is no folder here"}],
            fix="Give a folder on Hydra's machine, as /srv/notes.",
        )
    if not os.access(root, os.R_OK | os.X_OK):
        raise Invalid(
            f"{root} cannot be read by Hydra.",
            problems=[{"field": "folder", "problem": "cannot be read"}],
            fix="Let the user Hydra runs as read it: chmod o+rX, or a group of both.",
        )
    files: list[str] = []
    folders: set[str] = set()
    for here, below, names in os.walk(root):
        below[:] = sorted(name for name in below if not name.startswith(".") and name not in SKIPPED)
        prefix = Path(here).relative_to(root).as_posix()
        prefix = "" if prefix == "." else prefix + "/"
        folders.update(prefix + name for name in below)
        files += [prefix + name for name in names]
    notes = sorted(path for path in files if path.lower().endswith(SUFFIXES))
    by_name: dict[str, list[str]] = {}
    for path in files:
        by_name.setdefault(posixpath.basename(path).lower(), []).append(path)
    return Tree(
        root=root, repository=repository_of(root), notes=tuple(notes[:MOST_NOTES]), files=frozenset(files),
        folders=frozenset(folders), left_out=max(0, len(notes) - MOST_NOTES), by_name=by_name,
    )  # fmt: skip


def repository_of(root: Path) -> Path | None:
    """The nearest folder at or above this one that holds a repository."""
    return next((one for one in (root, *root.parents) if (one / ".git").exists()), None)
