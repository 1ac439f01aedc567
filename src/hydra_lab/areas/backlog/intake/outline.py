"""The outline of a document, kept at its import so that no page reads the whole text again."""

from typing import Any

from hydra_lab.areas.backlog.model import Document

# More than any backlog has: an outline stays small whatever the text.
MOST_TIERS, MOST_STEPS, MOST_RULES = 5_000, 1_000, 200
LONGEST = 300


def outlined(document: Document) -> dict[str, Any]:
    """Tiers, phases with their steps, and the lists about user input, as far as they are shown."""
    used = {entry.tier for entry in document.entries}
    tiers = {tier.number: tier for tier in reversed(document.tiers) if tier.number in used}
    phases, left = [], MOST_STEPS
    for phase in document.phases[:MOST_STEPS]:
        steps = [{"text": step.text[:LONGEST], "line": step.line, "key": step.key} for step in phase.steps[:left]]
        left -= len(steps)
        phases.append({
            "letter": phase.letter, "title": phase.title[:LONGEST], "hours": (phase.hours or "")[:LONGEST],
            "steps": steps, "more": len(phase.steps) - len(steps),
        })  # fmt: skip
    lists = {"requires": document.requires_input, "without": document.without_input}
    return {
        "tiers": [[one.number, one.title[:LONGEST], (one.note or "")[:LONGEST]] for one in tiers.values()][:MOST_TIERS],
        "phases": phases,
        **{
            name: [{"text": one.text[:LONGEST], "line": one.line, "floor": one.floor} for one in rules[:MOST_RULES]]
            for name, rules in lists.items()
        },
    }
