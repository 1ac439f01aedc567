"""Variables whose value is in a file."""

from pathlib import Path

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.settings import read_layers

KNOWN = frozenset({"discord"})


def test_a_setting_and_a_secret_are_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://hydra:pass@db/hydra\n")
    (tmp_path / "webhook").write_text("https://discord.example/api/webhooks/1/abc\r\n")
    layers = read_layers(
        environ={
            "HYDRA_DATA_DIR": str(tmp_path),
            "HYDRA_DATABASE_URL_FILE": str(tmp_path / "url"),
            "HYDRA_DISCORD__WEBHOOK_FILE": str(tmp_path / "webhook"),
        },
        integrations=KNOWN,
    )
    assert layers.environment["database_url"] == "postgresql://hydra:pass@db/hydra"
    assert layers.integrations["environment"] == {"discord": {"webhook": "https://discord.example/api/webhooks/1/abc"}}
    assert layers.unknown == ()


def test_a_file_that_is_not_there_is_told_with_its_variable(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="HYDRA_TIME_ZONE_FILE names /nowhere/zone") as caught:
        read_layers(environ={"HYDRA_DATA_DIR": str(tmp_path), "HYDRA_TIME_ZONE_FILE": "/nowhere/zone"})
    assert caught.value.fix == "Correct HYDRA_TIME_ZONE_FILE."


def test_a_file_that_may_not_be_read_is_told_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)  # root may read every file
    with pytest.raises(Invalid, match="cannot be read: Permission denied") as caught:
        read_layers(environ={"HYDRA_DATA_DIR": str(tmp_path), "HYDRA_TIME_ZONE_FILE": "/run/secrets/zone"})
    assert caught.value.fix == "Let the user that runs Hydra read it."


def test_a_value_and_a_file_for_it_are_refused(tmp_path: Path) -> None:
    both = {"HYDRA_TIME_ZONE": "Europe/Berlin", "HYDRA_TIME_ZONE_FILE": str(tmp_path / "zone")}
    with pytest.raises(Invalid, match="Both HYDRA_TIME_ZONE and HYDRA_TIME_ZONE_FILE"):
        read_layers(environ={"HYDRA_DATA_DIR": str(tmp_path), **both})
