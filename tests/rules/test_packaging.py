"""What runs Hydra for months (container, systemd) names files and options that exist."""

import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from hydra_lab.kernel.settings import read_layers
from tests.peers.starting import absent, installed
from tests.rules.source import ROOT
from tests.server import HYDRA

DOCKERFILE = (ROOT / "Dockerfile").read_text()


def unit() -> configparser.ConfigParser:
    """The systemd unit, parsed."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(ROOT / "packaging" / "hydra.service")
    return parser


def copied() -> list[str]:
    """Files that the Dockerfile copies out of the checkout."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def commands() -> list[list[str]]:
    """Every way in which a file here starts ``hydra``."""
    docker = re.search(r'^CMD \["hydra", (.+)\]$', DOCKERFILE, re.MULTILINE)
    assert docker
    worker = composition("compose.nodes.yaml")["services"]["worker"]["command"][1:]
    return [unit()["Service"]["ExecStart"].split()[1:], [word.strip(' "') for word in docker[1].split(",")], worker]


def composition(name: str) -> Any:
    """A file for docker compose, parsed."""
    return yaml.safe_load((ROOT / "examples" / name).read_text())


@pytest.mark.parametrize("source", copied())
def test_the_container_copies_what_is_there(source: str) -> None:
    assert (ROOT / source).exists()
    assert f"!{source}" in (ROOT / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize("command", commands(), ids=["systemd", "docker", "worker"])
def test_options_are_those_of_the_command(command: list[str]) -> None:
    known = subprocess.run([str(HYDRA), command[0], "--help"], capture_output=True, text=True, check=True).stdout
    assert [word for word in command if word.startswith("--") and word not in known] == []


def test_the_unit_starts_again_after_a_failure_and_keeps_its_data_to_itself() -> None:
    service = unit()["Service"]
    assert service["Restart"] == "on-failure"
    assert service["StateDirectoryMode"] == "0700"
    assert service["User"] != "root"


def test_systemd_itself_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    if not installed("/usr/bin/systemd-analyze"):
        absent("systemd", bring="apt install systemd")
    text = (ROOT / "packaging" / "hydra.service").read_text().replace("/opt/hydra/.venv/bin/hydra", str(HYDRA))
    copy = tmp_path / "hydra.service"
    copy.write_text(text)
    verified = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")


def test_the_container_is_no_root_and_is_asked_whether_it_is_well() -> None:
    assert re.search(r"^USER hydra$", DOCKERFILE, re.MULTILINE)
    assert "/healthz" in DOCKERFILE


def test_the_example_composition_can_be_read_only() -> None:
    service = composition("compose.yaml")["services"]["hydra"]
    assert service["read_only"] is True
    assert service["volumes"] == ["hydra:/data"]


def test_nothing_of_the_example_compositions_grows_for_ever_or_may_more_than_it_needs() -> None:
    first, second = composition("compose.yaml")["services"], composition("compose.nodes.yaml")["services"]
    running = {**second, **first}
    assert {name for name, one in running.items() if one.get("logging") != {"driver": "local"}} == set()
    guarded = {name for name, one in running.items() if one.get("cap_drop") == ["ALL"] and one.get("read_only")}
    assert guarded == set(running) - {"postgres"}


def test_hydra_alone_reaches_the_socket_proxy_of_the_example() -> None:
    parsed = composition("compose.yaml")
    proxy = parsed["services"]["docker-socket-proxy"]
    assert proxy["networks"] == ["docker"]
    assert "ports" not in proxy
    assert parsed["networks"]["docker"] == {"internal": True}
    mounted = [one.split(":")[0] for one in proxy["volumes"] if one.startswith("./")]
    assert [one for one in mounted if not (ROOT / "examples" / one).exists()] == []


def test_the_nodes_share_the_database_and_the_key_and_every_variable_is_known(tmp_path: Path) -> None:
    parsed = composition("compose.nodes.yaml")
    server, worker = (parsed["services"][name] for name in ("hydra", "worker"))
    assert server["secrets"] == worker["secrets"]
    assert {name for service in (server, worker) for name in service["secrets"]} <= set(parsed["secrets"])
    (tmp_path / "database-url").write_text("postgresql://hydra@postgres/hydra")
    first = composition("compose.yaml")["services"]["hydra"]
    assert worker["environment"].items() >= first["environment"].items(), "whichever node leads watches for both"
    assert worker["networks"] == first["networks"]
    for service in (server, worker):
        given = {key: value.replace("/run/secrets", str(tmp_path)) for key, value in service["environment"].items()}
        layers = read_layers(environ=given | {"HYDRA_DATA_DIR": str(tmp_path)})
        assert layers.unknown == ()
        assert layers.environment["database_url"] == "postgresql://hydra@postgres/hydra"
