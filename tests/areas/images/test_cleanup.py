"""Cleaning up on a real Docker Engine: what goes, what stays and why, and what it came to."""

import os
import signal
import time
from typing import Any

import pytest

from tests.areas.containers.waiting import until
from tests.areas.running import ended
from tests.peers.docker import IMAGE, Docker
from tests.server import Server

pytestmark = pytest.mark.usefixtures("clean")
OLD = {"older_than_days": 0}


def look(lab: Server, **wanted: Any) -> dict[str, Any]:
    """What a dry run answers."""
    answer = lab.client.post("/images/cleanup", params={"wait": 60}, json=wanted)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def asked(lab: Server, **wanted: Any) -> dict[str, Any]:
    """A real clean-up as it waits for a person, with what it shows."""
    item = lab.client.post("/images/cleanup", json={"dry_run": False} | wanted).json()
    held = ended(lab, item["id"])
    assert held["state"] == "held", held
    (question,) = [one for one in lab.client.get("/inbox").json()["approvals"] if one["item"]["id"] == item["id"]]
    found: dict[str, Any] = question
    return found


def approved(lab: Server, question: dict[str, Any]) -> dict[str, Any]:
    """What came of a clean-up after a person's yes."""
    lab.client.post(f"/queue/{question['item']['id']}/approve", json={}).raise_for_status()
    item = ended(lab, question["item"]["id"])
    assert item["state"] == "done", item
    told: dict[str, Any] = item["result"]
    return told


def names(things: list[dict[str, Any]], kind: str = "image") -> set[str]:
    """What they are called."""
    return {one["name"] for one in things if one["kind"] == kind}


def reasons(told: dict[str, Any], name: str) -> list[str]:
    """Why something stays."""
    found: list[str] = next((one["why"] for one in told["stays"] if one["name"] == name), [])
    return found


def test_the_disk_is_told_with_sizes_uses_and_who_refers(lab: Server, docker: Docker) -> None:
    docker.image("shop/api:1", size=200)
    docker.run("job", "true", "--rm", image="shop/api:1")
    until(lambda: docker("ps", "--all", "--quiet") == "")
    docker.run("web", "head -c 70000 /dev/zero > /f; sleep 300", "--volume", "data:/d")
    until(lambda: usage(lab)["images"]["shop/api:1"]["last_used_at"])
    told = usage(lab)
    api, base = told["images"]["shop/api:1"], told["images"][IMAGE]
    assert (api["used_by"], api["last_used_by"], base["used_by"]) == ([], "job", ["web"])
    assert base["last_used_at"] == told["measured_at"]
    assert told["containers"]["web"]["bytes"] == 70000
    assert (told["volumes"]["data"]["used_by"], told["volumes"]["data"]["anonymous"]) == (["web"], False)
    assert told["sizes"]["total"] == sum(
        told["sizes"][one] for one in ("images", "containers", "volumes", "build_cache")
    )
    assert lab.client.get("/images/usage", params={"measure": False}).json()["measured_at"] == told["measured_at"]


def usage(lab: Server) -> dict[str, Any]:
    """What is told of the disk, by name."""
    told = lab.client.get("/images/usage").raise_for_status().json()
    by_name = {
        "images": {name: one for one in told["images"] for name in one["names"]},
        "containers": {one["name"]: one for one in told["containers"]},
        "volumes": {one["name"]: one for one in told["volumes"]},
    }
    return {**told, **by_name}


def test_a_look_says_what_would_go_and_why_the_rest_stays_and_changes_nothing(lab: Server, docker: Docker) -> None:
    for name in ("spare:1", "new:1", "mine:1"):
        docker.image(name)
    docker.image("kept:1", labels={"hydra.keep": "1"})
    docker.run("old", "true", image="new:1")
    docker("wait", "old")
    lab.client.put("/images/rules", json={"keep": ["mine"]}).raise_for_status()
    before = sorted(docker("images", "--quiet", "--all").split())
    told = look(lab, **OLD)
    assert (told["dry_run"], names(told["goes"])) == (True, {"spare:1", IMAGE})
    assert reasons(told, "new:1") == ["container old refers to it, exited"]
    assert reasons(told, "kept:1") == ["its label hydra.keep says so"]
    assert reasons(told, "mine:1") == ["your rules keep mine"]
    by_default = look(lab)
    assert by_default["goes"] == []
    assert reasons(by_default, "spare:1") == ["it came today; it must be unused for 30 days"]
    assert sorted(docker("images", "--quiet", "--all").split()) == before
    lab.client.put("/images/rules", json={}).raise_for_status()


def test_what_a_person_saw_and_approved_goes_and_the_host_measures_it(lab: Server, docker: Docker) -> None:
    docker.run("base", "sleep 300")
    docker.image("spare:1", size=800)
    docker("tag", "spare:1", "spare:latest")
    docker.image("wanted:1", size=10)
    docker.build_with_cache("built:1", size=300)
    docker("rmi", "built:1")
    docker("volume", "create", "named")
    question = asked(lab, volumes=True, **OLD)
    shown = dict(question["preview"]["parts"][0]["lines"])
    assert {"image: spare:1, spare:latest", "image: wanted:1"} <= shown.keys()
    assert "no container refers to it" in shown["image: wanted:1"]
    docker.run("late", "true", image="wanted:1")
    docker("wait", "late")
    told = approved(lab, question)
    assert names(told["removed"]) == {"spare:1, spare:latest"}
    assert names(told["removed"], "build cache")
    (failed,) = [one for one in told["failed"] if one["kind"] == "image"]
    assert (failed["name"], failed["why"]) == ("wanted:1", "by now container late refers to it, exited")
    assert told["reclaimed_bytes"] == told["before"]["total"] - told["after"]["total"]
    assert told["reclaimed_bytes"] >= 1100 * 1024
    assert "spare" not in docker("images")
    assert docker("volume", "ls", "--quiet") == "named"
    cleaned = lab.client.get("/activity", params={"topic": "images", "limit": 20}).json()["events"]
    assert next(one for one in cleaned if one["name"] == "images.cleaned")["data"]["failed"] == ["wanted:1"]


def test_volumes_always_ask_even_where_policy_allows_a_clean_up(lab: Server, docker: Docker) -> None:
    docker.run("base", "true", "--volume", "/unnamed")
    docker("rm", "base")
    volume = docker("volume", "ls", "--quiet")
    text = "rules:\n  - {name: tidy, operation: images.cleanup, then: allow, reason: it may}\n"
    lab.data.joinpath("policy.yaml").write_text(text)
    until(lambda: [one for one in lab.client.get("/policy").json()["rules"] if "tidy" in one["name"]])
    docker.run("holds", "sleep 300")
    docker.image("spare:1")
    done = ended(lab, lab.client.post("/images/cleanup", json={"dry_run": False, **OLD}).json()["id"])
    assert names(done["result"]["removed"]) == {"spare:1"}
    question = asked(lab, volumes=True, **OLD)
    assert question["rule"] == "floor:deletes data"
    assert names(approved(lab, question)["removed"], "volume") == {volume}
    lab.data.joinpath("policy.yaml").write_text("rules: []\n")


def test_what_a_container_may_have_to_go_back_to_stays(lab: Server, docker: Docker) -> None:
    docker.image("app:1", size=5)
    docker.run("app", "sleep 300", image="app:1")
    until(lambda: usage(lab)["images"]["app:1"]["last_used_by"] == "app")
    docker.image("app:2", size=6)
    docker.run("app", "sleep 300", image="app:2")
    docker("tag", "app:1", "unused:1")
    docker("rmi", "app:1")
    assert reasons(look(lab, **OLD), "unused:1") == ["container app ran from it before, and may have to go back to it"]


def test_what_healing_goes_back_to_stays_whatever_the_rules_say(lab: Server, docker: Docker) -> None:
    lab.client.put("/images/rules", json={"rollbacks": 0}).raise_for_status()
    healed = ("--label", "hydra.heal=restart", "--label", "hydra.heal.prove=1s")
    first = docker.image("app:1", size=5)
    docker.run("app", "sleep 300", *healed, image="app:1")
    until(lambda: first in lab.client.get("/containers/healthy-images").text)
    docker.image("app:2", size=6)
    docker.run("app", "sleep 300", *healed, image="app:2")
    until(lambda: lab.client.get("/containers/app").json()["image"] == "app:2")
    until(lambda: reasons(look(lab, **OLD), "app:1") == ["healing takes container app back to it"])
    lab.client.put("/images/rules", json={}).raise_for_status()


def test_while_docker_hangs_a_clean_up_waits_and_the_page_says_so_at_once(lab: Server, docker: Docker) -> None:
    docker.image("spare:1")
    usage(lab)
    os.kill(docker.pid, signal.SIGSTOP)
    try:
        item = lab.client.post("/images/cleanup", json=OLD).json()
        held = ended(lab, item["id"])
        assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
        begun = time.monotonic()
        page = lab.client.get("/ui/images", headers={"Accept": "text/html"})
        assert (page.status_code, time.monotonic() - begun < 5) == (200, True)
        assert "does not answer" in page.text
        assert "spare:1" in page.text
    finally:
        os.kill(docker.pid, signal.SIGCONT)
    told = ended(lab, item["id"], or_held=False)
    assert names(told["result"]["goes"]) == {"spare:1", IMAGE}
