"""Which columns a table in a terminal has, and how wide each is."""

from typing import Any

from hydra_lab.surfaces.cli.calls.cells import called, words

# What a table shows first; other columns follow as far as there is room.
FIRST = (
    "id", "name", "section", "state", "status", "title", "waits_for", "priority", "tier", "operation", "effect",
    "summary",
)  # fmt: skip
# What is kept first where there is little room.
NEEDED = (
    "id", "name", "state", "status", "title", "waits_for", "summary", "value", "typical", "unit", "label", "free_gib",
    "total_gib", "at", "detail",
)  # fmt: skip
LAST = ("detail", "unblock", "description", "what", "about", "fix")
WIDE = ("title", "waits_for", "case", "summary", "text", "why", *LAST)
# What nobody types: shown where there is room to spare.
SELDOM = ("uuid", "holder", "coming", "is_mean")
LEAST = 8
WIDEST = 60


def widths(names: list[str], rows: list[dict[str, Any]], width: int) -> dict[str, int]:
    """How wide each column is. Names are never cut, for they must be typed again; sentences share what is left."""
    wanted = {name: min(widest(name, rows), WIDEST) for name in names}
    sentences = [name for name in names if name in WIDE]
    left = width - 2 * (len(names) - 1) - sum(wanted[name] for name in names if name not in sentences)
    for count, name in enumerate(sorted(sentences, key=wanted.__getitem__)):
        wanted[name] = max(LEAST, min(widest(name, rows), left // (len(sentences) - count)))
        left -= wanted[name]
    return wanted


def widest(name: str, rows: list[dict[str, Any]]) -> int:
    """The width a column would like."""
    return max(len(words(name)), *(len(called(name, row.get(name))) for row in rows))


def columns(rows: list[dict[str, Any]], width: int) -> list[str]:
    """The columns to show: those that say anything, the important ones first, as many as fit."""
    named = list(dict.fromkeys(name for row in rows for name in row))
    telling = [name for name in named if any(row.get(name) not in (None, "", [], {}) for row in rows)]
    telling = [name for name in telling if any(not isinstance(row.get(name), dict) for row in rows)]

    def rank(name: str) -> tuple[int, int]:
        if name in FIRST:
            return 0, FIRST.index(name)
        return (2 if name in LAST else 1), telling.index(name)

    def need(name: str) -> tuple[int, int, int]:
        return (0, NEEDED.index(name), 0) if name in NEEDED else (2 if name in SELDOM else 1, *rank(name))

    chosen: list[str] = []
    left = width
    for name in sorted(telling, key=need):
        needs = min(widest(name, rows), least(name, width)) + 2
        if chosen and needs > left:
            continue
        chosen.append(name)
        left -= needs
    return sorted(chosen, key=rank)


def least(name: str, width: int) -> int:
    """The room a column wants at least; a reason says little when most of it is cut."""
    if name == "waits_for":
        return width // 3
    return min(24, width // 4) if name in WIDE else WIDEST
