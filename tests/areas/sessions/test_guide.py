"""The guide to signing in: its settings exist, its commands are commands, and its example settings start a Hydra."""

import re
from collections.abc import Callable
from pathlib import Path

from hydra_lab.kernel.settings import read_layers
from hydra_lab.kernel.settings.sources import names, variable
from tests.rules.source import ROOT
from tests.server import Server

GUIDE = (ROOT / "docs" / "guides" / "signing-in.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_every_variable_is_a_settings() -> None:
    known = {variable(name) for name in names()}
    named = {one.removesuffix("_FILE") for one in re.findall(r"HYDRA_[A-Z_]+", GUIDE)}
    assert named - known == set()


def test_its_settings_fit_together(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x" * 32)
    for block in BLOCKS:
        lines = [line for line in block.splitlines() if line.startswith("HYDRA_")]
        environ = {"HYDRA_DATA_DIR": str(tmp_path)} | dict(line.split("=", 1) for line in lines)
        environ |= {name: str(secret) for name in environ if name.endswith("_FILE")}
        assert read_layers(environ=environ).unknown == ()


def test_its_commands_work(make_server: Callable[..., Server]) -> None:
    server = make_server().start()
    ids = {"keys": server.client.post("/keys", json={"name": "old"}).json()["id"]}
    commands = [line for block in BLOCKS for line in block.splitlines() if line.startswith("hydra ")]
    assert len(commands) >= 5
    for command in commands:
        words = [ids.get(command.split()[1], word) if word == "ID" else word for word in command.split()[1:]]
        if words[:2] == ["sessions", "end"]:
            continue  # it needs a browser; tests/areas/sessions/test_operations.py ends one
        server.hydra(*words)
    listed = server.hydra("keys", "list", "--json").stdout
    assert '"laptop"' in listed
