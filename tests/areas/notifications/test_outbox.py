"""The outbox: every decision once, every message at least once, nothing lost on the way."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hydra_lab.areas.notifications import store
from hydra_lab.areas.notifications.feeds import check, prune
from hydra_lab.areas.notifications.model import State
from hydra_lab.areas.notifications.outbox import collect as collecting
from hydra_lab.areas.notifications.outbox.send import TRIES
from hydra_lab.kernel.errors import Conflict, Denied, NotConfigured
from hydra_lab.kernel.policy.model import HYDRA
from tests.areas.notifications.conftest import Discord
from tests.areas.notifications.outbox_lab import OutboxLab
from tests.integrations.discord.harness import WRONG, embed_of
from tests.integrations.faults import Reply, StandIn

GONE = Reply(status=404, json={"message": "Unknown Webhook", "code": 10015})


def test_what_failed_is_told_once(outbox: OutboxLab) -> None:
    outbox.happen("items.failed", "Backup", error={"detail": "The disk is full.", "fix": "Free some."}, seconds=75)
    outbox.tell()
    assert outbox.states() == ["waiting"], "it waits for more to come"
    outbox.clock.pass_(minutes=1)
    outbox.tell()
    outbox.tell()
    [post] = outbox.posts()
    embed = embed_of(post)
    assert (embed["title"], embed["description"]) == ("Failed: Backup", "The disk is full. Free some.")
    assert {"name": "Took", "value": "75 s", "inline": True} in embed["fields"]
    assert outbox.names("notifications.") == ["notifications.sent"]


def test_without_a_channel_nothing_is_kept_and_a_new_one_is_not_told_the_past(
    make_outbox: Callable[..., OutboxLab],
) -> None:
    lab = make_outbox()
    lab.collect()
    lab.happen("disk.low", detail="100 MiB free.")
    lab.collect()
    lab.connect()
    lab.tell()
    assert lab.outbox() == []


def test_a_decision_that_fails_half_way_is_made_anew(outbox: OutboxLab, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.happen("policy.broken", detail="Line 3.")
    put, calls = collecting.put, []

    def failing(*arguments: object, **options: object) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("the power is gone")
        put(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(collecting, "put", failing)
    with pytest.raises(RuntimeError):
        outbox.collect()
    assert outbox.outbox() == [], "neither the message nor the place in the journal was kept"
    outbox.tell()
    assert outbox.titles() == ["The disk is nearly full", "policy.yaml cannot be read"]


def test_what_a_dead_process_was_sending_is_sent_again_with_the_same_id(outbox: OutboxLab) -> None:
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.collect()
    now = outbox.clock.now()
    with outbox.services.database.begin() as connection:
        claimed = store.claim(
            connection, "discord", now, owner="dead", alone=True, lease_until=now + timedelta(minutes=3)
        )
    assert claimed
    outbox.clock.pass_(minutes=4)
    outbox.send()
    assert outbox.states() == ["sent"]
    assert embed_of(outbox.posts()[0])["footer"]["text"] == f"Hydra · {claimed[0].id[-8:]}"


def test_a_pause_that_discord_asks_for_is_kept_by_the_whole_channel(outbox: OutboxLab, discord: Discord) -> None:
    discord.says = Reply(status=429, json={"retry_after": 7.5, "global": True}, headers={"Retry-After": "8"})
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.happen("policy.broken", detail="Line 3.")
    outbox.tell()
    discord.says = None
    outbox.clock.pass_(seconds=7)
    outbox.send()
    assert (len(outbox.posts()), [one.attempts for one in outbox.outbox()]) == (1, [0, 0])
    outbox.clock.pass_(seconds=1)
    outbox.send()
    assert outbox.states() == ["sent", "sent"]


def test_a_message_is_tried_less_and_less_often_and_in_the_end_left_to_a_person(
    outbox: OutboxLab, discord: Discord
) -> None:
    discord.says = Reply(status=502)
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.collect()
    for _ in range(TRIES):
        outbox.send()
        outbox.clock.pass_(hours=2)
    [dead] = outbox.outbox()
    assert (dead.state, len(outbox.posts())) == (State.DEAD, TRIES)
    assert dead.error
    assert dead.error["detail"] == "Discord answered HTTP 502."
    assert outbox.names("notifications.") == ["notifications.failed"]
    assert check(outbox.context()).detail == "1 message was given up."
    discord.says = None
    assert outbox.call("notifications.retry", id=dead.id).state is State.WAITING
    outbox.send()
    assert outbox.states() == ["sent"]
    with pytest.raises(Conflict, match="sent already"):
        outbox.call("notifications.retry", id=dead.id)


def test_what_discord_refuses_is_given_up_at_once(outbox: OutboxLab, discord: Discord) -> None:
    discord.says = Reply(status=400, json={"message": "Invalid Form Body", "code": 50035})
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.tell()
    assert outbox.states() == ["dead"]


def test_a_deleted_webhook_turns_its_channel_off_until_it_is_set_again(outbox: OutboxLab, discord: Discord) -> None:
    discord.says = GONE
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.tell()
    outbox.clock.pass_(hours=1)
    outbox.happen("policy.broken", detail="Line 3.")
    outbox.tell()
    assert len(outbox.posts()) == 1, "it is not asked again and again"
    [channel] = outbox.call("notifications.channels")
    assert (channel.on, "10015" in channel.reason) == (False, True)
    assert check(outbox.context()).status == "bad"
    discord.says = None
    outbox.connect()
    outbox.tell()
    assert outbox.states() == ["sent", "sent"]
    assert outbox.names("notifications.")[:2] == ["notifications.disabled", "notifications.enabled"]
    assert check(outbox.context()).status == "ok"


def test_a_test_message_turns_a_channel_off_or_on_again(outbox: OutboxLab) -> None:
    outbox.connect(WRONG)
    with pytest.raises(Denied):
        outbox.call("notifications.test", channel="discord")
    assert not outbox.call("notifications.channels")[0].on
    outbox.connect()
    assert outbox.call("notifications.test", channel="discord").through == "Discord"
    assert outbox.call("notifications.channels")[0].on
    with pytest.raises(NotConfigured, match="Apprise address"):
        outbox.call("notifications.test", channel="apprise/phone")


def test_a_channel_that_is_away_keeps_no_other_waiting(outbox: OutboxLab, service: StandIn) -> None:
    outbox.connect_apprise(service, "phone", "down")
    outbox.collect()
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.tell()
    outbox.clock.pass_(hours=1)
    outbox.tell()
    assert {one.channel: one.state.value for one in outbox.outbox()} == {
        "discord": "sent", "apprise/phone": "sent", "apprise/down": "waiting",
    }  # fmt: skip
    assert [one.path for one in service.asked] == ["/down", "/phone", "/down"]


def test_what_waits_for_days_is_left_to_a_person_and_not_told_when_it_is_old(
    outbox: OutboxLab, discord: Discord
) -> None:
    discord.says = GONE
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.tell()
    outbox.clock.pass_(days=4)
    prune(outbox.context(HYDRA))
    discord.says = None
    outbox.connect()
    outbox.tell()
    [message] = outbox.outbox()
    assert message.error
    assert (message.state, message.error["code"], len(outbox.posts())) == (State.DEAD, "expired", 1)
    outbox.call("notifications.retry", id=message.id)
    outbox.send()
    assert outbox.states() == ["sent"]


def test_old_messages_are_forgotten(outbox: OutboxLab) -> None:
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.tell()
    outbox.clock.pass_(days=31)
    prune(outbox.context(HYDRA))
    assert outbox.outbox() == []


def test_the_outbox_is_shown_in_pages(outbox: OutboxLab) -> None:
    for number in range(3):
        outbox.happen("disk.low", f"disk {number}")
    outbox.collect()
    first = outbox.call("notifications.list", limit=2)
    rest = outbox.call("notifications.list", limit=2, before=first.next)
    assert [len(first.messages), len(rest.messages), rest.next] == [2, 1, None]
    assert outbox.call("notifications.list", state="dead").messages == []
