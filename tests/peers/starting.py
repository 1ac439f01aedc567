"""Starting real outside systems for the tests: where one cannot be had a test skips, and under CI it fails."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

HERE = Path(__file__).parent


def absent(what: str, *, bring: str) -> NoReturn:
    """Leave a test whose outside system is missing, saying what would bring it."""
    reason = f"{what} is not here; {bring} brings it"
    if os.environ.get("CI"):
        pytest.fail(f"{reason} (under CI nothing is skipped)", pytrace=False)
    pytest.skip(reason)


def installed(pattern: str) -> bool:
    """Whether an absolute path with wildcards, as in ``packages.txt``, shows a file."""
    return any(Path("/").glob(pattern.lstrip("/")))


@contextmanager
def peer(script: str, **environment: str) -> Iterator[dict[str, str]]:
    """Run ``script`` of this folder for the length of a block; gives the ``KEY=VALUE`` lines it printed."""
    command = ["bash", str(HERE / script)]
    started = subprocess.run([*command, "start"], env=os.environ | environment, stdout=subprocess.PIPE, text=True)
    assert started.returncode == 0, f"{script} did not start"
    values = dict(line.split("=", 1) for line in started.stdout.splitlines() if "=" in line)
    try:
        yield values
    finally:
        subprocess.run([*command, "stop", values["DIR"]], check=True)
