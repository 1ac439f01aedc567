"""The wheel has everything in it: installed where no checkout is, it starts and shows a page."""

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.rules.source import ROOT
from tests.server import Server


def done(*command: object) -> str:
    """Run a command that must succeed; what it printed."""
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout.strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of a fresh environment with the wheel in it.

    What Hydra depends on is lent by this environment, path by path, so that no test needs a network; this
    environment's own link to the checkout is not followed.
    """
    folder = tmp_path_factory.mktemp("wheel")
    done(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder)
    done(sys.executable, "-m", "venv", "--without-pip", folder / "clean")
    python = folder / "clean" / "bin" / "python"
    (wheel,) = folder.glob("*.whl")
    done(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    site = Path(done(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))
    (site / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    where = done(python, "-c", "import hydra_lab; print(hydra_lab.__file__)")
    assert Path(where).is_relative_to(site)
    return python.with_name("hydra")


def test_the_wheel_starts_and_shows_a_page_with_its_style(installed: Path, tmp_path: Path) -> None:
    one = Server(tmp_path / "data", command=installed).start()
    try:
        page = one.client.get("/ui/").raise_for_status().text
        linked = {path for path in re.findall(r'(?:href|src)="([^"#]+)', page) if "/static/" in path}
        assert any(path.endswith(".css") or ".css?" in path for path in linked), linked
        for path in linked:
            assert one.client.get(path).status_code == 200, path
    finally:
        one.close()


def test_the_wheel_has_the_backlog_of_the_demo(installed: Path) -> None:
    file = Path(
        done(installed.with_name("python"), "-c", "from hydra_lab.surfaces.cli import demo; print(demo.example())")
    )
    assert file.is_relative_to(installed.parents[1])
    assert file.read_text() == (ROOT / "examples" / "backlog.md").read_text()
