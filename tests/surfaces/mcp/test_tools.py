"""Operations as tools: what a client is told, and what it may believe."""

from typing import Any

import pytest

from hydra_lab import app
from hydra_lab.kernel.operation import Effect
from hydra_lab.surfaces.mcp.describe import found, tool, tools
from tests.surfaces import toys

REGISTRY = app.found_rooms()


def made(handler: Any) -> Any:
    """A toy's tool."""
    return tool(handler.__operation__)


def test_fields_are_arguments() -> None:
    told = made(toys.make)
    assert told.name == "toys_make"
    assert {"name", "count", "paint", "tags", "extra"} == told.input_schema["properties"].keys()
    assert told.input_schema["required"] == ["name"]
    assert told.input_schema["additionalProperties"] is False


def test_long_work_says_so_and_can_be_waited_for() -> None:
    told = made(toys.grow)
    assert "wait_s" in told.input_schema["properties"]
    assert "work item" in told.description


@pytest.mark.parametrize(
    ("handler", "reads", "destroys"),
    [(toys.list_, True, False), (toys.make, False, False), (toys.smash, False, True)],
)
def test_hints_are_honest(handler: Any, reads: bool, destroys: bool) -> None:
    hints = made(handler).annotations
    assert (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint) == (reads, destroys, reads)


def test_about_twenty_operations_are_tools_of_their_own() -> None:
    chosen = tools(REGISTRY)
    assert 10 <= len(chosen) <= 25
    for name, operation in chosen.items():
        assert tool(operation).annotations.read_only_hint is (operation.effect is Effect.READ), name


@pytest.mark.parametrize(
    ("query", "expected"),
    [("approve", "queue.approve"), ("pause everything", "control.pause"), ("import a backlog", "backlog.import")],
)
def test_a_search_finds_an_operation_by_words(query: str, expected: str) -> None:
    assert expected in [one["operation"] for one in found(REGISTRY, query, 5)]


def test_a_search_for_nothing_known_finds_nothing() -> None:
    assert found(REGISTRY, "xylophone", 5) == []
