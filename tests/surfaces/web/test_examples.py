"""The examples on an operation's page are calls that each surface takes as they stand."""

import json
import shlex
from typing import Any

import pytest

from hydra_lab.app import found_rooms
from hydra_lab.kernel.operation import Operation
from hydra_lab.surfaces.cli.calls.arguments import parse
from hydra_lab.surfaces.cli.calls.catalogue import Verb
from hydra_lab.surfaces.web.forms import examples

VERBS = {verb.name: verb for verb in found_rooms().operations()}


@pytest.fixture(params=VERBS)
def verb(request: pytest.FixtureRequest) -> Operation:
    """Every operation of this Hydra."""
    return VERBS[request.param]


def given(verb: Operation) -> dict[str, Any]:
    """The input its examples have."""
    return examples.sample(verb.input_schema())


def test_a_sample_has_what_is_required(verb: Operation) -> None:
    assert given(verb).keys() == set(verb.input_schema().get("required", ()))


def test_the_command_line_reads_its_own_example(verb: Operation) -> None:
    kept = {name: getattr(verb, name) for name in ("name", "summary", "description", "method", "path")}
    known = Verb(**kept, effect="", kind="", durable=False, input=verb.input_schema())
    words = shlex.split(examples.command(verb, given(verb)))
    count = 1 + len(verb.name.split("."))
    assert words[:count] == ["hydra", *verb.name.replace("_", "-").split(".")]
    assert parse(known, words[count:]).input == given(verb)


def test_the_http_example_is_one_command_with_the_whole_input(verb: Operation) -> None:
    words = shlex.split(examples.curl(verb, "https://lab.example/hydra", given(verb)))
    url = next(word for word in words if word.startswith("https://lab.example/hydra/"))
    assert "{" not in url
    if "-d" in words:
        body = json.loads(words[words.index("-d") + 1])
        assert body.keys() | set(verb.path_fields()) >= given(verb).keys()


def test_the_tool_example_names_a_tool(verb: Operation) -> None:
    told = json.loads(examples.tool(verb, given(verb)))
    assert told["name"] == (verb.name.replace(".", "_") if verb.tool else "operations_call")
