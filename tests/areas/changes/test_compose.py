"""Applying compose files: Debian's docker-compose on a real Engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.areas.changes.conftest import Changing, lines, text
from tests.peers.docker import IMAGE, Docker
from tests.peers.starting import absent, installed

SERVICE = (
    "  {name}: {{image: '{image}', network_mode: none, command: ['sh', '-c', '{command}'], environment: {{{env}}}}}\n"
)
STAYS = "trap exit TERM; while true; do sleep 0.1; done"


@pytest.fixture
def folder(tmp_path: Path, docker: Docker) -> Iterator[Path]:
    """A project's folder; its containers are gone afterwards."""
    if not installed("/usr/bin/docker-compose"):
        absent("docker-compose", bring="apt install docker-compose")
    at = tmp_path / "shop"
    at.mkdir()
    yield at
    docker.clear()


def write(folder: Path, **services: tuple[str, str]) -> None:
    """Write a compose file: each service with its command and its environment."""
    told = [
        SERVICE.format(name=name, image=IMAGE, command=command, env=env) for name, (command, env) in services.items()
    ]
    (folder / "compose.yaml").write_text('version: "3.7"\nservices:\n' + "".join(told))


def environment(docker: Docker, name: str) -> dict[str, str]:
    """What a container was given."""
    lines = docker("inspect", "--format", "{{range .Config.Env}}{{println .}}{{end}}", name).splitlines()
    return dict(line.split("=", 1) for line in lines if line)


def started(docker: Docker, name: str) -> object:
    """When a container was started."""
    return docker.state(name)["StartedAt"]


def test_what_restarts_is_shown_and_just_that_is_applied(hydra: Changing, folder: Path, docker: Docker) -> None:
    write(folder, web=(STAYS, "LEVEL: one, DB_PASSWORD: swordfish"), db=(STAYS, ""))
    question = hydra.asked("/compose/apply", folder=str(folder))
    assert question["rule"] == "floor:changes production compose"
    assert lines(question, "Services") == dict.fromkeys(("db", "web"), "would be created and started")
    assert "swordfish" not in str(question)
    assert docker("ps", "--quiet") == ""
    item = hydra.approved(question)
    assert item["state"] == "done", item
    assert environment(docker, "shop_web_1")["DB_PASSWORD"] == "swordfish"
    before = started(docker, "shop_db_1")
    write(folder, web=(STAYS, "LEVEL: two, DB_PASSWORD: swordfish"), db=(STAYS, ""))
    question = hydra.asked("/compose/apply", folder=str(folder))
    assert lines(question, "Services") == {"db": "stays as it is", "web": "would be made anew: it restarts"}
    assert "+      LEVEL: two" in text(question, "Configuration")
    write(folder, web=(STAYS, "LEVEL: three, DB_PASSWORD: swordfish"), db=(STAYS, ""))
    item = hydra.approved(question)
    assert (item["state"], environment(docker, "shop_web_1")["LEVEL"]) == ("held", "one")
    item = hydra.approved(hydra.question(item["id"]))
    assert (item["state"], environment(docker, "shop_web_1")["LEVEL"]) == ("done", "three"), item
    assert started(docker, "shop_db_1") == before


def test_what_does_not_come_up_is_taken_back(hydra: Changing, folder: Path, docker: Docker) -> None:
    folder = folder.rename(folder.with_name("back"))
    write(folder, web=(STAYS, "LEVEL: good"))
    assert hydra.approved(hydra.asked("/compose/apply", folder=str(folder)))["state"] == "done"
    write(folder, web=("exit 3", "LEVEL: bad"))
    item = hydra.approved(hydra.asked("/compose/apply", folder=str(folder)))
    assert (item["state"], item["error"]["code"]) == ("failed", "conflict")
    assert "web is Exited (3)" in item["error"]["detail"]
    assert "It is back at what was applied before." in item["error"]["detail"]
    assert environment(docker, "back_web_1")["LEVEL"] == "good"


def test_a_file_that_is_wrong_is_told_before_anybody_is_asked(hydra: Changing, folder: Path) -> None:
    (folder / "compose.yaml").write_text("services: {web: {imagine: x}}\n")
    item = hydra.server.client.post("/compose/apply", json={"folder": str(folder)}, params={"wait": 60})
    assert "imagine" in item.json()["detail"], item.text
