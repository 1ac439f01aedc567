"""Containers through the API, on a real Docker Engine."""

from tests.areas.containers.waiting import until
from tests.areas.running import ended
from tests.peers.docker import Docker
from tests.server import Server

CHECK = ("--health-cmd", "test -f /tmp/well", "--health-interval", "300ms", "--health-retries", "2")


def test_containers_are_listed_as_docker_has_them(lab: Server, docker: Docker) -> None:
    docker.run("web", "touch /tmp/well; sleep 300", "--label", "other=1", "--label", "hydra.heal=off", *CHECK)
    docker.run("job", "exit 7")
    docker("wait", "job")
    until(lambda: lab.client.get("/containers/web").json()["health"] == "healthy")
    found = {one["name"]: one for one in lab.client.get("/containers").raise_for_status().json()["containers"]}
    assert (found["web"]["state"], found["web"]["health"], found["web"]["labels"]) == (
        "running", "healthy", {"hydra.heal": "off"},
    )  # fmt: skip
    assert (found["job"]["state"], found["job"]["exit_code"], found["job"]["health"]) == ("exited", 7, None)
    only = lab.client.get("/containers", params={"state": "exited", "q": "JOB"}).json()["containers"]
    assert [one["name"] for one in only] == ["job"]
    missing = lab.client.get("/containers/not-there")
    assert missing.status_code == 404
    assert "No such container" in missing.json()["detail"]


def test_what_a_container_wrote_is_shown_without_secrets(lab: Server, docker: Docker) -> None:
    secrets = ("--env", "DB_PASSWORD=swordfish-of-old")
    docker.run(
        "talker", f"echo opened with $DB_PASSWORD; echo 'api_key: abcdef123'; echo {lab.token}; echo plain", *secrets
    )
    docker("wait", "talker")
    lines = lab.client.get("/containers/talker/logs", params={"tail": 50}).raise_for_status().json()["lines"]
    assert [one["text"] for one in lines] == ["opened with •••", "api_key: •••", "•••", "plain"]
    assert all(one["at"] for one in lines)


def test_a_restart_is_done_when_the_container_is_healthy_again(lab: Server, docker: Docker) -> None:
    docker.run("web", "trap 'exit 0' TERM; sleep 1; touch /tmp/well; while true; do sleep 0.1; done", *CHECK)
    before = docker.state("web")["StartedAt"]
    answer = lab.client.post("/containers/web/restart", params={"wait": 60})
    assert answer.json()["outcome"] == "running and healthy", answer.text
    assert docker.state("web")["StartedAt"] != before
    answer = lab.client.post("/containers/web/stop", params={"wait": 60})
    assert answer.json()["outcome"] == "stopped", answer.text
    assert docker.state("web")["Running"] is False
    answer = lab.client.post("/containers/web/start", params={"wait": 60})
    assert answer.json()["container"]["health"] == "healthy", answer.text


def test_a_restart_that_does_not_help_fails_and_says_so(lab: Server, docker: Docker) -> None:
    docker.run("web", "test -f /ok && exit 5; touch /ok; while true; do sleep 0.1; done", "--stop-signal", "KILL")
    item = ended(lab, lab.client.post("/containers/web/restart").json()["id"])
    assert (item["state"], item["error"]["code"]) == ("failed", "conflict")
    assert item["error"]["detail"] == "web has ended with exit code 5."


def test_removing_asks_a_person(lab: Server, docker: Docker) -> None:
    docker.run("job", "true")
    docker("wait", "job")
    item = lab.client.delete("/containers/job").json()
    assert [hold["kind"] for hold in item["holds"]] == ["approval"]
    assert docker.state("job")["Status"] == "exited"
