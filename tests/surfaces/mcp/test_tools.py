"""Operations as tools, as an inspector looks at them: names, schemas, and what a client may believe."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hydra_lab import app
from hydra_lab.kernel.operation import Effect
from hydra_lab.surfaces.mcp.answers import output_schema
from hydra_lab.surfaces.mcp.describe import CALL, SEARCH, found, tool, tools
from tests.surfaces import toys

REGISTRY = app.found_rooms()
# What clients allow in a tool's name: the protocol's own limit is 128, the strictest client's 64.
NAME = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
# A client's prefix is put before it: mcp__hydra__.
LONGEST_NAME = 64 - len("mcp__hydra__")
ALL = [*(tool(one) for one in tools(REGISTRY).values()), SEARCH, CALL]


def made(handler: Any) -> Any:
    """A toy's tool."""
    return tool(handler.__operation__)


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_a_tool_stands_up_to_an_inspector(one: Any) -> None:
    assert NAME.match(one.name)
    assert len(one.name) <= LONGEST_NAME
    assert one.title
    assert len(one.description) > 20
    for schema in (one.input_schema, one.output_schema):
        Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert (
            set(re.findall(r'"\$ref": "#/\$defs/([^"]+)"', str(schema).replace("'", '"')))
            <= schema.get("$defs", {}).keys()
        )
    assert one.input_schema.get("additionalProperties") is False
    undescribed = [
        name
        for name, field in one.input_schema.get("properties", {}).items()
        if not ({"description", "enum", "$ref", "anyOf", "allOf", "const", "type"} & field.keys())
    ]
    assert undescribed == []


def test_names_are_used_once() -> None:
    names = [one.name for one in ALL]
    assert len(names) == len(set(names))


def test_fields_are_arguments() -> None:
    told = made(toys.make)
    assert told.name == "toys_make"
    own = {"name", "count", "paint", "tags", "extra", "labels"}
    assert own | {"wait_s", "cancel_with_call"} == told.input_schema["properties"].keys()
    assert told.input_schema["required"] == ["name"]
    assert told.input_schema["additionalProperties"] is False


def test_long_work_says_so_and_can_be_waited_for() -> None:
    told = made(toys.grow)
    assert "wait_s" in told.input_schema["properties"]
    assert "work item" in told.description


@pytest.mark.parametrize(
    ("handler", "reads", "destroys", "same_again"),
    [
        (toys.list_, True, False, True),
        (toys.make, False, False, False),  # it only adds
        (toys.change, False, True, True),
        (toys.smash, False, True, False),
        (toys.grow, False, True, False),  # nothing is known of it, so nothing is promised
    ],
)
def test_hints_are_honest(handler: Any, reads: bool, destroys: bool, same_again: bool) -> None:
    hints = made(handler).annotations
    assert (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint) == (reads, destroys, same_again)


def test_what_hands_over_other_work_promises_nothing() -> None:
    hints = next(one.annotations for one in ALL if one.name == "queue_add")
    assert (hints.read_only_hint, hints.destructive_hint, hints.open_world_hint) == (False, True, True)


def test_about_twenty_operations_are_tools_of_their_own() -> None:
    chosen = tools(REGISTRY)
    assert 10 <= len(chosen) <= 30
    for name, operation in chosen.items():
        assert tool(operation).annotations.read_only_hint is (operation.effect is Effect.READ), name


def test_every_operation_has_an_output_schema_that_is_one() -> None:
    for one in REGISTRY.operations():
        if one.kind.value == "operation":
            schema = output_schema(one)
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object", one.name


@pytest.mark.parametrize(
    ("query", "expected"),
    [("approve", "queue.approve"), ("pause everything", "control.pause"), ("import a backlog", "backlog.import")],
)
def test_a_search_finds_an_operation_by_words(query: str, expected: str) -> None:
    assert expected in [one["operation"] for one in found(REGISTRY, query, 5)]


def test_a_search_for_nothing_known_finds_nothing() -> None:
    assert found(REGISTRY, "xylophone", 5) == []
