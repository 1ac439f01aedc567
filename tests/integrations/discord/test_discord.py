"""Messages to Discord: within its limits, pinging nobody, and coming back when it says so."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.discord import DiscordNotifier, DiscordSettings, probe
from hydra_lab.integrations.discord.client import shortened, units
from hydra_lab.kernel.errors import Busy, Denied
from hydra_lab.kernel.http import HttpClient
from tests.integrations.discord.harness import ID, TOKEN, WRONG, answer, payload_of, values
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


def test_a_message_is_posted_with_its_link(discord: StandIn) -> None:
    notifier(discord).notify("Night done", "12 items, 1 failed", url="http://lab:8700/ui/")
    payload, _ = payload_of(discord.asked[0])
    assert payload["content"] == "**Night done**\n12 items, 1 failed\nhttp://lab:8700/ui/"


def test_nobody_is_pinged(discord: StandIn) -> None:
    notifier(discord).notify("@everyone", "<@123>")
    assert payload_of(discord.asked[0])[0]["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("letter", ["x", "ü", "\N{ROCKET}"])
def test_a_text_too_long_for_a_message_comes_whole_as_a_file(discord: StandIn, letter: str) -> None:
    notifier(discord).notify("Long", letter * 3000, url="http://lab/x")
    payload, files = payload_of(discord.asked[0])
    assert payload["content"].endswith("…\nhttp://lab/x")
    assert 1990 < units(payload["content"]) <= 2000
    assert files == {"message.md": f"# Long\n\n{letter * 3000}\n"}


def test_a_title_alone_is_enough(discord: StandIn) -> None:
    notifier(discord).notify("Done", "")
    assert payload_of(discord.asked[0])[0]["content"] == "**Done**"


def test_a_refused_webhook_says_what_discord_said(discord: StandIn) -> None:
    with pytest.raises(Denied, match=r"HTTP 401, code 50027, Invalid Webhook Token") as caught:
        notifier(discord, WRONG).notify("x", "y")
    assert "Copy the webhook" in (caught.value.fix or "")


def test_a_deleted_webhook_is_denied() -> None:
    def gone(asked: Asked) -> Reply:
        return Reply(status=404, json={"message": "Unknown Webhook", "code": 10015})

    with StandIn(gone) as server, pytest.raises(Denied, match="10015"):
        notifier(server).notify("x", "y")


@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        (Reply(status=429, json={"retry_after": 0.34, "global": False}, headers={"Retry-After": "1"}), 0.34),
        (Reply(status=429, body=b"<html>", headers={"Retry-After": "65"}), 65.0),
        (Reply(status=429, body=b"<html>"), None),
    ],
)
def test_it_comes_back_when_discord_says(reply: Reply, pause: float | None) -> None:
    with StandIn(lambda asked: reply) as server, pytest.raises(Busy) as caught:
        notifier(server).notify("x", "y")
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


def test_a_text_is_not_cut_inside_a_character() -> None:
    assert shortened("\N{ROCKET}" * 5, 6) == "\N{ROCKET}\N{ROCKET}…"
    assert shortened("abc", 3) == "abc"
