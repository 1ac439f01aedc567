"""Secrets are planted everywhere, Hydra is used and made to fail, and then nothing it tells or keeps holds one."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest

from tests.integrations.discord import harness as discord
from tests.integrations.faults import Reply, StandIn
from tests.integrations.home_assistant import harness as home_assistant
from tests.server import TOKEN, Server

WEBHOOK = f"https://discord.com/api/webhooks/{discord.ID}/{discord.TOKEN}"
PLANTED = {"admin token": TOKEN, "webhook": discord.TOKEN, "Home Assistant": home_assistant.TOKEN}


@pytest.fixture
def babbling() -> Iterator[StandIn]:
    """A system that sends back whatever credential it got, in every answer and error."""
    with StandIn(lambda asked: Reply(status=404, json={"message": asked.path, "code": 1})) as server:
        yield server


@pytest.fixture
def hydra(make_server: Callable[..., Server], babbling: StandIn) -> Server:
    """A Hydra with one secret in its environment, one set through the API, and systems that tell them."""
    server = make_server(
        HYDRA_DISCORD__WEBHOOK=WEBHOOK,
        HYDRA_DISCORD__API=f"{babbling.url}/api/v10",
    ).start()
    values = {"url": babbling.url, "token": home_assistant.TOKEN}
    server.client.put("/integrations/home_assistant", json={"values": values}).raise_for_status()
    return server


def use(hydra: Server) -> dict[str, str]:
    """Use Hydra well and badly; what it answered, by what was asked."""
    client = hydra.client
    calls = {
        "notify": client.post("/notify", json={"title": "t", "text": "x"}, params={"wait": "10"}),
        "test": client.post("/integrations/discord/test"),
        "item": client.post("/queue", json={"operation": "notify.send", "input": {"title": "t", WEBHOOK: 1}}),
        "wrong": client.put("/integrations/discord", json={"webhook": WEBHOOK + "/x", "token": discord.TOKEN}),
        "setting": client.put("/settings/overnight", json={"value": TOKEN}),
        "policy": client.put(
            "/policy", json={"text": f"rules: [{{then: {discord.TOKEN}}}]"}, params={"confirm": "policy.set"}
        ),
        "path": client.get(f"/integrations/{quote(discord.TOKEN)}"),
    }
    reads = ["/activity?limit=500", "/queue?limit=200", "/integrations", "/integrations/discord", "/settings", "/inbox",
             "/integrations/home_assistant", "/policy", "/keys", "/operations", "/health", "/state", "/metrics",
             "/ui/", "/ui/integrations/home_assistant", "/ui/activity", "/ui/queue", "/ui/inbox"]  # fmt: skip
    answers = {path: client.get(path) for path in reads}
    items = client.get("/queue", params={"limit": 100}).json()["items"]
    answers |= {f"/queue/{one['id']}/log": client.get(f"/queue/{one['id']}/log") for one in items}
    return {name: answer.text for name, answer in (calls | answers).items()}


def test_no_answer_log_or_table_holds_a_planted_secret(hydra: Server) -> None:
    told = use(hydra)
    hydra.stop()
    told["the log"] = hydra.log.read_text()
    kept = {path.name: path.read_bytes() for path in hydra.data.rglob("*") if path.is_file() and path.name != "key"}
    leaks = [
        f"{name} tells the {what}" for name, text in told.items() for what, secret in PLANTED.items() if secret in text
    ]
    leaks += [f"{name} keeps the {what}" for name, data in kept.items() for what, secret in PLANTED.items()
              if secret.encode() in data]  # fmt: skip
    assert "\n".join(leaks) == ""
