"""Docker: a real Engine's containers, what they wrote, and what happens to them."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.docker import DockerHost, DockerSettings, probe
from hydra_lab.integrations.docker.logs import frames, lines
from hydra_lab.kernel.errors import Conflict, Denied, NotFound, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.integrations.docker.harness import INSPECTED
from tests.integrations.faults import Reply, StandIn
from tests.peers.docker import Docker

HTTP = HttpClient(timeout_s=10)
CHECK = ("--health-cmd", "test -f /tmp/well", "--health-interval", "1s", "--health-retries", "1")


@pytest.fixture
def host(docker: Docker) -> Iterator[DockerHost]:
    """The Engine as Hydra sees it; the test's containers are gone afterwards."""
    yield DockerHost(DockerSettings(address=docker.address), HTTP)
    for name in docker("ps", "--all", "--quiet").split():
        docker("rm", "--force", name)


def test_the_probe_tells_the_engines_version(docker: Docker) -> None:
    told = probe(DockerSettings(address=docker.address), HTTP)
    assert told.version == docker("version", "--format", "{{.Server.Version}}")
    assert told.detail.startswith("API 1.")


def test_a_container_is_what_docker_says_it_is(docker: Docker, host: DockerHost) -> None:
    id = docker.run("web", "sleep 300", "--label", "hydra.heal=restart", "--restart", "unless-stopped", *CHECK)
    docker.run("failed", "exit 3")
    docker("wait", "failed")
    docker("create", "--name", "fresh", "--network", "none", "lab/busybox:1")
    found = {one.name: one for one in host.containers()}
    web, failed, fresh = found["web"], found["failed"], found["fresh"]
    assert (web.id, web.image, web.state, web.restart_policy) == (id, "lab/busybox:1", "running", "unless-stopped")
    assert web.health in ("starting", "unhealthy")
    assert web.exit_code is None
    assert web.finished_at is None
    assert web.labels == {"hydra.heal": "restart"}
    assert datetime.now(UTC) - web.since < timedelta(minutes=1) if web.since else False
    assert (failed.state, failed.exit_code, failed.oom_killed, failed.health) == ("exited", 3, False, None)
    assert failed.since == failed.finished_at
    assert (fresh.state, fresh.exit_code, fresh.started_at) == ("created", None, None)


def test_what_it_wrote_is_read_by_stream_with_times(docker: Docker, host: DockerHost) -> None:
    docker.run("talker", "for i in 1 2 3; do echo line $i; done; echo oops >&2; printf 'no end'")
    docker("wait", "talker")
    told = host.logs("talker", tail=100)
    assert sorted((one.stream, one.text) for one in told) == [
        ("stderr", "oops"), ("stdout", "line 1"), ("stdout", "line 2"), ("stdout", "line 3"), ("stdout", "no end"),
    ]  # fmt: skip
    assert all(one.at for one in told)
    assert len(host.logs("talker", tail=2)) == 2
    assert host.logs("talker", tail=10, since=datetime.now(UTC) + timedelta(seconds=5)) == []
    docker.run("terminal", "echo one; echo two", "--tty")
    docker("wait", "terminal")
    assert [one.text for one in host.logs("terminal", tail=10)] == ["one", "two"]


def test_containers_are_started_stopped_and_removed(docker: Docker, host: DockerHost) -> None:
    docker.run("web", "trap 'exit 0' TERM; while true; do sleep 0.1; done")
    first = host.container("web").started_at
    host.start("web")
    host.restart("web")
    assert host.container("web").started_at != first
    with pytest.raises(Conflict, match="top the container"):
        host.remove("web")
    host.stop("web")
    host.stop("web")
    assert host.container("web").state == "exited"
    host.remove("web")
    with pytest.raises(NotFound, match="No such container"):
        host.container("web")


def test_a_start_that_fails_tells_what_docker_says(docker: Docker, host: DockerHost) -> None:
    docker("create", "--name", "broken", "--network", "none", "lab/busybox:1", "/bin/not-there")
    with pytest.raises(Refused, match="not-there"):
        host.start("broken")


def test_what_happens_is_told_as_it_happens_and_again_from_a_time(docker: Docker, host: DockerHost) -> None:
    since = time.time_ns()
    docker.run("web", "touch /tmp/well; sleep 0.5; exit 4", "--health-cmd", "true", "--health-interval", "100ms")
    docker("wait", "web")
    stream = host.happened(since, quiet_s=2)
    assert next(stream) is None
    seen = [one for one in stream if one and one.name == "web"]
    assert [one.action for one in seen][:2] == ["create", "start"]
    assert (seen[-1].action, seen[-1].exit_code, seen[-1].image) == ("die", 4, "lab/busybox:1")
    assert [one.health for one in seen if one.action == "health_status"] in ([], ["healthy"])
    again = [one for one in host.happened(seen[-1].at_ns, quiet_s=0.5) if one]
    assert again == [seen[-1]]


def test_a_socket_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        probe(DockerSettings(address=f"unix://{tmp_path}/docker.sock"), HTTP)


def test_a_proxy_that_does_not_allow_a_call_is_named() -> None:
    with StandIn(lambda asked: Reply(status=403)) as server, pytest.raises(Denied, match="POST /containers/web/start"):
        DockerHost(DockerSettings(address=server.url), HTTP).start("web")


def test_unknown_values_stay_unknown() -> None:
    with StandIn(lambda asked: Reply(json=INSPECTED)) as server:
        told = DockerHost(DockerSettings(address=server.url), HTTP).container("web")
    assert (told.health, told.exit_code, told.oom_killed, told.restarts, told.finished_at) == (None,) * 5


@pytest.mark.parametrize("body", [b"{", json.dumps({"Type": "container"}).encode()])
def test_an_event_that_makes_no_sense_is_refused(body: bytes) -> None:
    with StandIn(lambda asked: Reply(body=body)) as server, pytest.raises(Refused, match="makes no sense"):
        list(DockerHost(DockerSettings(address=server.url), HTTP).happened(0, quiet_s=1))


def test_a_log_that_was_cut_off_is_read_as_far_as_it_is() -> None:
    whole = b"\x01\0\0\0\0\0\0\x04one\n\x02\0\0\0\0\0\0\x09two"
    assert [(one.stream, one.text) for one in lines(frames(whole, tty=False))] == [("stdout", "one"), ("stderr", "two")]


@pytest.mark.parametrize(
    "values",
    [{"address": "docker.sock"}, {"address": "ssh://host"}, {"address": "ssh://me@host"},
     {"address": "tcp://h:2376", "certificate": "/c.pem"},
     {"address": "unix:///s", "ca": "/ca.pem"}],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        DockerSettings.model_validate(values)
