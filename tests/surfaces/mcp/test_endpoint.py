"""The protocol over HTTP and over standard input and output, spoken by the protocol's own client."""

import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp.client.session import ClientSession
from mcp.client.stdio import StdioServerParameters, stdio_client

from hydra_lab.kernel.credentials import KeyKind
from tests.lab import OWNER
from tests.server import HYDRA
from tests.surfaces.served import Served

HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


@pytest.fixture(scope="module")
def agent(toyshop: Served) -> str:
    """An agent's API key."""
    services = toyshop.services
    with services.database.begin() as connection:
        return services.credentials.create_key(
            connection, name="agent", kind=KeyKind.AGENT, scopes=("read", "write"), actor=OWNER
        ).token


def asked(toyshop: Served, token: str, method: str, **params: Any) -> dict[str, Any]:
    """One message of the protocol and its answer."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = toyshop.nobody.post("/mcp", json=message, headers=HEADERS | {"X-API-Key": token})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def called(toyshop: Served, token: str, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers."""
    return dict(asked(toyshop, token, "tools/call", name=tool, arguments=arguments)["result"])


def test_nobody_speaks_to_it_without_a_key(toyshop: Served) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    assert toyshop.nobody.post("/mcp", json=message, headers=HEADERS).status_code == 401


def test_a_client_is_greeted(toyshop: Served, agent: str) -> None:
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    told = asked(toyshop, agent, "initialize", **hello)["result"]
    assert told["serverInfo"]["name"] == "hydra"
    assert "operations_search" in told["instructions"]


def test_the_tools_are_listed_with_a_way_to_all_other_operations(toyshop: Served, agent: str) -> None:
    names = [one["name"] for one in asked(toyshop, agent, "tools/list")["result"]["tools"]]
    assert {"toys_make", "queue_add", "queue_show", "operations_search", "operations_call"} <= set(names)
    assert "toys_smash" not in names


def test_a_read_answers_at_once(toyshop: Served, agent: str) -> None:
    told = called(toyshop, agent, "toys_list", limit=3)
    assert told["structuredContent"]["limit"] == 3
    assert json.loads(told["content"][0]["text"])["limit"] == 3


def test_an_agents_change_waits_for_a_persons_yes(toyshop: Served, agent: str) -> None:
    told = called(toyshop, agent, "toys_make", name="bear")["structuredContent"]
    assert told["state"] == "held"
    assert told["waits_for"][0]["kind"] == "approval"
    shown = called(toyshop, agent, "queue_show", id=told["item"])["structuredContent"]
    assert shown["created_by"] == "agent:agent"


def test_a_persons_key_makes_a_person(toyshop: Served) -> None:
    told = called(toyshop, toyshop.token, "toys_make", name="bear")["structuredContent"]
    assert told["by"] == "person:cli"


def test_long_work_answers_with_its_item(toyshop: Served) -> None:
    told = called(toyshop, toyshop.token, "toys_grow", name="oak", wait_s=0.1)["structuredContent"]
    assert (told["operation"], told["state"]) == ("toys.grow", "queued")


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("toys_make", {"count": "x"}, "invalid"),
        ("toys_grow", {"name": "oak", "wait_s": 999}, "invalid"),
        ("queue_show", {"id": "nothing"}, "not_found"),
        ("operations_call", {"operation": "toys.nothing"}, "not_found"),
        ("operations_call", {"operation": "toys.list", "input": [1]}, "invalid"),
        ("operations_search", {}, "invalid"),
    ],
)
def test_an_error_can_be_read_and_acted_on(
    toyshop: Served, agent: str, tool: str, arguments: dict[str, Any], code: str
) -> None:
    told = called(toyshop, agent, tool, **arguments)
    assert told["isError"] is True
    problem = json.loads(told["content"][0]["text"])
    assert problem["code"] == code
    assert {"detail", "fix", "mcp_code"} <= problem.keys()


def test_an_unforeseen_error_tells_nothing_of_what_was_inside(toyshop: Served, agent: str) -> None:
    told = asked(toyshop, agent, "tools/call", name="operations_call",
                 arguments={"operation": "toys.fail", "input": {"error": "Nothing"}})  # fmt: skip
    assert "swordfish" not in json.dumps(told)


def test_any_operation_can_be_found_and_called(toyshop: Served, agent: str) -> None:
    found = called(toyshop, agent, "operations_search", query="show the special toy")["structuredContent"]
    assert found["operations"][0]["operation"] == "toys.special"
    told = called(toyshop, agent, "operations_call", operation="toys.special")["structuredContent"]
    assert told == {"name": "the special one"}


def test_an_unknown_tool_is_an_error_of_the_protocol(toyshop: Served, agent: str) -> None:
    assert asked(toyshop, agent, "tools/call", name="nonsense", arguments={})["error"]["code"] == -32004


def test_nothing_of_the_protocol_is_loaded_before_it_is_spoken() -> None:
    code = "import sys; from hydra_lab.surfaces.mcp import Mcp; print('mcp' in sys.modules, 'mcp_types' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def spoken(toyshop: Served, token: str, talk: Callable[[ClientSession], Awaitable[Any]]) -> Any:
    """What comes of talking to `hydra mcp`."""
    environment = {
        "PATH": os.environ["PATH"], "HYDRA_URL": toyshop.url, "HYDRA_TOKEN": token, "HOME": str(Path.home()),
    }  # fmt: skip
    program = StdioServerParameters(command=str(HYDRA), args=["mcp"], env=environment)

    async def run() -> Any:
        async with stdio_client(program) as (read, write), ClientSession(read, write) as session:
            await session.initialize()
            return await talk(session)

    return anyio.run(run)


def test_the_same_tools_are_on_standard_input_and_output(toyshop: Served, agent: str) -> None:
    async def talk(session: ClientSession) -> Any:
        names = [one.name for one in (await session.list_tools()).tools]
        return names, await session.call_tool("toys_list", {"limit": 4})

    names, told = spoken(toyshop, agent, talk)
    assert {"toys_list", "operations_call"} <= set(names)
    assert told.structured_content["limit"] == 4


def test_a_wrong_token_is_told_on_standard_output_as_an_error(toyshop: Served) -> None:
    async def talk(session: ClientSession) -> Any:
        try:
            await session.list_tools()
        except Exception as error:
            return str(error)
        return "no error"

    assert "HYDRA_TOKEN" in spoken(toyshop, "wrong", talk)


def test_the_endpoint_answers_what_is_no_message(toyshop: Served, agent: str) -> None:
    headers = HEADERS | {"X-API-Key": agent}
    assert toyshop.nobody.post("/mcp", content=b"{", headers=headers).status_code == 400
    answer = httpx.get(f"{toyshop.url}/mcp", headers={"X-API-Key": agent, "Accept": "text/html"}, trust_env=False)
    assert answer.status_code in (405, 406)
