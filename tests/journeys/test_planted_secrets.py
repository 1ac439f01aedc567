"""Secrets are planted everywhere, Hydra is used and made to fail, and then nothing it tells or keeps holds one."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.integrations.discord import harness as discord
from tests.integrations.faults import Asked, Reply, StandIn
from tests.integrations.home_assistant import harness as home_assistant
from tests.server import TOKEN, Server

WEBHOOK = f"https://discord.com/api/webhooks/{discord.ID}/{discord.TOKEN}"
CALLS = "sk-live-4711-of-another-system"  # what one call of http.call carries
IN_URL, IN_BODY, IN_DOCUMENT = "4711url", "short-but-4711body", "sk-live-4711-of-a-document"
DOCUMENT = """# Planted
## TIER 1: NOW
### 1.1 Call it
**Run:** `http.call {{"url": "{outside}/good?api_key={secret}", "headers": {{"X-Own": "{secret}"}}}}`
### 1.2 Nobody knows
**Command:** `POST /nowhere {{"password": "{secret}"}}`
**Task:** Use https://me:{secret}@lab.example/, with token={secret}
"""
PLANTED = {
    "credential of a call": CALLS,
    "key in an address": IN_URL,
    "password in a body": IN_BODY,
    "secret in a document": IN_DOCUMENT,
    "admin token": TOKEN,
    "webhook": discord.TOKEN,
    "Home Assistant": home_assistant.TOKEN,
}


@pytest.fixture
def babbling() -> Iterator[StandIn]:
    """A system that sends back whatever credential it got, in every answer and error."""

    def answer(asked: Asked) -> Reply:
        told = {"message": asked.path, "code": 1, "repeated": asked.headers.get("authorization")}
        return Reply(status=200 if asked.path == "/good" else 404, json=told, headers={"X-Repeated": str(told)})

    with StandIn(answer) as server:
        yield server


@pytest.fixture
def hydra(make_server: Callable[..., Server], babbling: StandIn) -> Server:
    """A Hydra with one secret in its environment, one set through the API, and systems that tell them."""
    server = make_server(
        HYDRA_DISCORD__WEBHOOK=WEBHOOK,
        HYDRA_DISCORD__API=f"{babbling.url}/api/v10",
        HYDRA_HTTP__ALLOWED_HOSTS=babbling.url.removeprefix("http://"),
    ).start()
    values = {"url": babbling.url, "token": home_assistant.TOKEN}
    server.client.put("/integrations/home_assistant", json={"values": values}).raise_for_status()
    return server


def use(hydra: Server, outside: str) -> dict[str, str]:
    """Use Hydra well and badly; what it answered, by what was asked."""
    client = hydra.client
    good, bad = (
        {"url": f"{outside}/{path}", "headers": {"Authorization": f"Bearer {CALLS}"}} for path in ("good", "no")
    )
    later = client.post("/queue", json={"operation": "http.call", "input": good, "window": "overnight"})
    hydra.restart()  # what waits, waits sealed
    hidden = {
        "url": f"{outside}/good?page=2&api_key={IN_URL}", "method": "POST",
        "body": {"user": "me", "password": IN_BODY, "text": f"password={IN_BODY}"},
    }  # fmt: skip
    nowhere = {"url": f"http://other.example/?api_key={IN_URL}"}
    document = DOCUMENT.format(outside=outside, secret=IN_DOCUMENT)
    calls = {
        "imported": client.post("/backlog/import", json={"text": document, "name": "planted"}),
        "looked at": client.post("/backlog/preview", json={"text": document, "name": "seen"}),
        "exported": client.get("/backlog/planted/export"),
        "queued import": client.post(
            "/queue", json={"operation": "backlog.import", "window": "overnight", "input": {"text": document}}
        ),
        "hidden": client.post("/http/call", json=hidden, params={"wait": "30"}),
        "nowhere": client.post("/http/call", json=nowhere, params={"wait": "30"}),
        "no address": client.post("/http/call", json={"url": f"http://u:{IN_DOCUMENT}@h/"}, params={"wait": "30"}),
        "fetched": client.get("/http/fetch", params={"url": f"{outside}/no?token={IN_URL}"}),
        "later": later,
        "hurried": client.post(f"/queue/{later.json()['id']}/hurry"),
        "called": client.post("/http/call", json=good, params={"wait": "30"}),
        "refused": client.post("/http/call", json=bad, params={"wait": "30"}),
        "scheduled": client.post(
            "/schedules", json={"operation": "http.call", "input": good, "cron": "0 3 * * *", "id": "nightly-call"}
        ),
        "fired": client.post("/schedules/nightly-call/run"),
        "masked": client.post("/queue", json={"operation": "http.call", "input": later.json()["input"]}),
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
             "/schedules", "/backlog/planted", "/ui/backlog/planted", "/ui/backlog/planted/text", "/ui/",
             "/ui/integrations/home_assistant", "/ui/activity", "/ui/queue", "/ui/inbox"]  # fmt: skip
    answers = {path: client.get(path) for path in reads}
    items = client.get("/queue", params={"limit": 100}).json()["items"]
    answers |= {f"/queue/{one['id']}/log": client.get(f"/queue/{one['id']}/log") for one in items}
    answers |= {f"/ui/queue/{one['id']}": client.get(f"/ui/queue/{one['id']}") for one in items[:5]}
    for one in (later.json()["id"], client.get("/schedules/nightly-call").json()["last"]["id"]):
        assert ended(hydra, one)["state"] == "done"
    assert later.json()["input"]["headers"] == {"Authorization": "•••"}
    assert calls["masked"].status_code == 422
    assert f"{outside}/good?page=2&api_key=•••" in [one["input"].get("url") for one in items]
    again = client.post("/backlog/import", json={"text": calls["exported"].text, "name": "planted"})
    assert (again.json()["unchanged"], again.json()["updated"]) == (2, 0), again.text
    client.post("/backlog/import", json={"text": document.replace("1.1 Call it", "1.1 Call it x"), "name": "planted"})
    return {name: answer.text for name, answer in (calls | answers).items()}


def ended(hydra: Server, id: str) -> dict[str, Any]:
    """A work item once it is over."""
    deadline = time.monotonic() + 60
    while (item := hydra.client.get(f"/queue/{id}").json())["state"] not in ("done", "failed", "cancelled"):
        assert time.monotonic() < deadline, item
        time.sleep(0.05)
    return dict(item)


def test_no_answer_log_or_table_holds_a_planted_secret(hydra: Server, babbling: StandIn) -> None:
    told = use(hydra, babbling.url)
    good = [asked for asked in babbling.asked if asked.path.partition("?")[0] == "/good"]
    carried = [asked.headers.get("authorization") for asked in good]
    assert carried.count(f"Bearer {CALLS}") == 3, "the work runs with what nobody is shown"
    assert [IN_URL] in [asked.query.get("api_key") for asked in good]
    assert IN_BODY.encode() in b"".join(asked.body for asked in good)
    assert IN_DOCUMENT in [asked.headers.get("x-own") for asked in good]
    hydra.stop()
    told["the log"] = hydra.log.read_text()
    kept = {path.name: path.read_bytes() for path in hydra.data.rglob("*") if path.is_file() and path.name != "key"}
    leaks = [
        f"{name} tells the {what}" for name, text in told.items() for what, secret in PLANTED.items() if secret in text
    ]
    leaks += [f"{name} keeps the {what}" for name, data in kept.items() for what, secret in PLANTED.items()
              if secret.encode() in data]  # fmt: skip
    assert "\n".join(leaks) == ""
