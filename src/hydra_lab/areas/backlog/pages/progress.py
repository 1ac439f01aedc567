"""How far a backlog is, as a bar, in numbers and in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from hydra_lab.areas.backlog.store import Tally

STATES = ("done", "running", "queued", "held", "failed", "cancelled", "pruned")
WORDS = {"queued": "ready", "pruned": "no longer kept"}
BAR = {"done": "a", "running": "b", "failed": "bad"}  # what the bar shows in colour; the rest is still to come


def progress(states: Mapping[str, int]) -> dict[str, Any]:
    """Segments in percent, the numbers of each state, and the same in words."""
    total = sum(states.values())
    segments = [(100 * states[state] / total, colour) for state, colour in BAR.items() if states.get(state)]
    parts = [(state, WORDS.get(state, state), states[state]) for state in STATES if states.get(state)]
    words = ", ".join(f"{number:,} {word}" for _, word, number in parts) or "nothing yet"
    return {"segments": segments, "parts": parts, "words": words, "done": states.get("done", 0), "total": total}


def agreement(counted: Iterable[Tally]) -> dict[str, int]:
    """Where the document and the truth differ.

    ``reported`` items are done by its word alone. ``behind`` are done here and not marked in it, ``ahead`` marked in
    it and not done here, ``freed`` called blocked in it and no longer waiting.
    """
    found = dict.fromkeys(("reported", "behind", "ahead", "freed"), 0)
    for one in counted:
        says_done = one.said in ("complete", "implemented")
        found["reported"] += one.items if one.concluded else 0
        found["behind"] += one.items if one.state == "done" and not says_done else 0
        found["ahead"] += one.items if says_done and one.state not in ("done", "pruned") else 0
        found["freed"] += one.items if one.said == "blocked" and one.state in ("queued", "running") else 0
    return found
