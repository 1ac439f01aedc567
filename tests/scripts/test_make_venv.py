"""The script that makes the environment: what it says on machines that cannot have one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "make-venv.sh"


def pretend_python(folder: Path, *, recent: bool, venv: bool) -> Path:
    """A ``python3`` that answers the script's questions as a machine of that kind would."""
    path = folder / "python3"
    path.write_text(
        "#!/bin/sh\n"
        f'case "$*" in *version_info*) exit {int(not recent)} ;; *ensurepip*) exit {int(not venv)} ;;\n'
        '  --version) echo "Python 3.9.2" ;; esac\n'
    )
    path.chmod(0o755)
    return path


def run(folder: Path, python: Path) -> subprocess.CompletedProcess[str]:
    """Run the script for ``folder/.venv`` with one interpreter to choose from."""
    return subprocess.run(
        ["sh", str(SCRIPT), str(folder / ".venv")], env=os.environ | {"PYTHON": str(python)},
        capture_output=True, text=True,
    )  # fmt: skip


def test_a_debian_without_python3_venv_is_told_what_to_install(tmp_path: Path) -> None:
    done = run(tmp_path, pretend_python(tmp_path, recent=True, venv=False))
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_an_old_python_is_named_with_the_version_that_is_needed(tmp_path: Path) -> None:
    done = run(tmp_path, pretend_python(tmp_path, recent=False, venv=True))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the script has made an environment."""
    folder = tmp_path_factory.mktemp("made")
    done = run(folder, Path(sys.executable))
    assert done.returncode == 0, done.stderr
    return folder


def test_a_made_environment_has_pip(made: Path) -> None:
    subprocess.run([str(made / ".venv/bin/python"), "-m", "pip", "--version"], check=True, capture_output=True)


def test_an_environment_that_works_is_left_as_it_is(made: Path) -> None:
    kept = made / ".venv" / "kept"
    kept.touch()
    assert run(made, made / "no-python").returncode == 0
    assert kept.exists()


def test_an_environment_whose_python_is_gone_is_made_anew(made: Path) -> None:
    python = made / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nonexistent/python3")
    assert run(made, Path(sys.executable)).returncode == 0
    subprocess.run([str(python), "-c", ""], check=True)
