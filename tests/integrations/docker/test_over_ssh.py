"""A Docker Engine over SSH: a real sshd, a real Engine behind it, and host keys that are not what they were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hydra_lab.integrations.docker import DockerHost, DockerSettings, probe
from hydra_lab.kernel.errors import Denied, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.peers import sshd
from tests.peers.docker import Docker, reached_through
from tests.peers.sshd import Sshd

HTTP = HttpClient(timeout_s=10)


@pytest.fixture(scope="module")
def machine(docker: Docker) -> Iterator[Sshd]:
    """A machine whose user may use the Engine."""
    with sshd.running() as one, reached_through(docker, one):
        key = (one.folder / "host_key.pub").read_text()
        (one.folder / "known_hosts").write_text(f"[127.0.0.1]:{one.port} {key}")
        yield one


def settings(machine: Sshd, **changed: object) -> DockerSettings:
    """Settings that lead there."""
    files = {"identity": machine.key, "known_hosts": machine.folder / "known_hosts"}
    address = f"ssh://{machine.user}@127.0.0.1:{machine.port}"
    return DockerSettings.model_validate({"address": address, **files, **changed})


def test_over_ssh_everything_works_as_over_the_socket(docker: Docker, machine: Sshd) -> None:
    docker.run("over-ssh", "echo hello; sleep 300")
    host = DockerHost(settings(machine), HTTP)
    assert probe(settings(machine), HTTP).version == docker("version", "--format", "{{.Server.Version}}")
    assert "over-ssh" in {one.name for one in host.containers()}
    assert [one.text for one in host.logs("over-ssh", tail=5)] == ["hello"]
    stream = host.happened(0, quiet_s=1)
    assert next(stream) is None
    assert "over-ssh" in {one.name for one in stream if one}
    docker("rm", "--force", "over-ssh")


def test_a_machine_with_another_host_key_or_one_that_lets_nobody_in_is_refused(machine: Sshd, tmp_path: Path) -> None:
    other = (machine.folder / "client_key.pub").read_text()
    (tmp_path / "changed").write_text(f"[127.0.0.1]:{machine.port} {other}")
    (tmp_path / "empty").write_text("")
    for name in ("changed", "empty"):
        with pytest.raises(Denied):
            probe(settings(machine, known_hosts=tmp_path / name), HTTP)
    with pytest.raises(Denied, match="let"):
        probe(settings(machine, identity=machine.folder / "host_key"), HTTP)
    with pytest.raises(Unavailable):
        probe(settings(machine, address=f"ssh://{machine.user}@127.0.0.1:1"), HTTP)
