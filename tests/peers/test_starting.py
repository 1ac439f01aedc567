"""What happens where a real outside system cannot be had."""

import subprocess
from pathlib import Path

import pytest

from tests.peers.starting import absent, installed, peer


def test_under_ci_a_missing_peer_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="PostgreSQL is not here"):
        absent("PostgreSQL", bring="apt install postgresql")


def test_elsewhere_the_test_is_skipped_with_what_would_bring_the_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt install postgresql"):
        absent("PostgreSQL", bring="apt install postgresql")


def test_every_line_of_packages_has_a_file_that_shows_it_and_a_package() -> None:
    lines = (Path(__file__).parent / "packages.txt").read_text().splitlines()
    entries = [line.split() for line in lines if line and not line.startswith("#")]
    assert entries
    assert [entry for entry in entries if len(entry) < 2 or not entry[0].startswith("/")] == []


def test_a_peer_is_gone_after_its_block() -> None:
    if not installed("/usr/lib/postgresql/*/bin/postgres"):
        absent("PostgreSQL", bring="apt install postgresql")
    with peer("postgres.sh") as values:
        pid = (Path(values["DIR"]) / "postgres.pid").read_text().strip()
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert not Path(values["DIR"]).exists()


@pytest.mark.parametrize("script", sorted(Path(__file__).parent.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_have_no_syntax_errors(script: Path) -> None:
    subprocess.run(["bash", "-n", str(script)], check=True)
