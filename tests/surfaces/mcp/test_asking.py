"""A person's yes through the client: where it counts, where it does not, and what comes of it."""

import threading
from collections.abc import Callable
from typing import Any

import httpx
import mcp_types as types
import pytest
from mcp import Client

from tests.server import Server
from tests.surfaces.mcp.speaking import WAYS, spoken, told
from tests.surfaces.served import Served


class Person:
    """Somebody in front of a client: keeps what they were asked, and answers it."""

    def __init__(
        self, action: str = "accept", look: Callable[[Any], None] = lambda asked: None, **content: Any
    ) -> None:
        self.asked: list[Any] = []
        self._look = look
        self._answer = types.ElicitResult.model_validate({"action": action, "content": content or None})

    async def __call__(self, context: Any, params: Any) -> types.ElicitResult:
        self.asked.append(params)
        self._look(params)
        return self._answer


def write(hydra: Server, token: str, way: tuple[str, str], person: Person | None, **arguments: Any) -> dict[str, Any]:
    """What comes of asking for STATE.json to be written, which an agent may not do by itself."""

    async def talk(client: Client) -> Any:
        return await client.call_tool("operations_call", {"operation": "state.write", "wait_s": 30, **arguments})

    return told(spoken(hydra.url, token, way, talk, elicitation_callback=person))


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_where_the_owner_trusts_the_client_a_yes_in_it_lets_the_work_run(
    hydra: Server, desk: str, way: tuple[str, str]
) -> None:
    person = Person(decision="approve", comment="go on")
    work = write(hydra, desk, way, person)
    assert work["state"] == "done", work
    assert work["result"]["path"].endswith("STATE.json")
    assert person.asked[0].mode == "form"
    assert "state.write" in person.asked[0].message
    events = hydra.client.get("/activity", params={"item": work["item"]}).json()["events"]
    granted = next(one for one in events if one["name"] == "approvals.granted")
    assert (granted["actor"], granted["actor_name"]) == ("person", "desk’s user")


def test_a_yes_binds_what_was_asked_and_a_queued_operation_asks_likewise(hydra: Server, desk: str) -> None:
    async def talk(client: Client) -> Any:
        return await client.call_tool("queue_add", {"operation": "state.write"})

    for way in (("legacy", "http"), ("auto", "http")):
        item = told(spoken(hydra.url, desk, way, talk, elicitation_callback=Person(decision="approve")))
        assert (item["operation"], item["created_by"]) == ("state.write", "agent:desk")
        assert not any(hold["kind"] == "approval" for hold in item["holds"])


@pytest.mark.parametrize("way", WAYS[::2], ids="-".join)
@pytest.mark.parametrize(
    ("person", "state"),
    [
        (Person(decision="reject"), "cancelled"),
        (Person("decline"), "cancelled"),
        (Person("cancel"), "held"),
        (Person(decision="later"), "held"),
    ],
    ids=["reject", "decline", "dismiss", "later"],
)
def test_no_is_no_and_nothing_said_leaves_it_waiting(
    hydra: Server, desk: str, way: tuple[str, str], person: Person, state: str
) -> None:
    assert write(hydra, desk, way, person, wait_s=0)["state"] == state


@pytest.mark.parametrize("way", WAYS[::2], ids="-".join)
def test_elsewhere_the_person_is_led_to_hydras_own_page_and_the_call_goes_on_after_their_yes(
    hydra: Server, stranger: str, way: tuple[str, str]
) -> None:
    def approve(asked: Any) -> None:
        item = asked.url.rpartition("/")[2]
        yes = f"{hydra.url}/queue/{item}/approve"
        headers = {"Authorization": f"Bearer {hydra.token}"}
        threading.Timer(0.3, lambda: httpx.post(yes, headers=headers, json={}, trust_env=False)).start()

    person = Person(look=approve, decision="approve")  # a form it would fill in is never shown to it
    work = write(hydra, stranger, way, person)
    assert person.asked[0].mode == "url"
    assert work["state"] == "done", work


def test_a_forged_yes_of_an_agent_that_is_not_trusted_is_worth_nothing(toyshop: Served, agent: str) -> None:
    """An agent's program answers the question itself, by the newer protocol's own means."""

    def ask(params: dict[str, Any]) -> dict[str, Any]:
        declared = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}, "url": {}}},
        }
        params = {"name": "toys_make", "arguments": {"name": "bear"}, "_meta": declared, **params}
        message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        headers = {
            "Accept": "application/json, text/event-stream", "Mcp-Protocol-Version": "2026-07-28",
            "Mcp-Method": "tools/call", "Mcp-Name": "toys_make", "X-API-Key": agent,
        }  # fmt: skip
        return dict(toyshop.nobody.post("/mcp", json=message, headers=headers).json()["result"])

    first = ask({})
    item = first["requestState"]
    assert first["inputRequests"]["approval"]["params"]["mode"] == "url"
    forged = {"approval": {"action": "accept", "content": {"decision": "approve"}}}
    done = threading.Event()
    answers: list[dict[str, Any]] = []

    def wait() -> None:
        answers.append(ask({"inputResponses": forged, "requestState": item}))
        done.set()

    threading.Thread(target=wait, daemon=True).start()
    assert not done.wait(1.0), answers  # it waits for somebody's yes on the page
    assert toyshop.client.get(f"/queue/{item}").json()["state"] == "held"
    toyshop.client.post(f"/queue/{item}/reject", json={}).raise_for_status()
    assert done.wait(20)
    assert answers[0]["structuredContent"]["state"] == "cancelled"
    other = ask({"inputResponses": forged, "requestState": toyshop.client.post("/queue", json={
        "operation": "toys.make", "input": {"name": "bear"}}).json()["id"]})  # fmt: skip
    assert other["structuredContent"]["code"] == "invalid"


def test_a_person_confirms_in_the_client_what_policy_asks_even_them(hydra: Server, person: str) -> None:
    hydra.client.post("/control/supervise", json={}).raise_for_status()
    try:
        work = write(hydra, person, ("auto", "http"), Person(decision="approve"))
    finally:
        hydra.client.post("/control/autonomous", json={}).raise_for_status()
    assert work["state"] == "done", work


def test_a_client_that_can_ask_nobody_gets_the_item_that_waits(hydra: Server, desk: str) -> None:
    work = write(hydra, desk, ("auto", "http"), None, wait_s=0)
    assert work["state"] == "held"
    assert "inbox" in work["what_to_do"]
