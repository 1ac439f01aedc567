"""Pushing git: real repositories, a bare one as the remote."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.areas.changes.conftest import Changing, lines, text
from tests.areas.running import ended

WHO = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "a@lab.example", "GIT_COMMITTER_NAME": "Ada",
       "GIT_COMMITTER_EMAIL": "a@lab.example", "GIT_CONFIG_GLOBAL": "/dev/null"}  # fmt: skip


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder."""
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], env=os.environ | WHO, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, name: str, content: str) -> str:
    """Commit a file; the commit's id."""
    (folder / name).write_text(content)
    git(folder, "add", name)
    git(folder, "commit", "--quiet", "--message", f"Write {name}")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A clone with one commit that its remote has, too; the remote is ``remote.git`` beside it."""
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", "remote.git")
    git(tmp_path, "clone", "--quiet", "remote.git", "work")
    folder = tmp_path / "work"
    git(folder, "switch", "--quiet", "--create", "main")
    commit(folder, "README", "hello\n")
    git(folder, "push", "--quiet", "--set-upstream", "origin", "main")
    return folder


def tip(repository: Path, branch: str = "main") -> str:
    """The remote's commit."""
    return git(repository.parent / "remote.git", "rev-parse", f"refs/heads/{branch}")


def test_commits_and_diff_are_shown_and_just_they_are_pushed(hydra: Changing, repository: Path) -> None:
    before = tip(repository)
    head = commit(repository, "rules", "one\n")
    question = hydra.asked("/git/push", folder=str(repository))
    assert question["rule"] == "floor:pushes git"
    assert "1 commit of main would be pushed to" in question["preview"]["summary"]
    assert lines(question, "Commits") == {head[:7]: "Write rules (Ada)"}
    assert "+one" in text(question, "What changes")
    assert tip(repository) == before
    item = hydra.approved(question)
    assert (item["state"], item["result"]["before"], item["result"]["after"]) == ("done", before, head), item
    assert tip(repository) == head
    again = ended(hydra.server, hydra.server.client.post("/git/push", json={"folder": str(repository)}).json()["id"])
    assert "has all of main already" in again["result"]["summary"]


def test_what_was_committed_after_it_was_shown_is_asked_anew(hydra: Changing, repository: Path) -> None:
    before = tip(repository)
    commit(repository, "one", "1\n")
    question = hydra.asked("/git/push", folder=str(repository))
    head = commit(repository, "two", "2\n")
    item = hydra.approved(question)
    assert (item["state"], tip(repository)) == ("held", before)
    second = hydra.question(item["id"])
    assert list(lines(second, "Commits").values()) == ["Write two (Ada)", "Write one (Ada)"]
    assert hydra.approved(second)["state"] == "done"
    assert tip(repository) == head


def test_a_new_branch_is_shown_as_such(hydra: Changing, repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "topic/a")
    head = commit(repository, "idea", "new\n")
    question = hydra.asked("/git/push", folder=str(repository), branch="topic/a")
    assert question["preview"]["summary"].endswith("as a new branch.")
    assert "+new" in text(question, "What changes")
    assert "hello" not in text(question, "What changes")
    assert hydra.approved(question)["state"] == "done"
    assert tip(repository, "topic/a") == head


def test_nothing_is_pushed_by_force_and_what_a_hook_says_is_told(hydra: Changing, repository: Path) -> None:
    other = repository.parent / "other"
    git(repository.parent, "clone", "--quiet", "remote.git", "other")
    commit(repository, "mine", "1\n")
    question = hydra.asked("/git/push", folder=str(repository))
    theirs = commit(other, "theirs", "2\n")
    git(other, "push", "--quiet")
    item = hydra.approved(question)
    assert (item["state"], item["error"]["code"]) == ("failed", "conflict")
    assert "has commits of main that are not here" in item["error"]["detail"]
    assert tip(repository) == theirs
    git(repository, "pull", "--quiet", "--rebase")
    hook = repository.parent / "remote.git" / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho frozen until Monday >&2\nexit 1\n")
    hook.chmod(0o755)
    item = hydra.approved(hydra.asked("/git/push", folder=str(repository)))
    assert (item["state"], tip(repository)) == ("failed", theirs)
    assert "frozen until Monday" in item["error"]["detail"]


@pytest.mark.parametrize(
    "wrong", [{"folder": "relative"}, {"remote": "ext::sh"}, {"branch": "--all"}, {"branch": "none"}]
)
def test_what_is_no_place_or_name_is_refused(hydra: Changing, repository: Path, wrong: dict[str, str]) -> None:
    answer = hydra.server.client.post("/git/push", json={"folder": str(repository)} | wrong)
    if answer.status_code == 202:
        item = ended(hydra.server, answer.json()["id"])
        assert (item["state"], item["error"]["code"]) == ("failed", "invalid"), item
    else:
        assert answer.status_code == 422
