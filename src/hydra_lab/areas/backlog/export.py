"""A backlog written back: the same document byte for byte, with what became of each item."""

from collections.abc import Mapping
from dataclasses import dataclass

from hydra_lab.areas.backlog.model import Document, Entry
from hydra_lab.areas.backlog.reading.fields import split_fields
from hydra_lab.areas.backlog.reading.lines import split, verbatim_lines

MARK = " ✅ COMPLETE"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of an item: ``done`` by Hydra, or ``words`` for its Hydra line (``held: …``).

    Neither is for an item the document itself reports as complete: it is left as it is.
    """

    done: bool = False
    words: str | None = None


def export(text: str, document: Document, outcomes: Mapping[str, Outcome]) -> str:
    """``text`` with statuses brought up to date; ``document`` is what was read from it, outcomes are by item key.

    Only a done item's heading changes. Every other state goes into one ``**Hydra:**`` line below the heading, which
    takes the place of an earlier one. An item without outcome keeps its lines untouched.
    """
    lines = split(text)
    hidden = verbatim_lines([line for line, _ in lines])
    newline = next((ending for _, ending in lines if ending), "\n")
    written: list[str] = []
    done_to = 0
    for entry in document.entries:
        outcome = outcomes.get(entry.key)
        if outcome is None:
            continue
        written += [line + ending for line, ending in lines[done_to : entry.line - 1]]
        own = range(entry.line + 1, entry.end + 1)
        kept = [lines[number - 1] for number in own if number in hidden or not is_hydra_line(lines[number - 1][0])]
        written += item_lines(lines[entry.line - 1], kept, entry, outcome, lines[entry.end - 1][1], newline)
        done_to = entry.end
    written += [line + ending for line, ending in lines[done_to:]]
    return "".join(written)


def item_lines(
    heading: tuple[str, str],
    kept: list[tuple[str, str]],
    entry: Entry,
    outcome: Outcome,
    last_ending: str,
    newline: str,
) -> list[str]:
    """The lines of one item: its heading, its Hydra line if it has one, and the rest as it was.

    ``last_ending`` is how the item's last line ended: the last line of a document may have no ending at all.
    """
    text, ending = heading
    if outcome.done and not entry.reported_done:
        text = marked(text)
    body = [line + end for line, end in kept]
    if not outcome.words or outcome.done:
        return [text + ending, *body]
    words = " ".join(outcome.words.replace("**", "").split())
    return [text + (ending or newline), f"**Hydra:** {words}" + ((ending or newline) if body else last_ending), *body]


def is_hydra_line(text: str) -> bool:
    """Whether a line is one that an export wrote."""
    found = split_fields(text.strip())
    return len(found) == 1 and found[0][0].lower() == "hydra"


def marked(heading: str) -> str:
    """A heading with the mark of a done item, before any closing hashes and trailing spaces."""
    rest = heading.rstrip(" \t")
    core = rest.rstrip("#")
    at = len(core.rstrip(" \t")) if core != rest and core.endswith((" ", "\t")) and core.strip(" \t#") else len(rest)
    return heading[:at] + MARK + heading[at:]
