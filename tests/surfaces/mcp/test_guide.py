"""The guide to connecting agents: what it shows is run, with the test's own address and key."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from tests.rules.source import ROOT
from tests.server import HYDRA, Server

GUIDE = (ROOT / "docs" / "guides" / "mcp.md").read_text()
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(GUIDE)


def shown(kind: str, words: str = "") -> list[str]:
    """The guide's blocks of a language that contain some words."""
    return [text for language, text in BLOCKS if language == kind and words in text]


@pytest.fixture(scope="module")
def token(hydra: Server) -> str:
    """The key of the guide's first step, made by the very command it shows."""
    [command] = shown("sh", "hydra keys create")
    made = hydra.hydra(*shlex.split(command)[1:], "--json")
    return str(json.loads(made.stdout)["token"])


def filled(text: str, hydra: Server, token: str) -> str:
    """A block with the test's own key and address."""
    return text.replace("hyd_TOKEN", token).replace("http://127.0.0.1:8700", hydra.url)


@pytest.mark.parametrize("block", shown("json"), ids=lambda text: "stdio" if "args" in text else "http")
def test_a_clients_configuration_connects(hydra: Server, token: str, block: str) -> None:
    tree = json.loads(filled(block, hydra, token))
    [entry] = [one for servers in tree.values() for one in servers.values()]

    async def talk() -> list[str]:
        with anyio.fail_after(60):
            if "command" in entry:
                environment = {"PATH": f"{HYDRA.parent}:{os.environ['PATH']}", "HOME": str(Path.home()), **entry["env"]}
                program = StdioServerParameters(command=entry["command"], args=entry["args"], env=environment)
                async with Client(program) as one:
                    return [tool.name for tool in (await one.list_tools()).tools]
            http = httpx2.AsyncClient(headers=entry["headers"], trust_env=False)
            async with http, Client(streamable_http_client(entry["url"], http_client=http)) as one:
                return [tool.name for tool in (await one.list_tools()).tools]

    assert "queue_add" in anyio.run(talk)


def test_the_program_runs(hydra: Server, token: str, tmp_path: Path) -> None:
    [block] = shown("python")
    script = tmp_path / "agent.py"
    script.write_text(filled(block, hydra, token).replace('"wait_s": 60', '"wait_s": 0.2'))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "queue_why" in done.stdout
    assert "'state': 'held'" in done.stdout  # it is an agent, and nobody has said yes


def test_the_check_by_hand_greets(hydra: Server, token: str) -> None:
    [block] = shown("sh", "curl")
    done = subprocess.run(["bash", "-c", filled(block, hydra, token)], capture_output=True, text=True, timeout=60)
    assert '"name":"hydra"' in done.stdout, done.stdout + done.stderr


def test_the_setting_is_one(hydra: Server) -> None:
    [block] = shown("sh", "HYDRA_MCP__")
    name = block.partition("=")[0].strip()
    settings: dict[str, Any] = hydra.client.get("/settings").json()
    assert name in [one["variable"] for one in settings["settings"]]


def test_the_resources_it_names_are_there(hydra: Server, token: str) -> None:
    named = set(re.findall(r"`(hydra://[^`]+)`", GUIDE))

    async def talk() -> set[str]:
        http = httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        async with http, Client(streamable_http_client(f"{hydra.url}/mcp", http_client=http)) as one:
            fixed = {resource.uri for resource in (await one.list_resources()).resources}
            return fixed | {
                template.uri_template for template in (await one.list_resource_templates()).resource_templates
            }

    there = anyio.run(talk)
    assert {one for one in named if one not in there} - {"hydra://docs/guides/{name}"} == set()
    assert "hydra://docs/guides/mcp" in there
