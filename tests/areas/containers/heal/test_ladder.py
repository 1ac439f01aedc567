"""Containers are healed on a real Docker Engine: by the rungs that help, never without proof, never too often."""

import json

from tests.areas.containers.waiting import actions, attempt, events, image, until
from tests.areas.running import artifact, ended
from tests.peers.docker import Docker
from tests.server import Server

PROVE = ("--label", "hydra.heal.prove=2s")
HEAL = ("--label", "hydra.heal=on", *PROVE)
COMPOSE = "com.docker.compose"
STAY = "trap 'exit 0' TERM; while true; do sleep 0.1; done"


def test_a_container_that_crashed_is_restarted_and_proved_to_be_well(lab: Server, docker: Docker) -> None:
    docker.run("crash", "echo life; test -f /ok && sleep 300; touch /ok; sleep 0.5; echo dying; exit 5", *HEAL)
    told = attempt(lab, "crash")
    assert (told["outcome"], told["rungs"], told["reason"]) == ("recovered", ["restart"], "it ended with exit code 5")
    assert (told["before"]["exit_code"], told["after"]["state"]) == (5, "running")
    assert (told["ladder"][0]["came"], told["said"]) == ("helped", ["life", "dying"])
    assert told["recovery_s"] >= 2
    item = ended(lab, told["item"])
    assert b"dying" in artifact(lab, item, "before.log")
    assert artifact(lab, item, "after.log").rstrip().endswith(b"life")
    before = json.loads(artifact(lab, item, "before.json"))
    assert [one["name"] for one in before["happened"]][:3] == [
        "containers.create", "containers.start", "containers.die",
    ]  # fmt: skip
    assert item["cause"] == events(lab, "crash", name="containers.die")[0]["id"]
    assert docker.state("crash")["Running"] is True


def test_one_that_is_unhealthy_is_restarted_until_it_is_healthy(lab: Server, docker: Docker) -> None:
    check = ("--health-cmd", "test -f /tmp/well", "--health-interval", "200ms", "--health-retries", "1")
    docker.run("ill", f"test -f /once && touch /tmp/well; touch /once; {STAY}", *HEAL, *check)
    told = attempt(lab, "ill")
    assert (told["outcome"], told["after"]["health"]) == ("recovered", "healthy")


def test_when_a_restart_does_not_help_it_is_made_anew_with_all_it_had(lab: Server, docker: Docker) -> None:
    options = ("--volume", "/kept", "--volume", "named:/named:ro", "--env", "COLOUR=red", "--label", "mine=1",
               "--memory", "64m", "--restart", "no", *HEAL)  # fmt: skip
    docker.run("spoilt", "test -f /spoilt && exit 3; echo kept > /kept/it; touch /spoilt; sleep 0.3; exit 3", *options)
    old = json.loads(docker("inspect", "spoilt"))[0]
    told = attempt(lab, "spoilt")
    assert told["outcome"] == "failed"
    assert told["rungs"] == ["restart", "recreate"]
    assert docker("ps", "--all", "--format", "{{.Names}}", "--filter", "name=spoilt") == "spoilt", "the old one is back"
    assert json.loads(docker("inspect", "spoilt"))[0]["Id"] == old["Id"]

    lab.client.post(f"/queue/{told['item']}/reject", json={}).raise_for_status()
    sleeper = "test -f /spoilt && exit 3; test -f /kept/once && sleep 300; touch /kept/once /spoilt; sleep 0.3; exit 3"
    docker.run("spoilt", sleeper, *options, "--label", "hydra.heal.cooldown=1s")
    old = json.loads(docker("inspect", "spoilt"))[0]
    until(lambda: attempt(lab, "spoilt")["id"] != told["id"], seconds=120)
    told = attempt(lab, "spoilt")
    assert (told["outcome"], told["rungs"]) == ("recovered", ["restart", "recreate"])
    new = json.loads(docker("inspect", "spoilt"))[0]
    assert new["Id"] != old["Id"]
    assert new["Config"] | {"Hostname": ""} == old["Config"] | {"Hostname": ""}
    assert new["Config"]["Hostname"] == new["Id"][:12]
    assert {**new["HostConfig"], "Binds": None} == {**old["HostConfig"], "Binds": None}
    mounts = [{(one["Destination"], one["Name"], one["RW"]) for one in each["Mounts"]} for each in (old, new)]
    assert mounts[0] == mounts[1]
    assert docker("ps", "--all", "--quiet", "--filter", "name=spoilt").count("\n") == 0, "the old one is gone"


def test_what_it_depends_on_is_restarted_when_it_does_not_help_itself(lab: Server, docker: Docker) -> None:
    docker("volume", "create", "shared")
    mount = ("--volume", "shared:/shared", "--label", f"{COMPOSE}.project=shop")
    docker.run("db", f"touch /shared/up; {STAY}", *mount, "--label", f"{COMPOSE}.service=db")
    docker.run("app", "while test -f /shared/up; do sleep 0.1; done; exit 1", *mount, *PROVE,
               "--label", "hydra.heal=restart,dependencies", "--label", f"{COMPOSE}.service=app",
               "--label", f"{COMPOSE}.depends_on=db:x:y")  # fmt: skip
    docker("exec", "db", "rm", "/shared/up")
    told = attempt(lab, "app")
    assert (told["outcome"], told["rungs"]) == ("recovered", ["restart", "dependencies"])
    assert told["ladder"][1]["detail"].startswith("after a restart of db it was well for 2 s")


def test_with_a_bad_image_it_goes_back_to_the_last_that_was_healthy(lab: Server, docker: Docker) -> None:
    good = image(docker, "lab/app:1", "sleep 300", "GREETING=old")
    image(docker, "lab/app:2", "echo cannot load shared libraries; exit 127", "GREETING=new")
    docker.start("site", "lab/app:1", *HEAL, "--env", "OWN=kept")
    until(
        lambda: any(one["container"] == "site" for one in lab.client.get("/containers/healthy-images").json()["images"])
    )
    docker.start("site", "lab/app:2", *HEAL, "--env", "OWN=kept")
    told = attempt(lab, "site")
    assert (told["outcome"], told["rungs"]) == ("recovered", ["restart", "recreate", "rollback"])
    left_out = {one["rung"]: one["detail"] for one in told["ladder"] if one["came"] == "left out"}
    assert left_out == {"dependencies": "it depends on nothing that its labels name"}
    now = json.loads(docker("inspect", "site"))[0]
    assert (now["State"]["Running"], now["Image"], now["Config"]["Image"]) == (True, good, "lab/app:1")
    assert {"OWN=kept", "GREETING=old"} <= set(now["Config"]["Env"]), (
        "what is its own stays, what is the image's does not"
    )


def test_when_nothing_helps_a_person_is_asked_and_may_have_it_tried_once_more(lab: Server, docker: Docker) -> None:
    docker("volume", "create", "sulk")
    labels = (*PROVE, "--label", "hydra.heal=restart", "--label", "hydra.heal.attempts=1", "--volume", "sulk:/sulk")
    docker.run("hopeless", "test -f /sulk/over && sleep 300; echo no use; exit 9", *labels)
    told = attempt(lab, "hopeless")
    assert (told["outcome"], told["asks"]) == ("failed", True)
    assert told["detail"] == "after a restart it has ended with exit code 9"
    (hold,) = ended(lab, told["item"])["holds"]
    assert hold["kind"] == "approval"
    for words in ("hopeless was not healed", "First it ended with exit code 9", "It wrote last: “no use”"):
        assert words in hold["detail"]
    (question,) = [one for one in lab.client.get("/inbox").json()["approvals"] if one["item"]["id"] == told["item"]]
    assert question["rule"] == "healing"
    docker("start", "hopeless")  # it fails again meanwhile: nobody is asked twice
    docker("wait", "hopeless")
    until(lambda: len(events(lab, "hopeless", name="containers.die")) >= 3)
    docker.run("fixer", "touch /sulk/over", "--volume", "sulk:/sulk")
    docker("wait", "fixer")
    lab.client.post(f"/queue/{told['item']}/approve", json={}).raise_for_status()
    again = until(lambda: one if (one := attempt(lab, "hopeless"))["outcome"] == "recovered" else None)
    assert (again["id"], again["asks"]) == (told["id"], False)
    assert ended(lab, told["item"])["state"] == "done"
    figures = lab.client.get("/containers/remediations", params={"container": "hopeless"}).json()
    assert (len(figures["remediations"]), figures["success_rate"]) == (1, 1)
    assert {"healing", "healing_failed", "healed"} <= set(actions(lab, "hopeless"))


def test_a_question_is_taken_back_when_it_has_become_well_without_hydra(lab: Server, docker: Docker) -> None:
    labels = ("--label", "hydra.heal=restart", "--label", "hydra.heal.prove=1s")
    docker.run("moody", "test -f /ok || exit 1; sleep 300", *labels)
    told = attempt(lab, "moody")
    assert told["asks"]
    (docker.folder / "ok").write_text("")
    docker("cp", str(docker.folder / "ok"), "moody:/ok")
    docker("start", "moody")
    until(lambda: ended(lab, told["item"])["state"] == "cancelled")
    assert "since then it has become well without Hydra" in attempt(lab, "moody")["detail"]


def test_a_circle_of_dependencies_is_said_and_the_other_rungs_are_tried(lab: Server, docker: Docker) -> None:
    docker.run("hen", "sleep 300", "--label", "hydra.depends_on=egg")
    docker.run("egg", "exit 2", *PROVE, "--label", "hydra.heal=restart,dependencies", "--label", "hydra.depends_on=hen")
    told = attempt(lab, "egg")
    assert told["ladder"][1]["detail"] == "they depend on each other in a circle: egg → hen → egg"
    assert told["outcome"] == "failed"


def test_shadow_only_says_what_it_would_have_done(lab: Server, docker: Docker) -> None:
    docker.run("shadow", "exit 4", "--label", "hydra.heal=shadow,restart")
    told = attempt(lab, "shadow")
    assert (told["outcome"], told["detail"], told["rungs"]) == ("would have", "would have restarted it", [])
    assert docker.state("shadow")["Running"] is False


def test_out_of_its_hours_and_while_it_cools_down_it_waits(lab: Server, docker: Docker) -> None:
    docker.run("later", "exit 1", *HEAL, "--label", "hydra.heal.hours=mon-sun 00:00-00:01")
    waits = until(
        lambda: lab.client.get("/containers/remediations", params={"container": "later"}).json()["remediations"]
    )
    assert (waits[0]["outcome"], waits[0]["detail"]) == ("waits", "it is healed only in its hours, mon-sun 00:00-00:01")
    item = lab.client.get(f"/queue/{waits[0]['item']}").json()
    assert [hold["kind"] for hold in item["holds"]] == ["not_before"]
    lab.client.post(f"/queue/{item['id']}/cancel").raise_for_status()
    assert until(lambda: attempt(lab, "later"))["detail"] == "the work was cancelled"
    cool = ("--label", "hydra.heal.cooldown=4s", "--volume", "/v")
    docker.run(
        "fickle",
        "test -f /v/a && { sleep 2.5; exit 1; }; touch /v/a; exit 1",
        *PROVE,
        "--label",
        "hydra.heal=restart",
        *cool,
    )
    until(lambda: "it cools down for 4 s after the last attempt" in str(
        lab.client.get("/containers/remediations", params={"container": "fickle"}).json()["remediations"]))  # fmt: skip
    docker("rm", "--force", "fickle")


def test_what_is_protected_or_wrongly_labelled_is_refused_and_what_was_stopped_is_left_alone(
    lab: Server, docker: Docker
) -> None:
    lab.client.put("/containers/remediations", json={"protected": ["vault*"], "most": 100}).raise_for_status()
    docker.run("vault-1", "exit 1", *HEAL)
    docker.run("odd", "exit 1", *HEAL, "--label", "hydra.heal.cooldown=soon")
    docker.run("stopped", "sleep 300", *HEAL)
    docker.run("unasked", "exit 1")
    docker("kill", "stopped")
    assert attempt(lab, "vault-1")["detail"] == "it is protected"
    assert attempt(lab, "odd")["detail"] == "The label hydra.heal.cooldown=soon makes no sense."
    until(lambda: "die" in actions(lab, "stopped"))
    lab.client.put("/containers/remediations", json={"most": 1, "within_minutes": 60}).raise_for_status()
    docker.run("storm", "exit 1", *HEAL)
    docker.run("gale", "exit 1", *HEAL)
    both = [attempt(lab, "storm"), attempt(lab, "gale")]
    assert all("something larger is wrong" in one["detail"] for one in both)
    assert sorted(one["asks"] for one in both) == [False, True], "a person is asked once"
    for name in ("stopped", "unasked"):
        assert lab.client.get("/containers/remediations", params={"container": name}).json()["remediations"] == []
