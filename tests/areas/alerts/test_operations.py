"""Alerts and silences through the API, with a real Alertmanager."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.areas.alerts.conftest import Lab
from tests.peers.alerting import fire, firing, until

HOLDING = """
import sys, time
from datetime import timedelta
from hydra_lab.integrations.alertmanager import AlertmanagerSettings, AlertmanagerSilences, holding
from hydra_lab.kernel.capabilities import Matcher
from hydra_lab.kernel.http import HttpClient
holding.LASTS, holding.EXTENDED_EVERY_S = timedelta(seconds=3), 0.5
silencer = AlertmanagerSilences(AlertmanagerSettings(url=sys.argv[1]), HttpClient())
with silencer.hold([Matcher(name="alertname", value="Restarted")], owner="hydra", reason="restarting") as held:
    print(held.id, flush=True)
    time.sleep(60)
"""


def wanted(*matchers: str, **others: Any) -> dict[str, Any]:
    """A silence as it is asked for."""
    return {"matchers": list(matchers), "owner": "ada", "reason": "a new fan", "minutes": 30} | others


def made(lab: Lab, *matchers: str, **others: Any) -> dict[str, Any]:
    """A silence that was made."""
    answer = lab.server.client.post("/alerts/silences", json=wanted(*matchers, **others))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def shown(lab: Lab, name: str) -> dict[str, Any]:
    """An alert as Hydra shows it."""
    (one,) = (one for one in lab.get("/alerts")["alerts"] if one["name"] == name)
    found: dict[str, Any] = one
    return found


def test_an_alert_is_told_once_when_it_begins_and_once_when_it_ends(lab: Lab) -> None:
    fire(lab.url, {"alertname": "Told", "node": "atlas"})
    (fired,) = until(lambda: lab.told("alerts.fired", "Told"))
    assert fired["data"]["labels"] == {"alertname": "Told", "node": "atlas"}
    assert fired["data"]["starts_at"]
    lab.look()
    until(lambda: lab.get("/alerts/webhook")["received"])
    fire(lab.url, {"alertname": "Told", "node": "atlas"}, ends_at=datetime.now(UTC).isoformat())
    until(lambda: lab.told("alerts.resolved", "Told"))
    calls = lab.get("/alerts/webhook")["received"]
    lab.look()
    fire(lab.url, {"alertname": "Another"})
    until(lambda: lab.get("/alerts/webhook")["received"] > calls)
    until(lambda: lab.told("alerts.fired", "Another"))
    assert len(lab.told("alerts.fired", "Told")) == len(lab.told("alerts.resolved", "Told")) == 1


def test_what_fires_is_shown_with_what_keeps_it_quiet_until_that_ends(lab: Lab) -> None:
    fire(lab.url, {"alertname": "Fan", "node": "atlas", "severity": "warning"}, {"alertname": "Fan", "node": "boreas"})
    one = made(lab, 'alertname="Fan"', 'node=~"at.*"')
    answer = lab.get("/alerts")
    assert (answer["source"], answer["problem"]) == ("Alertmanager", None)
    by_node = {one["labels"].get("node"): one for one in answer["alerts"] if one["name"] == "Fan"}
    assert by_node["boreas"]["state"] == "firing"
    assert (by_node["atlas"]["state"], by_node["atlas"]["severity"]) == ("suppressed", "warning")
    (because,) = by_node["atlas"]["silenced_by"]
    assert (because["id"], because["owner"], because["reason"]) == (one["id"], "ada", "a new fan")
    (listed,) = (each for each in lab.get("/alerts/silences")["silences"] if each["id"] == one["id"])
    assert (listed["mutes"], listed["matchers"]) == (1, ['alertname="Fan"', 'node=~"at.*"'])
    ended = lab.server.client.delete(f"/alerts/silences/{one['id']}").raise_for_status().json()
    assert ended["state"] == "expired"
    assert {each["state"] for each in lab.get("/alerts")["alerts"] if each["name"] == "Fan"} == {"firing"}


def test_a_preview_shows_what_a_silence_then_mutes(lab: Lab) -> None:
    fire(lab.url, {"alertname": "Seen", "env": "lab"}, {"alertname": "Seen", "env": "lab2"}, {"alertname": "Seen"})
    for matchers in (['alertname="Seen"', 'env=~"lab"'], ['alertname=~"Se+n"', 'env!="lab"'], ['alertname!~"S.*"']):
        asked = (
            lab.server.client.post("/alerts/silences/preview", json={"matchers": matchers}).raise_for_status().json()
        )
        id = made(lab, *matchers)["id"]
        muted = {one["fingerprint"] for one in firing(lab.url) if id in one["status"]["silencedBy"]}
        lab.server.client.delete(f"/alerts/silences/{id}").raise_for_status()
        assert {one["fingerprint"] for one in asked["now"]} == muted
        assert asked["firing"] >= 3
        assert asked["past"] is None
        assert "Prometheus" in asked["past_problem"]


def test_a_silence_is_extended_and_changed_and_one_made_elsewhere_is_shown(lab: Lab) -> None:
    elsewhere = {
        "matchers": [{"name": "alertname", "value": "Else", "isRegex": False, "isEqual": True}], "createdBy": "bob",
        "comment": "by hand", "startsAt": datetime.now(UTC).isoformat(),
        "endsAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }  # fmt: skip
    id = httpx.post(f"{lab.url}/api/v2/silences", json=elsewhere, trust_env=False).json()["silenceID"]
    there = lab.get(f"/alerts/silences/{id}")
    assert (there["owner"], there["reason"], there["state"]) == ("bob", "by hand", "active")
    later = lab.server.client.post(f"/alerts/silences/{id}/extend", json={"minutes": 60}).raise_for_status().json()
    gained = datetime.fromisoformat(later["ends_at"]) - datetime.fromisoformat(there["ends_at"])
    assert (later["id"], gained) == (id, timedelta(hours=1))
    other = lab.server.client.put(f"/alerts/silences/{id}", json={"matchers": ['alertname="Other"']}).json()
    assert other["id"] != id
    assert (other["matchers"], other["owner"]) == (['alertname="Other"'], "bob")
    assert lab.get(f"/alerts/silences/{id}")["state"] == "expired"
    again = lab.server.client.post(f"/alerts/silences/{id}/extend", json={"minutes": 60})
    assert again.status_code == 409


def test_the_same_silence_made_again_is_that_one_and_lasts_longer(lab: Lab) -> None:
    asked = wanted('alertname="Twice"', reason="made twice")
    first, second, third = (
        lab.server.client.post("/alerts/silences", json=asked | {"minutes": minutes}).raise_for_status().json()
        for minutes in (30, 60, 10)
    )
    assert first["id"] == second["id"] == third["id"]
    assert first["ends_at"] < second["ends_at"] == third["ends_at"]


@pytest.mark.parametrize(
    "given",
    [{"owner": None}, {"owner": " "}, {"reason": ""}, {"minutes": None}, {"ends_at": "2999-01-01T00:00:00Z"},
     {"matchers": []}, {"matchers": ["nothing"]}, {"matchers": ['a=~"("']}, {"matchers": ['a=~".*"']},
     {"minutes": None, "ends_at": "2020-01-01T00:00:00Z"}],
    ids=["owner", "blank", "reason", "no end", "two ends", "no matcher", "text", "pattern", "everything", "over"],
)  # fmt: skip
def test_what_a_silence_lacks_is_told(lab: Lab, given: dict[str, Any]) -> None:
    answer = lab.server.client.post("/alerts/silences", json=wanted('alertname="X"') | given)
    assert answer.status_code == 422, answer.text


def test_a_stranger_and_garbage_are_turned_away(lab: Lab) -> None:
    hook = f"{lab.server.url}/hooks/alertmanager"
    sent = {"json": {"alerts": []}, "trust_env": False}
    for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": f"Basic {lab.secret}"}):
        assert httpx.post(hook, headers=headers, **sent).status_code == 401
    good = {"Authorization": f"Bearer {lab.secret}"}
    for body in (b"<xml/>", b"{}", b'{"alerts": [{"status": "firing"}]}'):
        assert httpx.post(hook, headers=good, content=body, trust_env=False).status_code == 422


def test_a_source_that_is_lost_is_said_once_and_its_last_answer_is_shown(lab: Lab) -> None:
    fire(lab.url, {"alertname": "Kept"})
    until(lambda: lab.told("alerts.fired", "Kept"))
    lab.look()
    until(lambda: any(one["name"] == "Kept" for one in lab.get("/alerts")["alerts"]))
    lab.stop()
    lab.server.client.post("/integrations/alertmanager/test").raise_for_status()
    until(lambda: lab.told("alerts.source_lost", "Alertmanager"))
    begun = time.monotonic()
    answer = lab.get("/alerts")
    assert time.monotonic() - begun < 3
    assert answer["problem"]
    assert answer["asked_at"]
    assert lab.server.client.delete("/alerts/silences/x").status_code in (404, 502)
    lab.start()
    lab.look()
    until(lambda: lab.told("alerts.source_back", "Alertmanager"))
    assert len(lab.told("alerts.source_lost", "Alertmanager")) == 1
    assert lab.get("/alerts")["problem"] is None


def test_a_silence_held_by_a_process_that_dies_lapses_by_itself(lab: Lab) -> None:
    fire(lab.url, {"alertname": "Restarted"})
    with subprocess.Popen([sys.executable, "-c", HOLDING, lab.url], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        id = process.stdout.readline().strip()
        until(lambda: shown(lab, "Restarted")["state"] == "suppressed")
        process.kill()
    assert lab.get(f"/alerts/silences/{id}")["state"] == "active"
    until(lambda: shown(lab, "Restarted")["state"] == "firing")


def test_a_recurring_silence_is_a_schedule_that_silences_while_its_window_is_open(lab: Lab) -> None:
    begin = datetime.now(UTC) - timedelta(minutes=5)
    window = wanted('alertname="Nightly"', reason="nightly backup", cron=f"{begin.minute} {begin.hour} * * *",
                    time_zone="UTC")  # fmt: skip
    schedule = lab.server.client.post("/alerts/silences/recurring", json=window)
    assert schedule.status_code == 201, schedule.text
    assert schedule.json()["operation"] == "alerts.silence_window"
    (one,) = until(
        lambda: [one for one in lab.get("/alerts/silences")["silences"] if one["reason"] == "nightly backup"]
    )
    end = begin.replace(second=0, microsecond=0) + timedelta(minutes=30)
    assert abs(datetime.fromisoformat(one["ends_at"]) - end) < timedelta(seconds=1)
    again = lab.server.client.post("/alerts/silences/window", json=window).raise_for_status().json()
    assert again["silence"]["id"] == one["id"]
    closed = lab.server.client.post("/alerts/silences/window", json=window | {"minutes": 4}).raise_for_status().json()
    assert closed["silence"] is None
