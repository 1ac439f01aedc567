"""Reconciling what is no container: silences of a real Alertmanager, Hydra's schedules, workflows of n8n."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.areas.running import ended
from tests.integrations.n8n.standin import KEY
from tests.integrations.n8n.standin import lab as automation
from tests.peers.alerting import alertmanager
from tests.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running Hydra."""
    one = Server(tmp_path_factory.mktemp("reconcile-others") / "data").start()
    yield one
    one.close()


def want(server: Server, **parts: Any) -> None:
    """Have this be wanted."""
    answer = server.client.put("/reconcile/desired", json=parts)
    assert answer.status_code == 200, answer.text


def whats(server: Server) -> list[tuple[str, str]]:
    """What would be done."""
    told = server.client.get("/reconcile/plan").raise_for_status().json()
    assert told["unknown"] == []
    return [(one["name"], one["what"]) for one in told["actions"]]


def apply(server: Server) -> dict[str, Any]:
    """The item that applied it, which is over."""
    return ended(server, server.client.post("/reconcile/apply", json={}).json()["id"])


def test_a_silence_is_made_changed_and_ended_in_alertmanager_itself(server: Server) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    move = {"matchers": ['node=~"atlas|boreas"', 'severity!="info"'], "until": until.isoformat(), "reason": "Moving"}
    with alertmanager() as address:
        server.client.put("/integrations/alertmanager", json={"url": address}).raise_for_status()

        def kept() -> list[dict[str, Any]]:
            found = httpx.get(f"{address}/api/v2/silences").json()
            return [one for one in found if one["status"]["state"] == "active"]

        want(server, silences={"move": move})
        assert whats(server) == [("move", "make")]
        assert apply(server)["state"] == "done"
        (one,) = kept()
        assert {(each["name"], each["value"], each["isRegex"], each["isEqual"]) for each in one["matchers"]} == {
            ("node", "atlas|boreas", True, True), ("severity", "info", False, False),
        }  # fmt: skip
        assert one["comment"] == "Moving [desired: move]"
        assert whats(server) == []
        want(server, silences={"move": move | {"until": (until + timedelta(hours=1)).isoformat()}})
        assert whats(server) == [("move", "change")]
        assert apply(server)["state"] == "done"
        assert len(kept()) == 1
        want(server)
        assert whats(server) == [("move", "end")]
        assert apply(server)["state"] == "done"
        assert kept() == []
    server.client.delete("/integrations/alertmanager")


def test_a_schedule_is_kept_as_it_is_wanted_and_a_wrong_one_is_refused_with_every_reason(server: Server) -> None:
    tidy = {"operation": "maintenance.run", "input": {"action": "backup"}, "cron": "15 4 * * 0", "paused": True}
    want(server, schedules={"tidy": tidy})
    assert whats(server) == [("tidy", "make")]
    assert apply(server)["state"] == "done"
    assert whats(server) == []
    server.client.post("/schedules/tidy/resume").raise_for_status()
    assert whats(server) == [("tidy", "change")]
    want(server, schedules={"tidy": tidy | {"cron": "15 5 * * 0"}})
    assert apply(server)["state"] == "done"
    kept = server.client.get("/schedules/tidy").json()["schedule"]
    assert (kept["cron"], kept["paused"]) == ("15 5 * * 0", True)
    wrong = {"tidy": tidy | {"input": {"action": "dance"}}, "none": {"operation": "lab.dance", "cron": "0 3 * * *"}}
    answer = server.client.put("/reconcile/desired", json={"schedules": wrong})
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["problems"]} == {
        "schedules.tidy.input.action", "schedules.none.operation",
    }  # fmt: skip


def test_workflows_are_active_and_have_an_error_workflow_as_it_is_wanted(server: Server) -> None:
    with automation() as n8n:
        server.client.put("/integrations/n8n", json={"url": n8n.url, "api_key": KEY}).raise_for_status()
        found = {one["name"]: one for one in n8n.workflows.values()}
        name, handler = sorted(found)[:2]
        want(server, workflows={name: {"active": not found[name]["active"], "error_workflow": handler}, "gone": {}})
        what = "activate" if not found[name]["active"] else "deactivate"
        assert whats(server) == [(name, "set error workflow"), (name, what), ("gone", "nothing")]
        before = found[name]["active"]
        item = apply(server)
        assert item["state"] == "done", item
        now = next(one for one in n8n.workflows.values() if one["name"] == name)
        assert (now["active"], now["settings"]["errorWorkflow"]) == (not before, found[handler]["id"])
        assert whats(server) == [("gone", "nothing")]
    server.client.delete("/integrations/n8n")


def test_without_what_it_needs_the_plan_says_so_and_applying_waits_for_it(server: Server) -> None:
    want(server, containers={"web": {"image": "web:1"}})
    told = server.client.get("/reconcile/plan").json()
    assert ([one["what"] for one in told["unknown"]], told["in_sync"]) == (["containers"], False)
    item = apply(server)
    assert (item["state"], [hold["kind"] for hold in item["holds"]]) == ("held", ["requirement"])
    server.client.post(f"/queue/{item['id']}/cancel").raise_for_status()


def test_a_later_revision_is_not_overwritten_and_the_same_one_is_not_kept_twice(server: Server) -> None:
    want(server, prune=True)
    first = server.client.get("/reconcile/desired").json()["revision"]["number"]
    want(server, prune=True)
    assert server.client.get("/reconcile/desired").json()["revision"]["number"] == first
    refused = server.client.put("/reconcile/desired", json={"replaces": first - 1})
    assert (refused.status_code, "by now" in refused.json()["detail"]) == (409, True)
    document = server.client.put("/reconcile/desired", json={"document": "containers: [", "replaces": first})
    assert (document.status_code, "line 1" in document.json()["detail"]) == (422, True)
    want(server)
