"""The score: a weighted mean of named parts, each the share of what was looked at that is in order."""

from collections.abc import Mapping

from hydra_lab.areas.knowledge.model import Kind, Part

# name: (weight, what is counted, what speaks against it)
PARTS: dict[str, tuple[int, str, tuple[Kind, ...]]] = {
    "links": (30, "links, anchors and references", (Kind.BROKEN_LINK, Kind.BROKEN_ANCHOR, Kind.UNDEFINED_REFERENCE)),
    "files": (15, "files named in the text", (Kind.MISSING_FILE,)),
    "freshness": (15, "stamps", (Kind.STALE,)),
    "structure": (10, "headings", (Kind.EMPTY_HEADING, Kind.EMPTY_SECTION)),
    "duplication": (10, "sections long enough to compare", (Kind.DUPLICATE,)),
    "reachability": (10, "notes", (Kind.ORPHAN,)),
    "code": (5, "code blocks", (Kind.UNKNOWN_LANGUAGE, Kind.UNLABELLED_CODE)),
    "loose ends": (5, "notes", (Kind.LOOSE_END, Kind.UNREADABLE)),
}


def parts(checked: Mapping[str, int], wrong: Mapping[str, int]) -> list[Part]:
    """Each part from how many things were looked at and how many of them are wrong, both by the part's name."""
    return [
        Part(
            name=name,
            score=value(checked.get(name, 0), wrong.get(name, 0)),
            weight=weight,
            checked=checked.get(name, 0),
            wrong=wrong.get(name, 0),
            explained=explained(counted, checked.get(name, 0), wrong.get(name, 0)),
        )
        for name, (weight, counted, _) in PARTS.items()
    ]


def value(checked: int, wrong: int) -> float | None:
    """0 to 100; ``None`` when nothing was looked at."""
    return None if checked == 0 else round(100 * max(0.0, 1 - wrong / checked), 1)


def explained(counted: str, checked: int, wrong: int) -> str:
    """The part in a sentence."""
    return (
        f"{wrong} of {checked} {counted} need a look."
        if checked
        else f"There are no {counted}; the part does not count."
    )


def total(found: list[Part]) -> float | None:
    """The parts' weighted mean, 0 to 100; ``None`` when no part counts."""
    counting = [(part.score, part.weight) for part in found if part.score is not None]
    weights = sum(weight for _, weight in counting)
    return round(sum(score * weight for score, weight in counting) / weights, 1) if weights else None
