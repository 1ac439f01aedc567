"""Robustness, hardening with a way back, and repeating runs, through a whole Hydra."""

from typing import Any

from tests.areas.running import ended
from tests.integrations.n8n.standin import N8n
from tests.server import Server


def checks(found: dict[str, Any]) -> dict[str, str]:
    """Each check's state."""
    return {one["name"]: one["state"] for one in found["checks"]}


def done(hydra: Server, answer: Any) -> dict[str, Any]:
    """The item of a call when it is over, with a person's yes where one is asked."""
    item = ended(hydra, answer.raise_for_status().json()["id"])
    if any(hold["kind"] == "approval" for hold in item["holds"]):
        hydra.client.post(f"/queue/{item['id']}/approve").raise_for_status()
    return ended(hydra, item["id"], or_held=False)


def test_a_score_is_made_of_named_checks(hydra: Server, n8n: N8n) -> None:
    n8n.ran("w1", "success")
    n8n.ran("w1")
    found = {one["id"]: one for one in hydra.client.get("/n8n/workflows").json()["workflows"]}
    assert checks(found["w1"]) == {
        "error_workflow": "bad", "failure_notice": "bad", "retries": "bad", "time_out": "bad", "credentials": "ok",
        "succeeds": "ok",
    }  # fmt: skip
    assert (found["w1"]["score"], checks(found["w3"])["failure_notice"]) == (33, "ok")
    n8n.workflows["w1"]["nodes"][1]["credentials"] = {"httpBasicAuth": {"id": "gone", "name": "Old"}}
    n8n.workflows["w1"]["settings"]["errorWorkflow"] = "w3"
    n8n.workflows["w3"]["active"] = False
    one = hydra.client.get("/n8n/workflows/w1").json()
    assert (checks(one)["credentials"], checks(one)["error_workflow"]) == ("bad", "bad")
    assert hydra.client.get("/n8n/workflows/nope").status_code == 404


def test_what_was_previewed_is_done_and_can_be_put_back(hydra: Server, n8n: N8n) -> None:
    before = dict(n8n.workflows["w1"])
    seen = hydra.client.post("/n8n/harden/preview", json={}).json()
    changes = {(one["where"], one["field"]): one for one in seen["workflows"][0]["changes"]}
    assert ("settings", "errorWorkflow") in changes
    assert changes["Ask", "maxTries"]["after"] == 3
    [posting] = [one for one in seen["workflows"] if one["id"] == "w2"]
    assert any(one["caution"] for one in posting["changes"])
    item = done(hydra, hydra.client.post("/n8n/harden", json={}))
    assert (item["state"], len(item["result"]["workflows"])) == ("done", 3)
    assert (n8n.workflows["w1"]["settings"]["errorWorkflow"], n8n.workflows["w1"]["active"]) == ("w3", True)
    assert hydra.client.post("/n8n/harden/preview", json={}).json()["workflows"] == []
    assert done(hydra, hydra.client.post("/n8n/harden", json={}))["result"] == {"workflows": []}
    [kept] = hydra.client.get("/n8n/snapshots", params={"workflow": "w1"}).json()["snapshots"]
    assert done(hydra, hydra.client.post(f"/n8n/snapshots/{kept['id']}/restore"))["state"] == "done"
    assert {name: n8n.workflows["w1"][name] for name in ("nodes", "settings")} == {
        name: before[name] for name in ("nodes", "settings")
    }


def test_a_workflow_that_changes_before_the_answer_is_asked_about_anew(hydra: Server, n8n: N8n) -> None:
    asked = ended(hydra, hydra.client.post("/n8n/harden", json={"workflows": ["w1"]}).raise_for_status().json()["id"])
    before = dict(n8n.workflows["w1"])
    n8n.workflows["w1"] = before | {"name": "Not what was seen"}
    hydra.client.post(f"/queue/{asked['id']}/approve").raise_for_status()
    again = ended(hydra, asked["id"])
    assert [hold["kind"] for hold in again["holds"]] == ["approval"]
    assert n8n.workflows["w1"]["settings"] == before["settings"]
    hydra.client.post(f"/queue/{asked['id']}/approve").raise_for_status()
    assert ended(hydra, asked["id"], or_held=False)["state"] == "done"
    assert n8n.workflows["w1"]["settings"]["errorWorkflow"] == "w3"


def test_a_workflow_that_n8n_does_not_keep_as_written_is_put_back(hydra: Server, n8n: N8n) -> None:
    before = list(n8n.workflows["w1"]["nodes"])
    n8n.forgetful = True
    item = done(hydra, hydra.client.post("/n8n/harden", json={"workflows": ["w1"]}))
    assert (item["state"], item["error"]["code"]) == ("failed", "refused")
    assert n8n.workflows["w1"]["nodes"] == before


def test_a_failed_run_is_repeated_once_and_one_that_fails_again_waits_for_the_next_try(hydra: Server, n8n: N8n) -> None:
    first = n8n.ran("w1")
    item = done(hydra, hydra.client.post(f"/n8n/runs/{first}/rerun"))
    assert (item["state"], item["result"]["retry_of"]) == ("done", first)
    again = done(hydra, hydra.client.post(f"/n8n/runs/{first}/rerun"))  # somebody had it repeated already
    assert (again["result"]["id"], len(n8n.runs)) == (item["result"]["id"], 2)
    n8n.repairs = False
    id = hydra.client.post(f"/n8n/runs/{n8n.ran('w1')}/rerun").json()["id"]
    held = ended(hydra, id)
    assert [one["kind"] for one in held["holds"]] == ["retry"]
