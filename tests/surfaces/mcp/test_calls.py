"""Calling tools: by the official client, in both generations of the protocol, over both transports."""

from typing import Any

import pytest
from mcp import Client, MCPError

from tests.surfaces.mcp.speaking import WAYS, spoken, told
from tests.surfaces.served import Served


def called(toyshop: Served, token: str, tool: str, way: tuple[str, str] = ("auto", "http"), **arguments: Any) -> Any:
    """What a tool answers."""

    async def talk(client: Client) -> Any:
        return await client.call_tool(tool, arguments)

    return spoken(toyshop.url, token, way, talk)


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_an_agent_looks_around_and_reads(toyshop: Served, agent: str, way: tuple[str, str]) -> None:
    async def talk(client: Client) -> Any:
        names = {one.name for one in (await client.list_tools()).tools}
        return client.server_info.name, client.instructions, names, await client.call_tool("toys_list", {"limit": 3})

    name, instructions, names, read = spoken(toyshop.url, agent, way, talk)
    assert name == "hydra"
    assert "operations_search" in instructions
    assert {"toys_make", "queue_add", "queue_show", "operations_search", "operations_call"} <= names
    assert "toys_smash" not in names
    assert told(read)["limit"] == 3


def test_an_agents_change_waits_for_a_persons_yes_and_says_what_to_do(toyshop: Served, agent: str) -> None:
    work = told(called(toyshop, agent, "toys_make", name="bear"))
    assert work["state"] == "held"
    assert work["waits_for"][0]["kind"] == "approval"
    assert f"/ui/queue/{work['item']}" in work["what_to_do"]
    assert told(called(toyshop, agent, "queue_show", id=work["item"]))["created_by"] == "agent:agent"


def test_a_persons_key_makes_a_person(toyshop: Served) -> None:
    assert told(called(toyshop, toyshop.token, "toys_make", name="bear"))["by"] == "person:cli"


def test_long_work_answers_with_its_item(toyshop: Served) -> None:
    work = told(called(toyshop, toyshop.token, "toys_grow", name="oak", wait_s=0.1))
    assert (work["operation"], work["state"]) == ("toys.grow", "queued")


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("toys_make", {"count": "x"}, "invalid"),
        ("toys_make", {"name": "x", "nonsense": 1}, "invalid"),
        ("toys_grow", {"name": "oak", "wait_s": 999}, "invalid"),
        ("toys_grow", {"name": "oak", "cancel_with_call": "yes"}, "invalid"),
        ("queue_show", {"id": "nothing"}, "not_found"),
        ("operations_call", {"operation": "toys.nothing"}, "not_found"),
        ("operations_call", {"operation": "toys.list", "input": [1]}, "invalid"),
        ("operations_call", {"operation": "toys.list", "inputs": {}}, "invalid"),
        ("operations_search", {}, "invalid"),
    ],
)
def test_an_error_can_be_read_and_acted_on(
    toyshop: Served, agent: str, tool: str, arguments: dict[str, Any], code: str
) -> None:
    result = called(toyshop, agent, tool, **arguments)
    assert result.is_error is True
    problem = told(result)
    assert problem["code"] == code
    assert {"detail", "fix", "mcp_code"} <= problem.keys()


def test_an_unforeseen_error_tells_nothing_of_what_was_inside(toyshop: Served, agent: str) -> None:
    result = called(toyshop, agent, "operations_call", operation="toys.fail", input={"error": "Nothing"})
    assert result.is_error
    assert "swordfish" not in result.model_dump_json()


def test_any_operation_can_be_found_and_called(toyshop: Served, agent: str) -> None:
    found = told(called(toyshop, agent, "operations_search", query="show the special toy"))
    assert found["operations"][0]["operation"] == "toys.special"
    assert told(called(toyshop, agent, "operations_call", operation="toys.special")) == {"name": "the special one"}


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_an_unknown_tool_is_an_error_of_the_protocol(toyshop: Served, agent: str, way: tuple[str, str]) -> None:
    async def talk(client: Client) -> int:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("nonsense", {})
        return caught.value.error.code

    assert spoken(toyshop.url, agent, way, talk) == -32602


def test_secrets_in_what_is_read_are_masked(toyshop: Served, agent: str) -> None:
    toyshop.services.scrubber.add("hunter2-hunter2")
    read = called(toyshop, agent, "toys_list", q="hunter2-hunter2")
    assert "hunter2-hunter2" not in read.model_dump_json()


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_wrong_key_is_told_on_standard_output_as_an_error(toyshop: Served, mode: str) -> None:
    async def talk(client: Client) -> str:
        return "no error"

    try:
        said = spoken(toyshop.url, "wrong", (mode, "stdio"), talk)
    except BaseException as error:
        said = str(error.exceptions) if isinstance(error, BaseExceptionGroup) else str(error)
    assert "HYDRA_TOKEN" in said


def test_a_server_that_is_not_there_is_told_likewise(toyshop: Served) -> None:
    async def talk(client: Client) -> str:
        return "no error"

    try:
        said = spoken("http://127.0.0.1:9", "wrong", ("legacy", "stdio"), talk)
    except BaseException as error:
        said = str(error.exceptions) if isinstance(error, BaseExceptionGroup) else str(error)
    assert "hydra up" in said
