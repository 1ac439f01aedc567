"""Changes on another machine: the same over a real OpenSSH server."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.areas.changes.conftest import Changing, lines
from tests.areas.changes.test_git import commit, git
from tests.peers import sshd
from tests.peers.sshd import Sshd
from tests.server import Server


@pytest.fixture(scope="module")
def host() -> Iterator[Sshd]:
    """The other machine."""
    with sshd.running() as one:
        yield one


@pytest.fixture
def far(host: Sshd, tmp_path: Path) -> Iterator[Changing]:
    """A Hydra that knows it as the node nas."""
    server = Server(tmp_path / "data", HYDRA_NODES__NAS=json.dumps(host.node)).start()
    try:
        yield Changing(server)
        print(server.tail())
    finally:
        server.close()


@pytest.fixture
def folder(host: Sshd) -> Iterator[Path]:
    """A repository of the user that Hydra is there, with a commit that its remote does not have."""
    with tempfile.TemporaryDirectory() as name:
        at = Path(name)
        git(at, "init", "--quiet", "--bare", "--initial-branch", "main", "remote.git")
        git(at, "clone", "--quiet", "remote.git", "work with a space")
        folder = at / "work with a space"
        git(folder, "switch", "--quiet", "--create", "main")
        commit(folder, "README", "hello\n")
        subprocess.run(["chown", "-R", host.user, name], check=True)
        yield folder


def test_a_push_on_another_machine_is_shown_done_and_verified_there(far: Changing, folder: Path) -> None:
    question = far.asked("/git/push", folder=str(folder), node="nas")
    assert list(lines(question, "Commits").values()) == ["Write README (Ada)"]
    item = far.approved(question)
    assert item["state"] == "done", item
    remote = folder.parent / "remote.git" / "refs" / "heads" / "main"
    assert remote.read_text().strip() == item["result"]["after"]
