"""Messages: what nobody can send yet waits for a webhook, and leaves at once when there is one."""

import time
from collections.abc import Callable, Iterator

import pytest

from tests.integrations.discord import harness as discord
from tests.integrations.faults import StandIn
from tests.server import Server


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """A stand-in for Discord."""
    with StandIn(discord.answer) as server:
        yield server


@pytest.fixture
def hydra(make_server: Callable[..., Server], standin: StandIn) -> Server:
    """A running Hydra whose Discord is the stand-in, without a webhook."""
    return make_server(HYDRA_DISCORD__API=f"{standin.url}/api/v10").start()


def item(hydra: Server, id: str) -> dict[str, object]:
    """A work item."""
    found: dict[str, object] = hydra.client.get(f"/queue/{id}").raise_for_status().json()
    return found


def test_a_message_waits_for_a_webhook_and_leaves_once_there_is_one(hydra: Server, standin: StandIn) -> None:
    answer = hydra.client.post("/notify", json={"title": "Hello", "text": "from Hydra"})
    assert answer.status_code == 202
    id = answer.json()["id"]
    [hold] = item(hydra, id)["holds"]  # type: ignore[misc]
    assert (hold["kind"], hold["detail"]) == ("requirement", "waits for a Discord webhook")
    assert hold["unblock"] == "Set HYDRA_DISCORD__WEBHOOK or open /ui/integrations/discord."
    webhook = f"https://discord.com/api/webhooks/{discord.ID}/{discord.TOKEN}"
    hydra.client.put("/integrations/discord", json={"webhook": webhook}).raise_for_status()
    deadline = time.monotonic() + 10
    while item(hydra, id)["state"] != "done" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert item(hydra, id)["result"] == {"through": "Discord"}
    [post] = [one for one in standin.asked if one.method == "POST"]
    assert discord.payload_of(post)[0]["content"] == "**Hello**\nfrom Hydra"
    assert discord.TOKEN not in hydra.log.read_text() + hydra.client.get("/activity", params={"limit": 500}).text
