"""Reconciling the containers of a real Docker Engine: drift, order, what goes wrong, and what is remembered of it."""

import json
from typing import Any

import pytest

from tests.areas.containers.waiting import image, until
from tests.areas.running import ended
from tests.peers.docker import IMAGE, Docker
from tests.server import Server

pytestmark = pytest.mark.usefixtures("clean")
LOOP = "trap 'exit 0' TERM; while :; do sleep 0.1; done"  # it ends at once when it is stopped
RUNS = {"image": IMAGE, "command": ["sh", "-c", LOOP], "networks": ["none"]}
SECRET = "hunter2-of-the-lab"


def wanted(lab: Server, **containers: dict[str, Any]) -> dict[str, Any]:
    """Have these containers be wanted; the revision."""
    answer = lab.client.put("/reconcile/desired", json={"containers": containers})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()["revision"]
    return told


def plan(lab: Server) -> dict[str, Any]:
    """What is not as it is wanted."""
    told: dict[str, Any] = lab.client.get("/reconcile/plan").raise_for_status().json()
    return told


def applied(lab: Server, **input: Any) -> dict[str, Any]:
    """What came of applying, a person's yes included where one was asked; the item."""
    id = lab.client.post("/reconcile/apply", json=input).raise_for_status().json()["id"]
    item = ended(lab, id)
    if item["state"] == "held":
        assert [hold["kind"] for hold in item["holds"]] == ["approval"], item
        lab.client.post(f"/queue/{id}/approve", json={}).raise_for_status()
        item = ended(lab, id, or_held=False)
    return item


def test_two_drifted_containers_are_reconciled_in_order_twice(lab: Server, docker: Docker) -> None:
    docker.run("db", LOOP)
    docker.run("web", LOOP)
    db = docker("inspect", "--format", "{{.Id}}", "db")
    labels = {"team": "lab"}
    wanted(lab, web=RUNS | {"depends_on": ["db"], "labels": labels, "env": {"API_TOKEN": SECRET, "MODE": "fast"}},
           db={"image": IMAGE} | {"restart_policy": "unless-stopped"}, job=RUNS | {"state": "stopped"})  # fmt: skip
    for _ in range(2):
        docker("stop", "--time", "0", "db")
        docker.run("web", LOOP)
        told = plan(lab)
        assert not told["in_sync"]
        assert [(one["name"], one["what"]) for one in told["actions"] if one["name"] != "job"] == [
            ("db", "start"), ("web", "recreate")
        ]  # fmt: skip
        web = told["actions"][-1] if told["actions"][-1]["name"] == "web" else told["actions"][-2]
        assert web["downtime"]
        assert set(web["drift"]) == {"wrong labels", "wrong settings"}
        assert web["policy"]["rule"] == "floor:deletes data"
        assert SECRET not in json.dumps(told)
        item = applied(lab)
        assert item["state"] == "done", item
        assert {one["became"] for one in item["result"]["done"]} == {"done"}
        assert plan(lab)["actions"] == []
        again = applied(lab)
        assert (again["state"], again["result"]["done"]) == ("done", [])
    assert docker("inspect", "--format", "{{.Id}} {{.HostConfig.RestartPolicy.Name}}", "db") == f"{db} unless-stopped"
    told = json.loads(docker("inspect", "--format", "{{json .Config}}", "web"))
    assert (told["Labels"]["team"], f"API_TOKEN={SECRET}" in told["Env"]) == ("lab", True)
    assert docker.state("job")["Status"] == "created"
    everything = lab.client.get("/reconcile/desired").text + lab.client.get("/reconcile/history").text
    assert SECRET not in everything
    assert "MODE: fast" in lab.client.get("/reconcile/desired").json()["document"]


def test_a_bad_image_goes_back_is_remembered_and_is_tried_again_when_asked(lab: Server, docker: Docker) -> None:
    image(docker, "app:1", LOOP, "WHO=one")
    image(docker, "app:2", "sleep 0.5; exit 3")
    docker.start("app", "app:1", "--env", "KEPT=1", "--volume", "data:/d")
    first = docker("inspect", "--format", "{{.Id}}", "app")
    number = wanted(lab, app={"image": "app:2"}, next={**RUNS, "depends_on": ["app"]}, other=RUNS)["number"]
    item = applied(lab)
    assert item["state"] == "failed"
    assert "exit code 3; the one before is back and runs" in item["error"]["detail"]
    became = {one["name"]: one["became"] for one in item["error"]["data"]["done"]}
    assert became == {"app": "rolled back", "next": "not tried", "other": "done"}
    assert (docker("inspect", "--format", "{{.Id}}", "app"), docker.state("app")["Running"]) == (first, True)
    assert docker("ps", "--all", "--format", "{{.Names}}").split().count("app") == 1
    (action,) = [one for one in plan(lab)["actions"] if one["name"] == "app"]
    assert f"revision {number} tried it" in action["why_not"]
    quiet = applied(lab)
    assert "app" not in {one["name"] for one in (quiet["result"] or {}).get("done", [])}
    assert applied(lab, again=True)["state"] == "failed"
    history = lab.client.get("/reconcile/history").json()
    assert history["runs"][0]["outcome"] == "rolled back"
    assert "app: " in history["revisions"][0]["bad"][0]
    image(docker, "app:2", LOOP, "WHO=two")
    item = applied(lab)
    assert item["state"] == "done", item
    made = json.loads(docker("inspect", "app"))[0]
    assert {"KEPT=1", "WHO=two"} <= set(made["Config"]["Env"])
    assert made["Mounts"][0]["Name"] == "data"
    assert plan(lab)["in_sync"]


def test_an_image_that_cannot_be_had_changes_nothing(lab: Server, docker: Docker) -> None:
    docker.run("web", LOOP)
    before = docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", "web")
    wanted(lab, web=RUNS | {"image": "127.0.0.1:1/none:1"})
    item = applied(lab)
    assert item["state"] == "failed"
    assert docker("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", "web") == before
    assert docker("ps", "--all", "--format", "{{.Names}}") == "web"


def test_what_runs_is_taken_over_and_is_then_as_it_is_wanted(lab: Server, docker: Docker) -> None:
    docker.run("db", LOOP, "--env", f"DB_PASSWORD={SECRET}", "--volume", "data:/d", "--restart", "always")
    docker.run("web", LOOP, "--label", "hydra.depends_on=db", "--user", "1000")
    docker.run("gone", "true")
    docker("wait", "gone")
    draft = lab.client.get("/reconcile/draft").raise_for_status().json()
    assert SECRET not in draft["document"]
    assert draft["plan"]["actions"] == []
    edited = draft["document"].replace("prune: false\n", "")
    answer = lab.client.put("/reconcile/desired", content=edited, headers={"Content-Type": "application/yaml"})
    assert answer.status_code == 200, answer.text
    told = lab.client.post("/reconcile/import", json={}).raise_for_status().json()
    assert not told["changed"]
    shown = lab.client.get("/reconcile/desired").json()["desired"]["containers"]
    assert shown["web"]["depends_on"] == ["db"]
    assert (shown["db"]["volumes"], shown["db"]["restart_policy"]) == (["data:/d"], "always")
    assert shown["gone"]["state"] == "stopped"
    assert plan(lab)["in_sync"]
    docker("rm", "--force", "db")
    assert applied(lab)["state"] == "done"
    assert f"DB_PASSWORD={SECRET}" in docker("inspect", "--format", "{{json .Config.Env}}", "db")


def test_an_unhealthy_container_is_restarted_and_extra_ones_go_only_when_that_is_said(
    lab: Server, docker: Docker
) -> None:  # fmt: skip
    check = ("--health-cmd", "test ! -f /tmp/ill", "--health-interval", "1s", "--health-retries", "1")
    docker.run("web", f"rm -f /tmp/ill; {LOOP}", *check)
    docker.run("extra", LOOP)
    wanted(lab, web={"image": IMAGE})
    until(lambda: docker.state("web")["Health"]["Status"] == "healthy")  # type: ignore[index]
    assert (plan(lab)["in_sync"], plan(lab)["extra"]) == (True, ["extra"])
    docker("exec", "web", "touch", "/tmp/ill")
    until(lambda: plan(lab)["actions"])
    assert [(one["drift"], one["what"]) for one in plan(lab)["actions"]] == [(["unhealthy"], "restart")]
    assert applied(lab)["state"] == "done"
    lab.client.put(
        "/reconcile/desired", json={"prune": True, "containers": {"web": {"image": IMAGE}}}
    ).raise_for_status()
    id = lab.client.post("/reconcile/apply", json={}).json()["id"]
    assert ended(lab, id)["state"] == "held"
    (question,) = [one for one in lab.client.get("/inbox").json()["approvals"] if one["item"]["id"] == id]
    assert question["preview"]["parts"][0]["lines"][0][0] == "container extra: remove"
    assert "extra" in docker("ps", "--format", "{{.Names}}").split()
    lab.client.post(f"/queue/{id}/approve", json={}).raise_for_status()
    assert ended(lab, id, or_held=False)["state"] == "done"
    assert docker("ps", "--all", "--format", "{{.Names}}") == "web"


def test_a_replacement_that_is_cancelled_in_the_middle_leaves_the_old_container_running(
    lab: Server, docker: Docker
) -> None:
    docker.run("web", LOOP)
    old = docker("inspect", "--format", "{{.Id}}", "web")
    docker.run("slow", LOOP, "--health-cmd", "true", "--health-interval", "1h")  # for an hour nobody knows how it is
    docker("commit", "slow", "never:1")
    docker("rm", "--force", "slow")
    wanted(lab, web={"image": "never:1"})
    item = lab.client.post("/reconcile/apply", json={}).raise_for_status().json()["id"]
    assert [hold["kind"] for hold in ended(lab, item)["holds"]] == ["approval"]
    lab.client.post(f"/queue/{item}/approve", json={}).raise_for_status()
    until(lambda: docker("inspect", "--format", "{{.Config.Image}}", "web", check=False) == "never:1")
    lab.client.post(f"/queue/{item}/cancel").raise_for_status()
    assert ended(lab, item, or_held=False)["state"] == "cancelled"
    until(lambda: docker("inspect", "--format", "{{.Id}}", "web", check=False) == old)
    until(lambda: docker.state("web")["Running"])
    assert docker("ps", "--all", "--format", "{{.Names}}").split() == ["web"]
