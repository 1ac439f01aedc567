"""How many durable one-call items a second, beside the same no-op on a bare DBOS queue; the two take turns.

Only NORMAL compares like with like. With FULL, Hydra syncs its own commits while its engine's connections stay at
NORMAL, and bare DBOS syncs every commit: that line informs and is held to no budget.
"""

import subprocess
import sys
from statistics import median

from benchmarks.place import Place
from benchmarks.result import Result

BUDGET = 0.6
SLOTS = 16


def measure(place: Place) -> list[Result]:
    """Both programs with each ``synchronous``, each round in a fresh process."""
    found = []
    for synchronous in ("NORMAL", "FULL"):
        ours, theirs = [], []
        for _ in range(place.sizes.rounds):
            ours.append(round_of("hydra", place.sizes.batch, synchronous))
            theirs.append(round_of("bare_dbos", place.sizes.batch, synchronous))
        ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
        note = f"{median(ours):.0f}/s, bare DBOS {median(theirs):.0f}/s; {SLOTS} slots, {place.sizes.rounds} rounds"
        what = f"durable items/s against bare DBOS, {synchronous}"
        budget = BUDGET if synchronous == "NORMAL" else None
        found.append(Result(what=what, measured=ratio, unit="x", budget=budget, at_least=True, note=note))
    return found


def round_of(program: str, items: int, synchronous: str) -> float:
    """Items a second of one program in one round."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.rounds.{program}", "--items", str(items), "--slots", str(SLOTS),
         "--synchronous", synchronous],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout.splitlines()[-1])
