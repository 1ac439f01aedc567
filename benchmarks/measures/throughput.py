"""How many durable one-call items a second, beside the same no-op on a bare DBOS queue; the two take turns.

An item that takes no step leaves nothing with the engine, so the same is measured with one recorded step in each, which
informs and is held to no budget. Only NORMAL compares like with like: with FULL, Hydra syncs its own commits while its
engine's connections stay at NORMAL, and bare DBOS syncs every commit. That line informs, too.
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
    for synchronous, step in (("NORMAL", False), ("NORMAL", True), ("FULL", False)):
        ours, theirs = [], []
        for _ in range(place.sizes.rounds):
            ours.append(round_of("hydra", place.sizes.batch, synchronous, step=step))
            theirs.append(round_of("bare_dbos", place.sizes.batch, synchronous, step=step))
        ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
        note = f"{median(ours):.0f}/s, bare DBOS {median(theirs):.0f}/s; {SLOTS} slots, {place.sizes.rounds} rounds"
        what = f"durable items/s against bare DBOS, {synchronous}" + (", one step each" if step else "")
        budget = BUDGET if synchronous == "NORMAL" and not step else None
        found.append(Result(what=what, measured=ratio, unit="x", budget=budget, at_least=True, note=note))
    return found


def round_of(program: str, items: int, synchronous: str, *, step: bool) -> float:
    """Items a second of one program in one round."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.rounds.{program}", "--items", str(items), "--slots", str(SLOTS),
         "--synchronous", synchronous, *(["--step"] if step else [])],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout.splitlines()[-1])
