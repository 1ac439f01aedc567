"""The benchmarks run: with sizes so small that only a broken one shows."""

import subprocess
import sys

from tests.rules.source import ROOT

TINY = ["--items", "300", "--samples", "3", "--clients", "5", "--events", "4"]


def test_measures_give_their_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--only", "events", "lists", *TINY],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert "could not be measured" not in done.stdout, done.stdout + done.stderr
    assert "journal entry to 5 clients" in done.stdout
    assert "GET /queue, p50" in done.stdout
