"""Where things are: what a command is called from here can be copied and run."""

import sys
from pathlib import Path

import pytest

from hydra_lab.surfaces.cli.places import own_name


def test_the_command_is_named_so_that_it_can_be_copied_also_from_a_services_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called = tmp_path / "venv" / "bin" / "hydra"
    monkeypatch.setattr(sys, "argv", [str(called)])
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    assert own_name() == "venv/bin/hydra"
    monkeypatch.chdir("/")
    assert own_name() == str(called), "a service runs in /, and whoever reads its log does not"
