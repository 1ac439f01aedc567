"""Containers are healed on a real Docker Engine: by the rungs that help, never without proof, never too often."""

from typing import Any

from tests.areas.containers.waiting import actions, events, until
from tests.areas.running import artifact, ended
from tests.peers.docker import Docker
from tests.server import Server

HEAL = ("--label", "hydra.heal=restart", "--label", "hydra.heal.prove=2s")
COMPOSE = "com.docker.compose"


def attempt(lab: Server, name: str) -> dict[str, Any]:
    """The last attempt on a container, once it is over."""

    def over() -> dict[str, Any] | None:
        told = lab.client.get("/containers/remediations", params={"container": name}).raise_for_status().json()
        found = [one for one in told["remediations"] if one["outcome"] != "running"]
        return found[0] if found else None

    return until(over)


def test_a_container_that_crashed_is_restarted_and_proved_to_be_well(lab: Server, docker: Docker) -> None:
    docker.run("crash", "echo life; test -f /ok && sleep 300; touch /ok; sleep 0.5; echo dying; exit 5", *HEAL)
    told = attempt(lab, "crash")
    assert (told["outcome"], told["rungs"], told["reason"]) == ("recovered", ["restart"], "it ended with exit code 5")
    assert (told["before"]["exit_code"], told["after"]["state"]) == (5, "running")
    assert told["recovery_s"] >= 2
    item = ended(lab, told["item"])
    assert b"dying" in artifact(lab, item, "before.log")
    assert artifact(lab, item, "after.log").rstrip().endswith(b"life")
    assert item["cause"] == events(lab, "crash", name="containers.die")[0]["id"]
    assert docker.state("crash")["Running"] is True


def test_one_that_is_unhealthy_is_restarted_until_it_is_healthy(lab: Server, docker: Docker) -> None:
    check = ("--health-cmd", "test -f /tmp/well", "--health-interval", "200ms", "--health-retries", "1")
    gone = "trap 'exit 0' TERM; while true; do sleep 0.1; done"
    docker.run("ill", f"test -f /once && touch /tmp/well; touch /once; {gone}", *HEAL, *check)
    told = attempt(lab, "ill")
    assert (told["outcome"], told["after"]["health"]) == ("recovered", "healthy")


def test_when_a_restart_does_not_help_what_it_depends_on_is_restarted(lab: Server, docker: Docker) -> None:
    docker("volume", "create", "shared")
    mount = ("--volume", "shared:/shared", "--label", f"{COMPOSE}.project=shop")
    docker.run("db", "touch /shared/up; trap 'exit 0' TERM; while true; do sleep 0.1; done", *mount,
               "--label", f"{COMPOSE}.service=db")  # fmt: skip
    docker.run("app", "while test -f /shared/up; do sleep 0.1; done; exit 1", *mount, *HEAL,
               "--label", f"{COMPOSE}.service=app", "--label", f"{COMPOSE}.depends_on=db:x:y")  # fmt: skip
    docker("exec", "db", "rm", "/shared/up")
    told = attempt(lab, "app")
    assert (told["outcome"], told["rungs"]) == ("recovered", ["restart", "dependencies"])


def test_when_nothing_helps_it_fails_for_a_person_and_attempts_are_counted(lab: Server, docker: Docker) -> None:
    docker.run("hopeless", "echo no use; exit 9", *HEAL, "--label", "hydra.heal.attempts=1")
    told = attempt(lab, "hopeless")
    assert (told["outcome"], told["detail"]) == ("failed", "after restart it is exited with exit code 9")
    item = ended(lab, told["item"])
    assert (item["state"], item["error"]["detail"]) == (
        "failed", "hopeless was not healed: after restart it is exited with exit code 9.",
    )  # fmt: skip
    again = ended(lab, lab.client.post("/containers/hopeless/heal", json={}).json()["id"])
    assert "its 1 attempts within an hour are used up" in again["error"]["detail"]
    assert {"healing", "healing_failed", "healing_refused"} <= set(actions(lab, "hopeless"))
    figures = lab.client.get("/containers/remediations", params={"container": "hopeless"}).json()
    assert (figures["success_rate"], figures["recovery_s"]) == (0, None)


def test_shadow_only_says_what_it_would_have_done(lab: Server, docker: Docker) -> None:
    docker.run("shadow", "exit 4", "--label", "hydra.heal=shadow")
    told = attempt(lab, "shadow")
    assert (told["outcome"], told["detail"], told["rungs"]) == ("would have", "would have restarted shadow", [])
    assert docker.state("shadow")["Running"] is False


def test_what_is_protected_or_wrongly_labelled_is_refused_and_what_was_stopped_is_left_alone(
    lab: Server, docker: Docker
) -> None:
    lab.client.put("/containers/remediations", json={"protected": ["vault*"]}).raise_for_status()
    docker.run("vault-1", "exit 1", *HEAL)
    docker.run("odd", "exit 1", "--label", "hydra.heal=restart", "--label", "hydra.heal.cooldown=soon")
    docker.run("stopped", "sleep 300", *HEAL)
    docker.run("unasked", "exit 1")
    docker("kill", "stopped")
    assert attempt(lab, "vault-1")["detail"] == "it is protected"
    assert attempt(lab, "odd")["detail"] == "The label hydra.heal.cooldown=soon makes no sense."
    until(lambda: "die" in actions(lab, "stopped"))
    lab.client.put("/containers/remediations", json={"most": 1, "within_minutes": 60}).raise_for_status()
    docker.run("storm", "exit 1", *HEAL)
    assert "something larger is wrong" in attempt(lab, "storm")["detail"]
    lab.client.put("/containers/remediations", json={}).raise_for_status()
    for name in ("stopped", "unasked"):
        assert lab.client.get("/containers/remediations", params={"container": name}).json()["remediations"] == []
