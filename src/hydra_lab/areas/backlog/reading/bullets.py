"""Lines of lists: ``- one``, ``* two``, ``3. three``, however deep they are set in."""

import re

BULLET = re.compile(r"(?:[-*+•]|\d{1,6}[.)])(?:[ \t]+(.*)|$)")
EMPTY_BOX = re.compile(r"\[ \][ \t]+")


def bullet(text: str) -> str | None:
    """What a line of a list says, without its mark and empty tick box; ``None`` for any other line."""
    match = BULLET.match(text.strip())
    if not match:
        return None
    words = (match[1] or "").strip()
    return EMPTY_BOX.sub("", words, count=1) if EMPTY_BOX.match(words) else words


def table_row(text: str) -> list[str] | None:
    """The cells of ``| a | b |``; empty for the line under a table's head, ``None`` for any other line."""
    text = text.strip()
    if not text.startswith("|") or text.count("|") < 2:
        return None
    cells = [cell.strip() for cell in text.strip("|").split("|")]
    return [] if all(cell and not cell.strip(":-") for cell in cells) else cells


def is_rule(text: str) -> bool:
    """Whether a line is a horizontal rule: three or more of ``-``, ``*`` or ``_`` and nothing else."""
    marks = text.replace(" ", "").replace("\t", "")
    return len(marks) >= 3 and marks[0] in "-*_" and marks.count(marks[0]) == len(marks)
