"""What is told: which rule takes an event, together with what, when, and with which words."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from hydra_lab.areas.notifications.model import State
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.policy import Actor, ActorKind
from hydra_lab.kernel.work.approvals import store as approvals
from tests.areas.notifications.outbox_lab import OutboxLab
from tests.integrations.discord.harness import embed_of
from tests.integrations.faults import StandIn
from tests.lab import OWNER

SCHEDULE = Actor(kind=ActorKind.SCHEDULE, name="nightly")
BACKLOG = Actor(kind=ActorKind.BACKLOG, name="backlog.md")
NIGHT = datetime(2025, 12, 19, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
ALWAYS = {"id": "mine", "title": "Mine", "events": ["items.done"]}


def done(outbox: OutboxLab, title: str, actor: Actor = SCHEDULE, operation: str = "maintenance.run") -> None:
    """Some work is done."""
    item = outbox.add(title, actor=actor)
    outbox.happen("items.done", title, item=item.id, operation=operation)


def test_routine_work_comes_as_one_message(outbox: OutboxLab) -> None:
    for number in range(12):
        done(outbox, f"Check {number}")
    outbox.tell()
    assert outbox.posts() == []
    outbox.clock.pass_(hours=6)
    outbox.tell()
    [post] = outbox.posts()
    assert embed_of(post)["title"] == "12 items finished"
    assert embed_of(post)["description"].count("Done: Check") == 12


def test_a_result_is_told_alone_and_at_once_with_its_values(outbox: OutboxLab) -> None:
    done(outbox, "Latency", operation="benchmarks.run", actor=BACKLOG)
    outbox.tell()
    assert outbox.titles() == ["Done: Latency"]


def test_that_a_message_was_sent_is_not_told(outbox: OutboxLab) -> None:
    done(outbox, "Say hello", actor=OWNER, operation="notify.send")
    outbox.tell()
    assert outbox.outbox() == []


def test_the_night_is_one_message_in_the_morning_but_for_what_cannot_wait(outbox: OutboxLab) -> None:
    outbox.set_clock(NIGHT)
    done(outbox, "Portrait", actor=BACKLOG)
    done(outbox, "Vacuum")
    outbox.happen("items.failed", "Backup", error={"detail": "The disk is full. Really."})
    outbox.happen("integrations.lost", "apprise", detail="It does not answer.")
    outbox.happen("disk.low", detail="100 MiB free.")
    outbox.tell()
    assert outbox.titles() == ["The disk is nearly full"]
    outbox.set_clock(datetime(2025, 12, 20, 6, 0, tzinfo=UTC))
    outbox.tell()
    embed = embed_of(outbox.posts()[-1])
    assert embed["title"] == "In the quiet hours: 2 items finished, 1 item failed, 1 system lost"
    assert embed["description"].splitlines() == [
        "• Failed: Backup (The disk is full)", "• Apprise does not answer (It does not answer)",
        "• Done: Portrait", "• Done: Vacuum",
    ]  # fmt: skip


def test_the_same_failure_is_told_again_only_after_a_while_or_after_something_else(outbox: OutboxLab) -> None:
    def titles_after(name: str, **later: float) -> int:
        outbox.happen(name, "Backup", error={"detail": "No."})
        outbox.collect()
        outbox.clock.pass_(**later)
        return len(outbox.outbox())

    assert [titles_after("items.failed", minutes=5) for _ in range(3)] == [1, 1, 1]
    outbox.clock.pass_(minutes=30)
    assert titles_after("items.failed", minutes=5) == 2


def test_many_at_once_are_not_many_messages(outbox: OutboxLab) -> None:
    for number in range(40):
        outbox.happen("disk.low", f"disk {number}")
    outbox.tell()
    assert len(outbox.posts()) == 5
    assert outbox.titles()[-1] == "36 other things"


def test_an_approval_comes_with_a_link_that_is_good_once_and_only_while_it_is_asked(
    make_outbox: Callable[..., OutboxLab],
) -> None:
    outbox = make_outbox(public_url="https://lab.example/hydra")
    outbox.connect()
    outbox.collect()
    agent = Actor(kind=ActorKind.AGENT, name="helper", scopes=frozenset({"read", "write"}))
    item = outbox.add("Try the channel", actor=agent)
    outbox.tell()
    embed = embed_of(outbox.posts()[0])
    assert (embed["title"], embed["url"]) == (
        "Approval wanted: Try the channel", "https://lab.example/hydra/ui/inbox",
    )  # fmt: skip
    assert [field["name"] for field in embed["fields"]] == ["Would", "Asked by", "Rule"]
    address = embed["description"].split("[Approve or reject](")[1].rstrip(")")
    code = address.removeprefix("https://lab.example/hydra/ui/approve/")
    links = outbox.services.credentials.approval_links
    link = links.find(code)
    assert link
    assert (link.item, link.actor.name) == (item.id, "link sent to Discord")
    with outbox.services.database.read() as connection:
        asked = approvals.open_for(connection, item.id)
    assert asked
    assert (link.approval, link.expires_at) == (asked.id, asked.lapses_at)
    assert [links.use(code), links.use(code)] == [True, False]
    outbox.clock.pass_(days=4)
    assert links.find(code) is None
    assert code not in str(outbox.outbox()), "the outbox does not keep it"


def test_an_approval_without_a_public_address_says_where_to_go(outbox: OutboxLab) -> None:
    agent = Actor(kind=ActorKind.AGENT, name="helper", scopes=frozenset({"read", "write"}))
    outbox.add("Try the channel", actor=agent)
    outbox.tell()
    embed = embed_of(outbox.posts()[0])
    assert embed["description"].endswith("Decide in Hydra's inbox: /ui/inbox")
    assert "url" not in embed


def test_a_question_that_was_answered_meanwhile_is_not_told(outbox: OutboxLab) -> None:
    agent = Actor(kind=ActorKind.AGENT, name="helper", scopes=frozenset({"read", "write"}))
    item = outbox.add("Try the channel", actor=agent)
    outbox.collect()
    outbox.work.reject(item.id, OWNER)
    outbox.send()
    assert (outbox.states(), outbox.posts()) == ([State.DROPPED.value], [])


def test_a_rule_of_ones_own_comes_first_and_goes_where_it_says(outbox: OutboxLab, service: StandIn) -> None:
    outbox.connect_apprise(service, "phone", "mail")
    outbox.collect()
    given = {**ALWAYS, "operations": ["maintenance.*"], "channels": ["apprise/phone"], "severity": "warning"}
    outbox.call("notifications.set_rule", **given)
    done(outbox, "Vacuum")
    outbox.tell()
    assert ([one.path for one in service.asked], outbox.posts()) == (["/phone"], [])
    assert outbox.names("notifications.rule") == ["notifications.rule_set"]


def test_a_built_in_rule_can_be_turned_off_and_brought_back(outbox: OutboxLab) -> None:
    built_in = next(one for one in outbox.call("notifications.rules").rules if one.id == "urgent")
    outbox.call(
        "notifications.set_rule",
        **{**built_in.model_dump(mode="json", exclude={"built_in", "changed"}), "enabled": False},
    )
    outbox.happen("disk.low")
    outbox.collect()
    assert outbox.outbox() == []
    outbox.call("notifications.remove_rule", id="urgent")
    outbox.happen("disk.low")
    outbox.collect()
    assert len(outbox.outbox()) == 1
    with pytest.raises(NotFound):
        outbox.call("notifications.remove_rule", id="urgent")


def fired(outbox: OutboxLab, severity: str | None, name: str = "alerts.fired") -> None:
    """An alert fires, or is over."""
    labels = {"alertname": "HostDown", "instance": "nas:9100"} | ({"severity": severity} if severity else {})
    outbox.happen(name, "HostDown", severity=severity, labels=labels, message="The host is down.", lasted_s=95)


def test_alerts_are_told_without_setting_anything_but_for_what_only_informs(outbox: OutboxLab) -> None:
    for severity in ("info", "none", "warning", None):
        fired(outbox, severity)
        fired(outbox, severity, "alerts.resolved")
    outbox.tell()
    outbox.clock.pass_(seconds=50)
    outbox.tell()
    assert outbox.posts() == []
    outbox.clock.pass_(seconds=10)
    outbox.tell()
    assert outbox.titles() == ["2 alerts, 2 alerts over"]


def test_a_critical_alert_wakes_a_person_and_says_what_it_is_about(outbox: OutboxLab) -> None:
    outbox.set_clock(NIGHT)
    fired(outbox, "warning")
    fired(outbox, "critical")
    outbox.tell()
    [post] = outbox.posts()
    embed = embed_of(post)
    assert (embed["title"], embed["description"]) == ("Alert: HostDown", "The host is down.")
    assert {"name": "instance", "value": "nas:9100", "inline": True} in embed["fields"]
    assert "waiting" in outbox.states(), "the other is kept until the morning"


def test_a_container_is_told_of_when_nothing_heals_it_or_healing_failed_and_not_when_it_worked(
    outbox: OutboxLab,
) -> None:
    outbox.set_clock(NIGHT)
    outbox.happen("containers.health_status", "cared-for", health="unhealthy", heals=True)
    outbox.happen("containers.healed", "cared-for", reason="it is unhealthy", recovery_s=41.2)
    healed = outbox.add("Heal cared-for")
    outbox.happen("items.done", "Heal cared-for", item=healed.id, operation="containers.heal")
    lost = outbox.add("Heal db")
    outbox.happen("containers.healing_failed", "db", item=lost.id, reason="it is unhealthy", detail="nothing helped")
    outbox.happen("items.failed", "Heal db", item=lost.id, operation="containers.heal", error={"detail": "Not healed."})
    outbox.tell()
    assert outbox.titles() == ["Failed: Heal db"], "once, and at night"
    outbox.happen("containers.health_status", "web", health="healthy")
    outbox.happen("containers.health_status", "web", health="unhealthy")
    outbox.collect()
    assert "waiting" in outbox.states(), "what nothing heals is kept until the morning"


def test_a_rule_is_turned_off_and_on_by_its_name(outbox: OutboxLab) -> None:
    outbox.call("notifications.switch_rule", id="alerts", enabled=False)
    fired(outbox, "critical")
    outbox.collect()
    assert outbox.outbox() == []
    outbox.call("notifications.switch_rule", id="alerts", enabled=True)
    fired(outbox, "critical")
    outbox.collect()
    assert len(outbox.outbox()) == 1
    assert not [one.id for one in outbox.call("notifications.rules").rules if one.changed]
    with pytest.raises(NotFound, match="no rule"):
        outbox.call("notifications.switch_rule", id="nothing", enabled=True)


def test_a_machine_is_told_lost_and_back_and_another_host_key_at_night_too(outbox: OutboxLab) -> None:
    outbox.set_clock(NIGHT)
    outbox.happen("nodes.key_changed", "atlas", host_key="SHA256:new", expected="SHA256:old")
    outbox.happen("nodes.lost", "boreas", detail="Connection refused.")
    outbox.tell()
    assert outbox.titles() == ["atlas has another host key"]
    fields = {one["name"]: one["value"] for one in embed_of(outbox.posts()[0])["fields"]}
    assert fields == {"Host key": "SHA256:new", "Host key before": "SHA256:old"}
    outbox.set_clock(datetime(2025, 12, 20, 6, 0, tzinfo=UTC))
    outbox.tell()
    assert outbox.titles()[-1] == "boreas does not answer"
    outbox.happen("nodes.back", "boreas", after_s=60)
    outbox.tell()
    outbox.clock.pass_(minutes=1)
    outbox.tell()
    assert outbox.titles()[-1] == "boreas answers again"


def test_a_failed_run_is_told_unless_it_is_repeated(outbox: OutboxLab) -> None:
    outbox.happen("n8n.run_failed", "Weather", message="No route.", not_repeated=None)
    outbox.happen("n8n.run_failed", "News", message="No route.", not_repeated="it runs by hand")
    outbox.collect()
    outbox.clock.pass_(minutes=2)
    outbox.tell()
    assert outbox.titles() == ["A run of News failed in n8n"]
