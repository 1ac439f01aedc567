"""Alertmanager and Prometheus failing in every way: Hydra says which, holds what needs them, wakes it, stays quick."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.areas.running import ended
from tests.integrations.faults import Asked, Fault, Reply, StandIn
from tests.peers.alerting import alerting, until
from tests.server import Server

QUICK_S = 4.0


@dataclass(frozen=True, kw_only=True)
class Lab:
    """Hydra, and the real systems behind something that lets their answers through or spoils them."""

    server: Server
    alertmanager: StandIn
    prometheus: StandIn
    behind: str

    def page(self, path: str) -> str:
        """A page as a signed-in person sees it, which must not take long."""
        with httpx.Client(base_url=self.server.url, follow_redirects=True, trust_env=False) as person:
            person.get("/ui/sign-in", params={"token": self.server.token}).raise_for_status()
            begun = time.monotonic()
            text = person.get(path).raise_for_status().text
            assert time.monotonic() - begun < QUICK_S
        return text

    def silences(self, reason: str) -> int:
        """How many silences with a reason the real Alertmanager has."""
        found = httpx.get(f"{self.behind}/api/v2/silences", trust_env=False).raise_for_status().json()
        return sum(one["comment"] == reason for one in found)


def through(url: str) -> StandIn:
    """Something before a real system that passes everything on while it has no fault."""

    def answer(asked: Asked) -> Reply:
        if between.fault is Fault.DENIED:
            return Reply(status=401)
        sent = httpx.request(
            asked.method, url + asked.path, params=asked.query, content=asked.body, trust_env=False,
            headers={"Content-Type": asked.headers.get("content-type", "application/json")},
        )  # fmt: skip
        return Reply(status=sent.status_code, body=sent.content, headers={"Content-Type": sent.headers["content-type"]})

    between = StandIn(answer)
    return between


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """All of it."""
    folder: Path = tmp_path_factory.mktemp("faults")
    alerts = [{"alertname": "DiskFull", "node": "atlas"}]
    with alerting(folder, alerts) as real, through(real.alertmanager) as first, through(real.prometheus) as second:
        addresses = {"HYDRA_ALERTMANAGER__URL": first.url, "HYDRA_PROMETHEUS__URL": second.url}
        server = Server(folder / "data", **addresses).start()
        try:
            yield Lab(server=server, alertmanager=first, prometheus=second, behind=real.alertmanager)
            print(server.tail())
        finally:
            server.close()


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.BROKEN, Fault.GARBAGE, Fault.DENIED, Fault.SLOW])
def test_work_that_meets_a_failing_alertmanager_is_held_and_done_once_after(lab: Lab, fault: Fault) -> None:
    tested = "/integrations/alertmanager/test"
    until(lambda: lab.server.client.post(tested).json()["status"] == "connected")
    lab.alertmanager.fault = fault
    input = {"matchers": ['alertname="DiskFull"'], "owner": "ada", "reason": f"fault {fault}", "minutes": 5}
    item = lab.server.client.post("/queue", json={"operation": "alerts.silence", "input": input}).json()["id"]
    held = ended(lab.server, item)
    assert held["state"] == "held", held
    assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
    assert "Alertmanager" in held["holds"][0]["detail"]
    for path in ("/ui/alerts", "/ui", "/ui/queue"):
        lab.page(path)
    assert lab.silences(input["reason"]) == 0
    lab.alertmanager.fault = None
    lab.server.client.post(tested).raise_for_status()
    assert ended(lab.server, item, or_held=False)["state"] == "done"
    assert lab.silences(input["reason"]) == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.BROKEN, Fault.GARBAGE, Fault.DENIED, Fault.SLOW])
def test_a_failing_prometheus_is_named_and_the_rest_is_told_all_the_same(lab: Lab, fault: Fault) -> None:
    tested = "/integrations/prometheus/test"
    until(lambda: lab.server.client.post(tested).json()["status"] == "connected")
    lab.prometheus.fault = fault
    try:
        seen = lab.server.client.post(
            "/alerts/silences/preview", json={"matchers": ['alertname="DiskFull"'], "days": 2}
        )
        assert seen.status_code == 200, seen.text
        assert [one["name"] for one in seen.json()["now"]] == ["DiskFull"]
        assert "Prometheus" in seen.json()["past_problem"]
        state = lab.server.client.post(tested).json()
        assert state["status"] != "connected"
        for path in ("/ui/alerts", "/ui/integrations", "/ui"):
            lab.page(path)
    finally:
        lab.prometheus.fault = None
    until(lambda: lab.server.client.post(tested).json()["status"] == "connected")
