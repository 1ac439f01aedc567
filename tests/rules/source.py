"""Reading the project's own source, for the tests about it."""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "hydra_lab"
CODE = [folder for name in ("src", "tests", "benchmarks", "scripts") if (folder := ROOT / name).is_dir()]


class Module:
    """One Python file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")

    def __repr__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The path below the project's root."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> tuple[str, ...]:
        """Folders and stem below ``src/hydra_lab``: ``("kernel", "work", "store")``; empty for other files."""
        return self.path.relative_to(SRC).with_suffix("").parts if self.path.is_relative_to(SRC) else ()

    @property
    def lines(self) -> int:
        """How long the file is."""
        return len(self.text.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text, self.name)

    def comments(self) -> Iterator[tuple[int, str]]:
        """Every comment with its line."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Every node of some kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))


def modules(*folders: Path) -> list[Module]:
    """Every Python file below some folders (default: all code), sorted."""
    return [Module(path) for folder in folders or CODE for path in sorted(folder.rglob("*.py"))]


def folders(*roots: Path) -> list[Path]:
    """Every folder that holds Python files."""
    return sorted({one.path.parent for one in modules(*roots)})


def rooms(kind: str) -> list[str]:
    """The names of the folders in ``areas`` or ``integrations`` that hold anything of ours."""
    return sorted(
        path.name for path in (SRC / kind).iterdir() if path.is_dir() and any(path.rglob("*.py"))
    )  # fmt: skip
