"""The benchmarks run: every measure, with sizes so small that only a broken one shows."""

import subprocess
import sys

from tests.rules.source import ROOT

TINY = ["--items", "300", "--rounds", "1", "--batch", "5", "--samples", "3", "--clients", "5", "--events", "4"]


def test_every_measure_gives_its_lines() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *TINY, "--starts", "1", "--idle-s", "0.5"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert "could not be measured" not in done.stdout, done.stdout + done.stderr
    assert "durable items/s" in done.stdout
