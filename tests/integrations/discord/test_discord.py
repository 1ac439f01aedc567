"""Discord's webhook: what arrives, pinging nobody, and coming back when it says so."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.discord import DiscordNotifier, DiscordSettings, probe
from hydra_lab.kernel.capabilities import Link, Notice, Severity
from hydra_lab.kernel.errors import Busy, Denied, Refused
from hydra_lab.kernel.http import HttpClient
from tests.integrations.discord.harness import ID, TOKEN, WRONG, answer, embed_of, payload_of, values
from tests.integrations.faults import Asked, Reply, StandIn

HTTP = HttpClient(timeout_s=5)


@pytest.fixture
def discord() -> Iterator[StandIn]:
    """A stand-in for Discord."""
    with StandIn(answer) as server:
        yield server


def notifier(server: StandIn, secret: str = TOKEN) -> DiscordNotifier:
    """A notifier that posts to the stand-in."""
    return DiscordNotifier(DiscordSettings.model_validate(values(server.url, secret)), HTTP)


def test_a_notice_is_an_embed(discord: StandIn) -> None:
    notifier(discord).notify(Notice(
        title="Approval wanted: Prune", text="It deletes data.", severity=Severity.WARNING,
        fields=(("Rule", "floor"),), links=(Link(title="Approve or reject", url="https://lab/ui/approve/x_y"),),
        url="https://lab/ui/inbox", id="0a1b2c3d",
    ))  # fmt: skip
    assert embed_of(discord.asked[0]) == {
        "title": "Approval wanted: Prune",
        "url": "https://lab/ui/inbox",
        "description": "It deletes data.\n\n[Approve or reject](https://lab/ui/approve/x_y)",
        "color": 0xE3A008,
        "fields": [{"name": "Rule", "value": "floor", "inline": True}],
        "footer": {"text": "Hydra · 0a1b2c3d"},
    }


def test_nobody_is_pinged(discord: StandIn) -> None:
    notifier(discord).notify(Notice(title="@everyone", text="<@123>"))
    assert payload_of(discord.asked[0])["allowed_mentions"] == {"parse": []}


def test_a_title_alone_is_enough(discord: StandIn) -> None:
    notifier(discord).notify(Notice(title="Done"))
    assert embed_of(discord.asked[0])["title"] == "Done"


def test_a_long_text_goes_on_after_a_pause_without_beginning_anew() -> None:
    posts: list[str] = []

    def hurried(asked: Asked) -> Reply:
        if len(posts) == 1:
            posts.append("told to wait")
            return Reply(
                status=429, json={"message": "You are being rate limited.", "retry_after": 0.05, "global": False}
            )
        posts.append(embed_of(asked)["description"])
        return answer(asked)

    with StandIn(hurried) as server:
        notifier(server).notify(Notice(title="Long", text="word " * 1500))
    assert posts[1] == "told to wait"
    assert len(posts) == 3
    assert " ".join(posts[0].split() + posts[2].split()) == " ".join(["word"] * 1500)


def test_a_refused_webhook_says_what_discord_said(discord: StandIn) -> None:
    with pytest.raises(Denied, match=r"HTTP 401, code 50027, Invalid Webhook Token") as caught:
        notifier(discord, WRONG).notify(Notice(title="x"))
    assert "Copy the webhook" in (caught.value.fix or "")


def test_a_deleted_webhook_is_denied() -> None:
    def gone(asked: Asked) -> Reply:
        return Reply(status=404, json={"message": "Unknown Webhook", "code": 10015})

    with StandIn(gone) as server, pytest.raises(Denied, match="10015"):
        notifier(server).notify(Notice(title="x"))


def test_a_webhook_of_a_forum_is_told_apart() -> None:
    said = {"message": "Webhooks posted to forum channels must have a thread_name or thread_id", "code": 220001}
    with StandIn(lambda asked: Reply(status=400, json=said)) as server, pytest.raises(Refused) as caught:
        notifier(server).notify(Notice(title="x"))
    assert caught.value.fix == "Make the webhook in a text channel."


@pytest.mark.parametrize(
    ("reply", "pause", "words"),
    [
        (Reply(status=429, json={"retry_after": 0.34, "global": False}, headers={"Retry-After": "1"}), 0.34, "webhook"),
        (Reply(status=429, json={"retry_after": 64.57, "global": True}), 64.57, "everything"),
        (Reply(status=429, body=b"<html>", headers={"Retry-After": "65", "x-ratelimit-global": "true"}), 65, "every"),
        (Reply(status=429, body=b"<html>"), None, "webhook"),
    ],
)  # fmt: skip
def test_it_comes_back_when_discord_says(reply: Reply, pause: float | None, words: str) -> None:
    with StandIn(lambda asked: reply) as server, pytest.raises(Busy, match=words) as caught:
        notifier(server).notify(Notice(title="x"))
    assert caught.value.retry_after_s == pause


def test_the_probe_posts_nothing(discord: StandIn) -> None:
    settings = DiscordSettings.model_validate(values(discord.url, TOKEN))
    assert probe(settings, HTTP).detail == "posts as “Lab”"
    assert [one.method for one in discord.asked] == ["GET"]


@pytest.mark.parametrize(
    "address",
    [
        f"https://discord.com/api/webhooks/{ID}/{TOKEN}",
        f" https://discordapp.com/api/webhooks/{ID}/{TOKEN}/ ",
        f"https://canary.discord.com/api/v10/webhooks/{ID}/{TOKEN}",
    ],
)
def test_webhooks_are_taken_as_discord_writes_them(address: str) -> None:
    assert DiscordSettings.model_validate({"webhook": address}).address.endswith(f"/api/v10/webhooks/{ID}/{TOKEN}")


@pytest.mark.parametrize(
    "address",
    ["", "x", f"https://evil.example/api/webhooks/{ID}/{TOKEN}", f"http://discord.com/api/webhooks/{ID}/{TOKEN}",
     f"https://discord.com.evil.example/api/webhooks/{ID}/{TOKEN}", f"https://discord.com/api/webhooks/{ID}/short",
     f"https://discord.com/api/webhooks/{ID}/{TOKEN}/slack"],
)  # fmt: skip
def test_what_is_no_webhook_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DiscordSettings.model_validate({"webhook": address})
    assert TOKEN not in str(caught.value.errors(include_input=False))
