"""Probes: what labels ask for, what answers come to, and real ones that heal what they find ill."""

from datetime import UTC, datetime, timedelta

import pytest

from hydra_lab.areas.containers.probes.model import Answer, Probe, after, fresh, probe_of, together, with_health
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.errors import Invalid
from tests.areas.containers.waiting import attempt, events, until
from tests.peers.docker import Docker
from tests.server import Server, free_port

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STAY = "trap 'exit 0' TERM; while true; do sleep 0.1; done"
QUICK = ("--label", "hydra.probe.interval=1s", "--label", "hydra.probe.failures=2", "--label", "hydra.probe.start=0s")


def lived(seconds: float) -> Container:
    """A container that has run for so long."""
    started = NOW - timedelta(seconds=seconds)
    return Container(id="web", name="web", image="i", image_id="i", state="running", started_at=started)


def test_labels_say_what_is_asked_and_how_often() -> None:
    labels = {"hydra.probe": "http://:8080/health", "hydra.probe.interval": "500ms", "hydra.probe.failures": "5"}
    with pytest.raises(Invalid, match=r"hydra\.probe\.interval"):
        probe_of(labels)
    found = probe_of(labels | {"hydra.probe.interval": "10s", "hydra.probe.status": "200,401"})
    assert found == Probe(check="http://:8080/health", interval_s=10, failures=5, status="200,401")
    assert [found.takes(status) for status in (200, 201, 401)] == [True, False, True]
    assert probe_of({}) is None


@pytest.mark.parametrize(
    "labels",
    [{"hydra.probe": "web:80"}, {"hydra.probe": "tcp://web"}, {"hydra.probe": "command: sh -c 'never closed"},
     {"hydra.probe": "tcp://:1", "hydra.probe.failures": "none"},
     {"hydra.probe": "tcp://:1", "hydra.probe.start": "now"}],
)  # fmt: skip
def test_a_label_that_makes_no_sense_is_named(labels: dict[str, str]) -> None:
    with pytest.raises(Invalid, match=r"hydra\.probe"):
        probe_of(labels)


def test_so_many_in_a_row_make_it_ill_or_well() -> None:
    probe, one = Probe(check="tcp://:1", failures=3, successes=2, start_s=0), lived(60)
    found, told = fresh(one, NOW), []
    for good in (True, False, True, True, False, False, True, False, False, False, True, True):
        found = after(found, probe, Answer(good=good, detail=""), one, NOW)
        told.append(found.health[0])
    assert "".join(told) == "ssshhhhhhuuh"


def test_in_the_start_period_failures_do_not_count_until_it_was_healthy_once() -> None:
    probe, bad = Probe(check="tcp://:1", failures=1, start_s=30), Answer(good=False, detail="")
    assert after(fresh(lived(29), NOW), probe, bad, lived(29), NOW).health == "starting"
    assert after(fresh(lived(31), NOW), probe, bad, lived(31), NOW).health == "unhealthy"
    well = after(fresh(lived(5), NOW), probe, Answer(good=True, detail=""), lived(5), NOW)
    assert after(well, probe, bad, lived(6), NOW).health == "unhealthy"


def test_health_is_the_worse_of_both_and_only_of_this_life() -> None:
    pairs = ((None, None), ("healthy", None), ("healthy", "unhealthy"), ("starting", "healthy"))
    assert [together(*pair) for pair in pairs] == [None, "healthy", "unhealthy", "starting"]
    found = fresh(lived(5), NOW).model_copy(update={"health": "unhealthy"})
    assert with_health(lived(5), found).health == "unhealthy"
    assert with_health(lived(4), found).health is None


def test_what_http_no_longer_answers_is_healed(lab: Server, docker: Docker) -> None:
    port = free_port()
    serve = f"mkdir -p /www; echo ok > /www/health; httpd -p 127.0.0.1:{port} -h /www; {STAY}"
    labels = ("--label", f"hydra.probe=http://127.0.0.1:{port}/health", *QUICK, "--label", "hydra.heal=restart",
              "--label", "hydra.heal.prove=2s")  # fmt: skip
    docker("run", "--detach", "--name", "served", "--network", "host", *labels, "lab/busybox:1", "sh", "-c", serve)
    until(lambda: lab.client.get("/containers/served").json()["health"] == "healthy")
    docker("exec", "served", "rm", "/www/health")
    told = attempt(lab, "served")
    assert told["reason"] == "it is unhealthy: It answers HTTP 404."
    assert told["outcome"] == "recovered"
    (was,) = [
        one for one in events(lab, "served", name="containers.health_status") if one["data"]["health"] == "unhealthy"
    ]
    assert (was["data"]["by"], was["data"]["detail"]) == ("probe", "It answers HTTP 404.")
    docker("rm", "--force", "served")


def test_a_command_and_a_connection_are_probes_too_and_one_may_be_set(lab: Server, docker: Docker) -> None:
    docker.run("told", f"touch /well; {STAY}", "--label", "hydra.probe=command: test -f /well", *QUICK)
    until(lambda: lab.client.get("/containers/told").json()["health"] == "healthy")
    docker("exec", "told", "rm", "/well")
    until(lambda: lab.client.get("/containers/told").json()["health"] == "unhealthy")
    assert lab.client.get("/containers/told").json()["probe"] == "“test -f /well” ended with exit code 1."
    probe = {"check": f"tcp://127.0.0.1:{lab.port}", "interval_s": 1}
    lab.client.put("/containers/probes/told", json=probe).raise_for_status()
    until(lambda: lab.client.get("/containers/told").json()["health"] == "healthy")
    (one,) = [one for one in lab.client.get("/containers/probes").json()["probes"] if one["container"] == "told"]
    assert (one["source"], one["found"]["detail"]) == ("set", "It takes connections.")
    assert lab.client.post("/containers/probes/told/try").json() == {"good": True, "detail": "It takes connections."}
    lab.client.delete("/containers/probes/told").raise_for_status()
    assert lab.client.delete("/containers/probes/told").status_code == 404
    until(lambda: lab.client.get("/containers/told").json()["health"] == "unhealthy")
    assert lab.client.put("/containers/probes/told", json={"check": "web"}).status_code == 422
