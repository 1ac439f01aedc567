"""The door of `/mcp`: who comes in, from where, and that a session belongs to whoever opened it."""

import json
import os
import subprocess
import sys
from typing import Any

import httpx
import pytest

from tests.surfaces.served import Served

HEADERS = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
HELLO = {
    "jsonrpc": "2.0", "id": 1, "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}  # fmt: skip
LIST = {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}


def post(toyshop: Served, message: Any, **headers: str) -> httpx.Response:
    """One message."""
    return toyshop.nobody.post(
        "/mcp", json=message, headers=HEADERS | {k.replace("_", "-"): v for k, v in headers.items()}
    )


def test_nobody_speaks_to_it_without_a_key(toyshop: Served) -> None:
    answer = post(toyshop, HELLO)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="hydra"'
    assert "hydra token" in answer.json()["fix"] or "API key" in answer.json()["fix"]


def test_a_key_that_is_not_known_is_told_so_in_the_header_too(toyshop: Served) -> None:
    answer = post(toyshop, HELLO, Authorization="Bearer hyd_wrong")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="hydra", error="invalid_token"'


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://evil.example:80"])
def test_pages_of_other_sites_are_turned_away(toyshop: Served, agent: str, origin: str) -> None:
    answer = post(toyshop, HELLO, X_API_Key=agent, Origin=origin)
    assert answer.status_code == 403
    assert answer.json()["rule"] == "origin"


def test_pages_on_this_machine_and_programs_are_not(toyshop: Served, agent: str) -> None:
    for origin in ({}, {"Origin": toyshop.url}, {"Origin": "http://localhost:6274"}):
        assert post(toyshop, HELLO, X_API_Key=agent, **origin).status_code == 200


def test_a_session_is_for_whoever_opened_it(toyshop: Served, agent: str) -> None:
    session = post(toyshop, HELLO, X_API_Key=agent).headers["mcp-session-id"]
    assert post(toyshop, LIST, X_API_Key=agent, Mcp_Session_Id=session).status_code == 200
    assert post(toyshop, LIST, X_API_Key=toyshop.token, Mcp_Session_Id=session).status_code == 404
    assert post(toyshop, LIST, Mcp_Session_Id=session).status_code == 401


def test_a_revoked_key_ends_its_session_at_once(toyshop: Served) -> None:
    made = toyshop.client.post("/keys", json={"name": "brief", "kind": "agent", "scopes": ["read"]}).json()
    session = post(toyshop, HELLO, X_API_Key=made["token"]).headers["mcp-session-id"]
    toyshop.client.delete(f"/keys/{made['id']}").raise_for_status()
    assert post(toyshop, LIST, X_API_Key=made["token"], Mcp_Session_Id=session).status_code == 401


def test_what_is_no_message_is_refused(toyshop: Served, agent: str) -> None:
    headers = HEADERS | {"X-API-Key": agent}
    assert toyshop.nobody.post("/mcp", content=b"{", headers=headers).status_code == 400
    assert toyshop.nobody.get("/mcp", headers={"X-API-Key": agent, "Accept": "text/html"}).status_code in (
        400,
        405,
        406,
    )
    large = {**HELLO, "params": {"x": "x" * (5 << 20)}}
    assert post(toyshop, large, X_API_Key=agent).status_code == 413


def test_several_messages_at_once_and_an_unknown_version_are_refused_with_the_reason(
    toyshop: Served, agent: str
) -> None:
    batch = post(toyshop, [LIST, LIST], X_API_Key=agent)
    assert (batch.status_code, batch.json()["error"]["code"]) == (400, -32600)
    session = post(toyshop, HELLO, X_API_Key=agent).headers["mcp-session-id"]
    wrong = post(toyshop, LIST, X_API_Key=agent, Mcp_Session_Id=session, Mcp_Protocol_Version="1999-01-01")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, -32022)
    assert "2025-11-25" in wrong.json()["error"]["data"]["supported"]


def test_an_ended_session_is_over(toyshop: Served, agent: str) -> None:
    session = post(toyshop, HELLO, X_API_Key=agent).headers["mcp-session-id"]
    headers = HEADERS | {"X-API-Key": agent, "Mcp-Session-Id": session}
    assert toyshop.nobody.delete("/mcp", headers=headers).status_code == 200
    assert post(toyshop, LIST, X_API_Key=agent, Mcp_Session_Id=session).status_code == 404


def test_nothing_of_the_protocol_is_loaded_before_it_is_spoken() -> None:
    code = "import sys; from hydra_lab.surfaces.mcp import Mcp; print('mcp' in sys.modules, 'mcp_types' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_hydra_mcp_starts_without_the_protocols_library() -> None:
    code = "import sys; import hydra_lab.surfaces.mcp.stdio; print('mcp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_messages_that_are_piped_in_at_once_are_all_answered_before_it_ends(toyshop: Served) -> None:
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    said = "".join(json.dumps(one) + "\n" for one in (HELLO, ready, LIST))
    environment = {"PATH": os.environ["PATH"], "HYDRA_URL": toyshop.url, "HYDRA_TOKEN": toyshop.token}
    done = subprocess.run(
        [sys.executable, "-m", "hydra_lab", "mcp"], input=said, env=os.environ | environment, capture_output=True,
        text=True, timeout=60, check=True,
    )  # fmt: skip
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["id"], "result" in one) for one in answers] == [(1, True), (2, True)], done.stdout


def test_hydra_mcp_ends_quietly_when_its_client_left_in_the_middle(toyshop: Served) -> None:
    environment = {"PATH": os.environ["PATH"], "HYDRA_URL": toyshop.url, "HYDRA_TOKEN": toyshop.token}
    with subprocess.Popen(
        [sys.executable, "-m", "hydra_lab", "mcp"], env=os.environ | environment, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as started:  # fmt: skip
        assert started.stdin
        assert started.stdout
        assert started.stderr
        started.stdout.close()
        started.stdin.write(json.dumps(HELLO) + "\n")
        started.stdin.close()
        assert started.stderr.read() == ""
    assert started.returncode == 0
