"""SQL lives in a room's store: everything else asks it questions by name."""

import ast
import re

import pytest

from tests.rules.source import SRC, Module, modules

STATEMENTS = {"select", "insert", "update", "delete", "text", "union", "union_all", "exists", "case", "literal_column"}
SQL_TEXT = re.compile(
    r"^\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|DROP\s+TABLE|PRAGMA\s)",
    re.IGNORECASE | re.DOTALL,
)
# Where a statement may be built: stores, the tables and how they came about, the database itself, and the engine,
# whose own tables live beside Hydra's.
HOMES = ({"store"}, {"tables"}, {"migrations"}, {"kernel", "database"}, {"kernel", "work", "engine"})


def at_home(module: Module) -> bool:
    """Whether a module may hold SQL."""
    return any(home <= set(module.room) for home in HOMES)


def statements(module: Module) -> list[str]:
    """Uses of SQLAlchemy's statement builders and SQL written as text, with their lines."""
    names = {
        alias.asname or alias.name
        for node in module.walk(ast.ImportFrom)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sqlalchemy"
        for alias in node.names
        if alias.name in STATEMENTS
    }
    found = []
    for node in module.walk(ast.Name, ast.Attribute, ast.Constant):
        match node:
            case ast.Name(id=name) if name in names:
                found.append(f"line {node.lineno}: {name}")
            case ast.Attribute(value=ast.Name(id="sa" | "sqlalchemy"), attr=name) if name in STATEMENTS:
                found.append(f"line {node.lineno}: sqlalchemy.{name}")
            case ast.Constant(value=str(sql)) if SQL_TEXT.match(sql):
                found.append(f"line {node.lineno}: {sql.split()[0]} …")
    return found


@pytest.mark.parametrize("module", [one for one in modules(SRC) if not at_home(one)], ids=repr)
def test_only_stores_hold_sql(module: Module) -> None:
    assert statements(module) == []
