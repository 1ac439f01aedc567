"""What goes wrong in a lab at night: memory, images, loops, the daemon itself; a real engine, and Hydra on Postgres."""

import json
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.areas.containers.waiting import actions, attempt, events, followed, until
from tests.areas.running import artifact, ended
from tests.peers.docker import IMAGE, Docker
from tests.peers.postgres import Postgres
from tests.server import Server

PROVE = ("--label", "hydra.heal.prove=2s")
RESTART = ("--label", "hydra.heal=restart", *PROVE)
STAY = "trap 'exit 0' TERM; while true; do sleep 0.1; done"


@pytest.fixture(scope="module")
def lab(docker: Docker, postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The running Hydra on Postgres; every container is gone when it ends."""
    with postgres_server.database() as url:
        folder = tmp_path_factory.mktemp("failures") / "data"
        server = Server(folder, HYDRA_DATABASE_URL=url, HYDRA_DOCKER__ADDRESS=docker.address).start()
        try:
            followed(server, docker)
            server.client.put("/containers/remediations", json={"most": 100}).raise_for_status()
            yield server
            print(server.tail())
        finally:
            server.close()
            for id in docker("ps", "--all", "--quiet").split():
                docker("rm", "--force", id)


def of(lab: Server, name: str) -> list[dict[str, Any]]:
    """Every attempt on a container."""
    found: list[dict[str, Any]] = lab.client.get("/containers/remediations", params={"container": name}).json()[
        "remediations"
    ]
    return found


def opened(lab: Server, path: str) -> str:
    """A page as a signed-in person sees it, which must not take long."""
    with httpx.Client(base_url=lab.url, follow_redirects=True, trust_env=False) as person:
        person.get("/ui/sign-in", params={"token": lab.token}).raise_for_status()
        begun = time.monotonic()
        text = person.get(path).raise_for_status().text
        assert time.monotonic() - begun < 4
    return text


def test_one_that_ran_out_of_memory_is_told_as_such(lab: Server, docker: Docker) -> None:
    eat = "test -f /fed && sleep 300; touch /fed; echo eating; x=a; while true; do x=$x$x; done"
    docker.run("glutton", eat, *RESTART, "--memory", "16m", "--memory-swap", "16m")
    told = attempt(lab, "glutton")
    assert (told["outcome"], told["reason"]) == ("recovered", "it ended with exit code 137: memory ran out")
    assert (told["before"]["oom_killed"], told["before"]["exit_code"]) == (True, 137)
    before = json.loads(artifact(lab, ended(lab, told["item"]), "before.json"))
    assert "containers.oom" in [one["name"] for one in before["happened"]]


def test_one_that_could_never_start_is_noticed_though_docker_tells_of_no_end(lab: Server, docker: Docker) -> None:
    docker("rm", "--force", "typo", check=False)
    docker("run", "--detach", "--network", "none", "--name", "typo", *RESTART, IMAGE, "/bin/not-there", check=False)
    told = attempt(lab, "typo")
    assert told["reason"].startswith("it could not be started: ")
    assert "/bin/not-there" in told["ladder"][0]["detail"]
    assert (told["outcome"], told["asks"]) == ("failed", True)


def test_one_that_flaps_under_its_restart_policy_is_not_called_well_in_between(lab: Server, docker: Docker) -> None:
    docker.run("flapping", "sleep 0.4; echo again; exit 7", "--label", "hydra.heal=restart", "--label",
               "hydra.heal.prove=5s", "--restart", "always")  # fmt: skip
    told = until(lambda: next((one for one in of(lab, "flapping") if one["outcome"] == "failed"), None), seconds=120)
    assert "it ended again and again" in told["ladder"][0]["detail"]
    assert told["asks"]
    count = len(of(lab, "flapping"))
    until(lambda: len([one for one in actions(lab, "flapping") if one == "die"]) >= 8)
    assert len(of(lab, "flapping")) == count, "while a person is asked nothing more is begun"
    docker("rm", "--force", "flapping")


def test_one_whose_dependency_is_down_comes_back_when_that_is_started(lab: Server, docker: Docker) -> None:
    docker("volume", "create", "line")
    docker.run("store", f"touch /line/up; {STAY}", "--volume", "line:/line")
    docker.run("idle", STAY)
    idle = docker.state("idle")["StartedAt"]
    docker.run("shop", "while test -f /line/up; do sleep 0.1; done; echo no store; exit 1", *PROVE,
               "--volume", "line:/line", "--label", "hydra.heal=on",
               "--label", "hydra.depends_on=store,idle")  # fmt: skip
    docker("kill", "store")
    docker.run("cut", "rm /line/up", "--volume", "line:/line")
    told = attempt(lab, "shop")
    assert (told["outcome"], told["rungs"]) == ("recovered", ["restart", "recreate", "dependencies"])
    assert told["ladder"][-1]["detail"].startswith("after a restart of store it was well")
    assert docker.state("store")["Running"] is True
    assert docker.state("idle")["StartedAt"] == idle, "what is well is left alone"


def test_a_daemon_killed_in_the_middle_of_a_restart_is_waited_for_and_the_restart_done_once(
    lab: Server, docker: Docker
) -> None:
    docker.run("slow", "trap 'sleep 4; exit 0' TERM; while true; do sleep 0.1; done", "--stop-timeout", "30")
    until(lambda: "start" in actions(lab, "slow"))
    item = lab.client.post("/containers/slow/restart").json()["id"]
    until(lambda: "kill" in actions(lab, "slow"))
    os.kill(docker.pid, signal.SIGKILL)
    held = until(lambda: one if (one := lab.client.get(f"/queue/{item}").json())["state"] == "held" else None)
    assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
    assert "Docker" in held["holds"][0]["detail"]
    page = opened(lab, "/ui/containers")
    assert "The container host does not answer" in page
    docker.restart()
    over = ended(lab, item, or_held=False)
    assert (over["state"], over["attempts"]) == ("done", 2)
    until(lambda: "start" in actions(lab, "slow")[-2:])
    lives = [one for one in actions(lab, "slow") if one in ("create", "start", "die")]
    assert lives == ["create", "start", "die", "start"]
    docker.run("up", STAY)
    before = docker.state("up")["StartedAt"]
    item = lab.client.post("/containers/up/restart").json()["id"]
    until(lambda: docker.state("up")["Running"] and docker.state("up")["StartedAt"] != before)
    os.kill(docker.pid, signal.SIGKILL)
    until(lambda: lab.client.get(f"/queue/{item}").json()["state"] == "held")
    docker.restart()  # it ends what it finds, here with exit code 0
    assert ended(lab, item, or_held=False)["state"] == "done"
    assert docker.state("up")["Running"], "it was restarted, so that it runs"


def test_a_daemon_that_hangs_holds_the_work_and_no_page(lab: Server, docker: Docker) -> None:
    docker.run("calm", STAY)
    until(lambda: "start" in actions(lab, "calm"))
    lost = len(events(lab, None, name="containers.lost"))
    os.kill(docker.pid, signal.SIGSTOP)
    try:
        item = lab.client.post("/containers/calm/restart").json()["id"]
        assert "calm" in opened(lab, "/ui/containers")
        assert "Docker did not answer within 2 s" in opened(lab, "/ui/containers/calm")
        held = until(
            lambda: one if (one := lab.client.get(f"/queue/{item}").json())["state"] == "held" else None, seconds=90
        )
        assert [hold["kind"] for hold in held["holds"]] == ["requirement"]
        until(lambda: len(events(lab, None, name="containers.lost")) == lost + 1)
        begun = time.monotonic()
        assert lab.client.get("/containers").status_code == 502
        assert time.monotonic() - begun < 1, "that it is lost is known, so nobody waits for it"
    finally:
        os.kill(docker.pid, signal.SIGCONT)
    assert ended(lab, item, or_held=False)["state"] == "done"
    until(lambda: len(events(lab, None, name="containers.back")) >= 1)
    lives = [one for one in actions(lab, "calm") if one in ("create", "start", "die")]
    assert lives == ["create", "start", "die", "start"]


def test_a_check_that_hangs_is_told_in_its_own_words_and_a_killed_one_as_killed(lab: Server, docker: Docker) -> None:
    checked = ("--health-cmd", "sleep 60", "--health-interval", "1s", "--health-timeout", "1s", "--health-retries", "1")
    docker.run("hangs", STAY, *checked, *RESTART)
    docker.run("shot", STAY, *RESTART)
    until(lambda: "start" in actions(lab, "shot"))
    os.kill(int(str(docker.state("shot")["Pid"])), signal.SIGKILL)
    told = attempt(lab, "hangs")
    assert "Health check exceeded timeout" in told["reason"]
    assert "Health check exceeded timeout" in told["detail"]
    assert "starting" not in told["detail"]
    assert attempt(lab, "shot")["reason"] == "it ended with exit code 137 (killed)"
    assert "its check said: Health check exceeded timeout" in opened(lab, "/ui/containers/hangs")
