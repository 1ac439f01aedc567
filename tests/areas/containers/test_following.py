"""What happens to containers is heard once: while all is well, over a restart of Hydra, and over one of Docker."""

import os
import signal
import time
from pathlib import Path

from tests.areas.containers.waiting import actions, events, until
from tests.peers.docker import Docker
from tests.server import Server


def test_a_containers_life_is_journaled_in_order(lab: Server, docker: Docker) -> None:
    docker.run("life", "exit 3")
    docker("wait", "life")
    docker("rm", "life")
    until(lambda: "destroy" in actions(lab, "life"))
    assert actions(lab, "life") == ["create", "start", "die", "destroy"]
    (died,) = events(lab, "life", name="containers.die")
    assert died["data"]["exit_code"] == 3
    assert "found" not in died["data"]


def test_health_is_told_when_it_changes(lab: Server, docker: Docker) -> None:
    check = ("--health-cmd", "test -f /tmp/well", "--health-interval", "200ms", "--health-retries", "1")
    docker.run("web", "touch /tmp/well; sleep 300", *check)
    until(lambda: "health_status" in actions(lab, "web"))
    docker("exec", "web", "rm", "/tmp/well")
    until(lambda: len([one for one in actions(lab, "web") if one == "health_status"]) == 2)
    told = [one["data"]["health"] for one in events(lab, "web", name="containers.health_status")]
    assert told == ["healthy", "unhealthy"]
    docker("rm", "--force", "web")


def test_what_happened_while_hydra_was_away_is_found_once(lab: Server, docker: Docker) -> None:
    docker.run("steady", "sleep 300")
    docker.run("ends", "sleep 300")
    until(lambda: actions(lab, "ends") == ["create", "start"])
    lab.kill()
    docker("kill", "ends")
    docker.run("new", "exit 2")
    docker("wait", "new")
    lab.start()
    until(lambda: "die" in actions(lab, "new") and "die" in actions(lab, "ends"))
    docker.run("after", "true")
    until(lambda: "die" in actions(lab, "after"))
    assert actions(lab, "new") == ["create", "start", "die"]
    assert actions(lab, "ends") == ["create", "start", "kill", "die"]
    assert actions(lab, "steady") == ["create", "start"]


def test_over_a_crash_of_docker_nothing_is_missed_and_nothing_doubled(lab: Server, docker: Docker) -> None:
    for name in docker("ps", "--all", "--quiet").split():
        docker("rm", "--force", name)
    docker.run("firm", "sleep 300")
    docker.run("always", "sleep 300", "--restart", "always")
    until(lambda: actions(lab, "always") == ["create", "start"])
    lost = len(events(lab, None, name="containers.lost"))
    os.kill(docker.pid, signal.SIGKILL)
    until(lambda: len(events(lab, None, name="containers.lost")) == lost + 1)
    time.sleep(2.5)  # it is asked again meanwhile, and nothing more is said
    assert lab.client.get("/containers").status_code == 502
    docker.restart()
    until(lambda: events(lab, None, name="containers.back"))
    docker.run("after", "true")
    until(lambda: "die" in actions(lab, "after"))
    assert len(events(lab, None, name="containers.lost")) == lost + 1
    assert len(events(lab, None, name="containers.back")) == 1
    # Docker ends what ran before it, and says so; what it does not tell is found by looking.
    assert [one for one in actions(lab, "firm") if one in ("create", "start", "die")] == ["create", "start", "die"]
    lives = [one for one in actions(lab, "always") if one in ("create", "start", "die")]
    assert lives == ["create", "start", "die", "start"]


def test_what_docker_ended_when_it_was_ended_itself_is_told_once_it_is_back(lab: Server, docker: Docker) -> None:
    docker.run("served", "sleep 300", "--restart", "always", "--stop-signal", "KILL")
    until(lambda: actions(lab, "served") == ["create", "start"])
    pid = docker.pid
    os.kill(pid, signal.SIGTERM)
    until(lambda: not Path(f"/proc/{pid}").exists())
    docker.restart()
    until(lambda: actions(lab, "served").count("start") == 2)
    docker.run("later", "true")
    until(lambda: "die" in actions(lab, "later"))
    lives = [one for one in actions(lab, "served") if one in ("create", "start", "die")]
    assert lives == ["create", "start", "die", "start"]
    docker("rm", "--force", "served", "later")
