"""Notifications through a real server: what waits for a webhook, what is told, and approving from a message."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.areas.notifications.conftest import Discord
from tests.areas.running import ended
from tests.integrations.discord import harness
from tests.integrations.discord.harness import embed_of
from tests.integrations.faults import Asked, Fault, StandIn
from tests.server import Server

WEBHOOK = f"https://discord.com/api/webhooks/{harness.ID}/{harness.TOKEN}"
SEED = """# Backlog

## TIER 5: Integration

### 5.1 Wire Discord Notifications to All Handlers
**Priority:** BLOCKED (needs webhook URL)
**Task:** When URL available, add Discord notifications to:
- Chapter generation completion
- Research task completion
- Asset generation completion
- Quality scoring results
- Benchmark results
"""


@pytest.fixture(scope="module")
def discord() -> Iterator[Discord]:
    """A stand-in for Discord, for the tests of this file."""
    with Discord() as server:
        yield server


@pytest.fixture(scope="module")
def hydra(discord: Discord, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Hydra whose Discord is the stand-in, without a webhook."""
    one = Server(tmp_path_factory.mktemp("hydra") / "data", HYDRA_DISCORD__API=f"{discord.url}/api/v10")
    one.environment["HYDRA_PUBLIC_URL"] = one.url
    one.environment["HYDRA_OVERNIGHT"] = quiet_elsewhen()
    yield one.start()
    one.close()


def quiet_elsewhen() -> str:
    """Quiet hours that are not now."""
    hour = time.gmtime().tm_hour
    return f"{(hour + 12) % 24:02}:00-{(hour + 13) % 24:02}:00"


def posted(discord: StandIn, title: str) -> Asked:
    """The message of a title, once it was posted."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for one in discord.asked:
            if one.method == "POST" and embed_of(one).get("title") == title:
                return one
        time.sleep(0.05)
    raise AssertionError(
        f"no message “{title}” among {[embed_of(one) for one in discord.asked if one.method == 'POST']}"
    )


def test_what_needs_a_webhook_waits_for_it_and_is_done_once_it_is_set(hydra: Server, discord: Discord) -> None:
    hydra.client.post("/backlog/import", json={"text": SEED, "name": "seed"}).raise_for_status()
    [wiring] = hydra.client.get("/queue", params={"q": "Wire Discord"}).raise_for_status().json()["items"]
    message = hydra.client.post("/notify", json={"title": "Hello", "text": "from **Hydra**"}).json()
    assert (wiring["operation"], wiring["state"]) == ("notifications.route", "held")
    assert {hold["ref"] for hold in wiring["holds"]} == {"discord"}
    assert [hold["kind"] for hold in message["holds"]] == ["requirement"]

    hydra.client.put("/integrations/discord", json={"webhook": WEBHOOK}).raise_for_status()

    assert ended(hydra, message["id"], or_held=False)["result"] == {"through": "Discord"}
    assert embed_of(posted(discord, "Hello"))["description"] == "from **Hydra**"
    wired = ended(hydra, wiring["id"], or_held=False)
    assert (wired["state"], wired["error"]) == ("done", None)
    assert wired["result"]["summary"] == "Finished work is announced in Discord, which has taken the first message."
    told = embed_of(posted(discord, "Finished work is announced here"))["description"]
    assert all(kind in told for kind in ("chapters.", "research.", "assets.", "quality.", "benchmarks."))
    assert harness.TOKEN not in hydra.log.read_text() + hydra.client.get("/activity", params={"limit": 500}).text


def asked_by_an_agent(hydra: Server, title: str) -> dict[str, Any]:
    """Work that an agent wants and a person must approve."""
    key = hydra.client.post("/keys", json={"name": title, "kind": "agent", "scopes": ["read", "write"]}).json()
    headers = {"Authorization": f"Bearer {key['token']}"}
    given = {"operation": "notify.send", "input": {"title": title, "text": "May I?"}, "title": title}
    answer = httpx.post(f"{hydra.url}/queue", json=given, headers=headers).raise_for_status()
    item: dict[str, Any] = answer.json()
    assert [hold["kind"] for hold in item["holds"]] == ["approval"]
    return item


def link_in(asked: Asked) -> str:
    """The address that a message offers for its answer."""
    found = re.search(r"\[Approve or reject\]\((.+?)\)", embed_of(asked)["description"])
    assert found
    return found[1]


def test_a_link_in_a_message_approves_once_and_only_when_its_button_is_pressed(hydra: Server, discord: Discord) -> None:
    hydra.client.put("/integrations/discord", json={"webhook": WEBHOOK}).raise_for_status()
    item = asked_by_an_agent(hydra, "Greet the guests")
    link = link_in(posted(discord, "Approval wanted: Greet the guests"))
    assert link.startswith(f"{hydra.url}/ui/approve/")
    nobody = httpx.Client()

    looked = nobody.get(link)
    assert (looked.status_code, looked.headers["referrer-policy"]) == (200, "no-referrer")
    assert all(part in looked.text for part in ("notify.send", "May I?", "Greet the guests"))
    assert hydra.client.get(f"/queue/{item['id']}").json()["state"] == "held", "looking approves nothing"

    done = nobody.post(link, data={"answer": "yes", "comment": "Welcome."}, follow_redirects=True)
    assert "Approved" in done.text
    assert ended(hydra, item["id"], or_held=False)["state"] == "done"
    assert nobody.post(link, data={"answer": "no"}).status_code == 409
    events = hydra.client.get("/activity", params={"item": item["id"], "limit": 50}).json()["events"]
    [granted] = [one for one in events if one["name"] == "approvals.granted"]
    assert (granted["actor"], granted["actor_name"], granted["data"]["comment"]) == (
        "person", "link sent to Discord", "Welcome.",
    )  # fmt: skip
    assert link.rpartition("/")[2] not in hydra.log.read_text() + str(events)


def test_a_link_rejects_and_says_so(hydra: Server, discord: Discord) -> None:
    hydra.client.put("/integrations/discord", json={"webhook": WEBHOOK}).raise_for_status()
    item = asked_by_an_agent(hydra, "Insult the guests")
    link = link_in(posted(discord, "Approval wanted: Insult the guests"))
    assert httpx.post(link, data={"answer": "no"}).status_code == 303
    assert hydra.client.get(f"/queue/{item['id']}").json()["state"] == "cancelled"
    assert "Rejected" in httpx.get(link).text


def test_what_was_answered_elsewhere_is_not_answered_by_a_link(hydra: Server, discord: Discord) -> None:
    hydra.client.put("/integrations/discord", json={"webhook": WEBHOOK}).raise_for_status()
    item = asked_by_an_agent(hydra, "Feed the cat")
    link = link_in(posted(discord, "Approval wanted: Feed the cat"))
    hydra.client.post(f"/queue/{item['id']}/reject", json={}).raise_for_status()
    assert httpx.post(link, data={"answer": "yes"}).status_code == 409
    assert "By owner" in httpx.get(link).text
    assert hydra.client.get(f"/queue/{item['id']}").json()["state"] == "cancelled"


def test_a_link_that_nobody_made_shows_nothing(hydra: Server) -> None:
    for answer in (
        httpx.get(f"{hydra.url}/ui/approve/x"),
        httpx.post(f"{hydra.url}/ui/approve/x", data={"answer": "yes"}),
    ):
        assert answer.status_code == 404
        assert "not good any more" in answer.text


def test_a_message_survives_the_server_being_killed_while_it_is_sent(make_server: Callable[..., Server]) -> None:
    with StandIn(harness.answer) as mute:
        server = make_server("killed", HYDRA_DISCORD__API=f"{mute.url}/api/v10", HYDRA_DISCORD__WEBHOOK=WEBHOOK)
        server.environment["HYDRA_DISK_FREE_MIN_MIB"] = str(1 << 40)  # so that something cannot wait
        mute.fault = Fault.SLOW
        server.start()
        deadline = time.monotonic() + 60
        while not [one for one in mute.asked if one.method == "POST"]:
            assert time.monotonic() < deadline, server.tail()
            time.sleep(0.05)
        server.kill()
        mute.fault = None
        server.start()
        first = next(embed_of(one) for one in mute.asked if one.method == "POST")
        deadline = time.monotonic() + 60
        while server.client.get("/notifications").json()["counts"].get("sent", 0) == 0:
            assert time.monotonic() < deadline, server.client.get("/notifications").text
            time.sleep(0.1)
        posts = [embed_of(one) for one in mute.asked if one.method == "POST"]
    assert first["title"] == "The disk is nearly full"
    assert posts == [first, first], "once unheard, once heard, with one id"
