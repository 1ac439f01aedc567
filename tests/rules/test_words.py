"""Names and words: files say what they hold, and nothing is left for later."""

import ast
import re

import pytest

from tests.rules.source import ROOT, Module, modules

FORBIDDEN_NAMES = {"util", "helper", "common", "misc", "manager", "base", "type"}
LEFT_FOR_LATER = re.compile(
    r"\b(TODO|FIXME|XXX|HACK|TBD)\b|\b(placeholder|stub)\b.*\b(until|later|now)\b", re.IGNORECASE
)
UNBUILT = re.compile(r"coming soon|under construction|lorem ipsum|not (yet )?implemented|to be written", re.IGNORECASE)
MODULES = modules()


@pytest.mark.parametrize("module", MODULES, ids=repr)
def test_the_first_line_says_what_the_file_is_for(module: Module) -> None:
    first = module.text.split("\n", 1)[0]
    assert re.match(r'r?"""[^"\s].{15,}', first), f"{module.name} begins with {first!r}"


def test_names_say_what_a_module_holds() -> None:
    wrong = {
        one.name for one in MODULES for part in one.path.relative_to(ROOT).with_suffix("").parts
        if part.removesuffix("s") in FORBIDDEN_NAMES
    }  # fmt: skip
    assert wrong == set()


def test_no_comment_leaves_anything_for_later() -> None:
    assert [
        f"{one.name}:{line}: {text}" for one in MODULES for line, text in one.comments() if LEFT_FOR_LATER.search(text)
    ] == []


def in_protocol_or_abstract(module: Module) -> set[ast.AST]:
    """Functions whose body is rightly empty: members of Protocols, overloads and abstract methods."""
    allowed: set[ast.AST] = set()
    for node in module.walk(ast.ClassDef):
        assert isinstance(node, ast.ClassDef)
        if any("Protocol" in ast.unparse(parent) for parent in node.bases):
            allowed.update(ast.walk(node))
    for node in module.walk(ast.FunctionDef, ast.AsyncFunctionDef):
        assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if any(re.search(r"overload|abstractmethod", ast.unparse(mark)) for mark in node.decorator_list):
            allowed.add(node)
    return allowed


@pytest.mark.parametrize("module", [one for one in MODULES if one.room], ids=repr)
def test_every_function_does_something(module: Module) -> None:
    allowed = in_protocol_or_abstract(module)
    empty = [
        f"line {node.lineno}: {node.name}"
        for node in module.walk(ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node not in allowed
        and isinstance(node.body[-1], ast.Expr) and isinstance(node.body[-1].value, ast.Constant)
        and node.body[-1].value.value is ...
    ]  # fmt: skip
    raising = [
        f"line {node.lineno}: raises NotImplementedError"
        for node in module.walk(ast.Raise)
        if isinstance(node, ast.Raise) and node.exc and "NotImplementedError" in ast.unparse(node.exc)
    ]
    assert empty + raising == []


def test_no_text_promises_what_is_not_built() -> None:
    texts = [
        path for pattern in ("src/**/*.html", "src/**/*.md", "docs/**/*.md", "*.md", "examples/**/*") for path in
        ROOT.glob(pattern) if path.is_file() and "vendor" not in path.parts
    ]  # fmt: skip
    assert [path.name for path in texts if UNBUILT.search(path.read_text(encoding="utf-8"))] == []
