"""What Hydra stands on: pinned with hashes, free of addresses, and each with a record of why it was chosen."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.rules.source import ROOT, SRC, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = sorted(ROOT.glob("requirements*.lock"))
RECORDS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def plain(requirement: str) -> str:
    """A requirement's normalised name: ``psycopg[binary]>=3.3`` is ``psycopg``."""
    name = re.match(r"[\w.-]+", requirement)
    assert name
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def pins(lock: Path) -> dict[str, str]:
    """``{name: version}`` of a lock file."""
    return dict(re.findall(r"^([\w.-]+)==([\w.+!-]+)", lock.read_text(), re.MULTILINE))


def wanted() -> set[str]:
    """Every direct dependency, those of development included."""
    groups = PROJECT["dependency-groups"].values()
    listed = [*PROJECT["project"]["dependencies"], *(one for group in groups for one in group if isinstance(one, str))]
    return {plain(one) for one in listed}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_has_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", lock.read_text().strip())
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_an_address(lock: Path) -> None:
    assert "://" not in lock.read_text()


def imported() -> set[str]:
    """Top-level packages that the source imports and that are neither its own nor Python's."""
    names = set()
    for module in modules(SRC):
        for node in module.walk(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add((node.module or "").partition(".")[0])
    return names - sys.stdlib_module_names - {"hydra_lab"}


def test_what_is_imported_is_declared() -> None:
    declared = {plain(one) for one in PROJECT["project"]["dependencies"]}
    owners = packages_distributions()
    assert {name for name in imported() if not {plain(one) for one in owners.get(name, [])} & declared} == set()


def test_every_dependency_is_pinned() -> None:
    assert wanted() <= {plain(name) for lock in LOCKS for name in pins(lock)}


def test_the_locks_agree() -> None:
    runtime, build, dev = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-build.lock"), pins(
        ROOT / "requirements-dev.lock"
    )  # fmt: skip
    assert {name for name, version in (runtime | build).items() if dev.get(name) != version} == set()


def test_every_dependency_has_a_record_of_why() -> None:
    recorded = {
        plain(name)
        for record in RECORDS
        for line in record.read_text().splitlines() if line.startswith("Packages:")
        for name in re.findall(r"`([^`]+)`", line)
    }  # fmt: skip
    assert wanted() - recorded == set()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_a_record_says_what_was_decided_why_and_at_what_price(record: Path) -> None:
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", record.stem)
    headings = re.findall(r"^## (.+)$", record.read_text(), re.MULTILINE)
    assert {"Decision", "Why", "Price"} <= set(headings)


def test_records_are_numbered_without_gaps() -> None:
    assert [int(record.stem[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


def test_import_contracts_have_no_exceptions() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    assert [one["name"] for one in contracts if {"ignore_imports", "exhaustive_ignores"} & set(one)] == []
