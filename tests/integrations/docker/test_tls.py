"""A Docker Engine over TCP with TLS, as certificates made on the spot allow: the right ones get in, others do not."""

from pathlib import Path

import pytest

from hydra_lab.integrations.docker import DockerHost, DockerSettings, probe
from hydra_lab.kernel.errors import Refused, Unavailable
from hydra_lab.kernel.http import HttpClient
from tests.peers.docker import Docker

HTTP = HttpClient(timeout_s=10)


def settings(docker: Docker, **changed: Path | None) -> DockerSettings:
    """Settings that lead there."""
    files = {"ca": docker.tls / "ca.pem", "certificate": docker.tls / "client.pem", "key": docker.tls / "client.key"}
    return DockerSettings.model_validate({"address": docker.tls_address, **files, **changed})


def test_with_its_certificates_everything_works_as_over_the_socket(docker: Docker) -> None:
    docker.run("over-tls", "echo hello; sleep 300")
    host = DockerHost(settings(docker), HTTP)
    assert probe(settings(docker), HTTP).version == docker("version", "--format", "{{.Server.Version}}")
    assert host.container("over-tls").state == "running"
    assert host.execute("over-tls", ["true"], 10).exit_code == 0
    stream = host.happened(0, quiet_s=1)
    assert next(stream) is None
    assert "over-tls" in {one.name for one in stream if one}
    docker("rm", "--force", "over-tls")


def test_without_a_certificate_or_with_a_strangers_it_is_not_let_in(docker: Docker) -> None:
    with pytest.raises(Unavailable):
        probe(settings(docker, certificate=None, key=None), HTTP)
    with pytest.raises(Unavailable):
        probe(settings(docker, certificate=docker.tls / "stranger.pem", key=docker.tls / "stranger.key"), HTTP)


def test_an_engine_that_is_not_the_one_is_not_trusted(docker: Docker) -> None:
    with pytest.raises(Unavailable, match="is not believed"):
        probe(settings(docker, ca=docker.tls / "stranger.pem"), HTTP)


def test_files_that_are_no_certificates_are_named(docker: Docker, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(Refused, match="TLS cannot be used"):
        DockerHost(settings(docker, ca=tmp_path / "ca.pem"), HTTP).containers()
