"""The lab's machines in the settings: what may name and reach one, and which host key it must show."""

from pathlib import Path

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.settings import SettingsStore, read_layers
from hydra_lab.kernel.settings.machine import fingerprint_of

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICIaXMEoF10xo6raPqVKUoduHQELVYTrYWfuK9/Q1LmV"
PRINT = "SHA256:xGFAPIixmjipS9RB9OeIPPifOK3rND117bwEIdSVkds"


def store(folder: Path, text: str, **environ: str) -> SettingsStore:
    """Settings from a hydra.toml."""
    (folder / "hydra.toml").write_text(text)
    return SettingsStore(read_layers(overrides={"data_dir": folder}, environ=environ))


def test_machines_come_from_the_file_and_from_the_environment(tmp_path: Path) -> None:
    text = f'[nodes.gpu-1]\naddress = "gpu-1.lab"\nroles = ["gpu"]\nhost_key = "{KEY} comment"\n'
    current = store(tmp_path, text, HYDRA_NODES__NAS='{"address": "192.168.1.20"}').current
    assert (current.nodes["gpu-1"].roles, current.nodes["gpu-1"].user) == (("gpu",), "hydra")
    assert current.nodes["nas"].port == 22
    assert current.host_key("gpu-1") == KEY
    assert current.host_key("nas") == ""


@pytest.mark.parametrize(
    ("name", "line", "says"),
    [
        ("gpu 1", 'address = "a"', "lower-case letters"),
        ("gpu", 'address = "a b; rm"', "host name"),
        ("gpu", 'address = "-oProxyCommand=x"', "host name"),
        ("gpu", 'address = "a"\nuser = "-x"', "user"),
        ("gpu", 'address = "a"\nhost_key = "yes"', "fingerprint"),
        ("gpu", 'user = "a"', "address"),
    ],
)
def test_what_makes_no_sense_is_said_by_name(tmp_path: Path, name: str, line: str, says: str) -> None:
    with pytest.raises(Invalid) as caught:
        store(tmp_path, f'[nodes."{name}"]\n{line}\n')
    assert f"nodes.{name}" in caught.value.detail
    assert says in caught.value.detail


def test_a_key_and_its_fingerprint_are_the_same_pin() -> None:
    assert fingerprint_of(PRINT) == PRINT
    assert fingerprint_of(KEY).startswith("SHA256:")
