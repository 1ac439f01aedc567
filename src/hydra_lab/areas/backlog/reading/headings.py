"""Headings of a backlog: tiers, numbered items, phases and the lists about user input, told apart by their words."""

import re
from dataclasses import dataclass
from enum import StrEnum

DONE_WORDS = r"(?:COMPLETED?|DONE|IMPLEMENTED|FINISHED)"
DONE_MARK = re.compile(
    rf"(?:[✅✔☑]\ufe0f?[ \t]*(?:{DONE_WORDS}\b)?|[\[(](?:x|{DONE_WORDS})[\])])[ \t]*$", re.IGNORECASE
)
TIER = re.compile(r"TIER[ \t]+(\d{1,6})\b[ \t]*[:.)–—-]*[ \t]*(.*)$", re.IGNORECASE)
NUMBERED = re.compile(r"\[?(\d{1,6}(?:\.\d{1,6}){1,5})\]?(?:[.:)]|[ \t]+[–—-](?=[ \t]))?(?=[ \t]|$)(.*)$")
NUMBERED_ONCE = re.compile(r"(\d{1,6})[.:)](?=[ \t]|$)(.*)$")
PHASE = re.compile(r"PHASE[ \t]+([A-Z]|\d{1,3})\b[ \t]*[:.)–—-]*[ \t]*(.*)$", re.IGNORECASE)
FACT = re.compile(r"([A-Z][A-Za-z ]{1,30}):[ \t]+(\S.*)$")


class Kind(StrEnum):
    """What a heading opens."""

    TIER = "tier"
    ITEM = "item"
    PHASE = "phase"
    ORDER = "order"
    WITHOUT = "without"
    REQUIRES = "requires"
    PROTOCOL = "protocol"
    NOTES = "notes"
    FACT = "fact"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Heading:
    """One heading: its level, what it opens, its number or letter, its title and what stands in brackets after it."""

    level: int
    kind: Kind
    number: str | None
    title: str
    note: str | None = None
    done: bool = False


def heading_text(text: str) -> tuple[int, str] | None:
    """``(level, text)`` of an ATX heading without its closing hashes, ``None`` for any other line."""
    stripped = text.lstrip(" ")
    if len(text) - len(stripped) > 3 or not stripped.startswith("#"):
        return None
    rest = stripped.lstrip("#")
    level = len(stripped) - len(rest)
    if level > 6 or (rest and rest[0] not in " \t"):
        return None
    rest = rest.strip()
    opened = rest.rstrip("#")
    if not opened or opened[-1] in " \t":
        rest = opened.rstrip()
    return level, rest


def read_heading(text: str, *, tier_level: int | None) -> Heading | None:
    """What a line's heading opens; ``tier_level`` is the level of the tier it stands in, if any.

    A single number (``### 3. Title``) makes an item only inside a tier; a dotted one (``### 1.3 Title``) does anywhere.
    """
    found = heading_text(text)
    if found is None:
        return None
    level, words = found
    if match := TIER.match(words):
        title, note = bracketed(match[2])
        return Heading(level=level, kind=Kind.TIER, number=match[1], title=title, note=note)
    if match := NUMBERED.match(words) or (tier_level and level > tier_level and NUMBERED_ONCE.match(words)) or None:
        return item(level, match[1], match[2])
    if match := PHASE.match(words):
        title, note = bracketed(match[2])
        return Heading(level=level, kind=Kind.PHASE, number=match[1].upper(), title=title, note=note)
    kind = kind_by_words(words)
    return Heading(level=level, kind=kind, number=None, title=words)


def item(level: int, number: str | None, words: str) -> Heading:
    """An item's heading: its title without the mark that says it is done."""
    title = words.strip()
    marked = DONE_MARK.search(title[-40:])
    if marked:
        title = title[: len(title) - len(title[-40:]) + marked.start()].rstrip(" \t–—-")
    return Heading(level=level, kind=Kind.ITEM, number=number, title=title, done=bool(marked))


def kind_by_words(words: str) -> Kind:
    """What an unnumbered heading opens, by what it says."""
    lowered = words[:200].lower()
    if re.search(r"\bwithout\b.*\b(input|asking|approval|permission)\b", lowered):
        return Kind.WITHOUT
    if re.search(r"\b(requires?|needs?|with)\b.*\b(input|asking|approval|permission)\b", lowered):
        return Kind.REQUIRES
    if re.search(r"\b(execution|recommended) order\b|\border of execution\b|^phases\b", lowered):
        return Kind.ORDER
    if re.search(r"\bprotocol\b", lowered):
        return Kind.PROTOCOL
    if re.search(r"\bexecution notes\b", lowered):
        return Kind.NOTES
    return Kind.FACT if FACT.match(words[:500]) else Kind.OTHER


def bracketed(text: str) -> tuple[str, str | None]:
    """``("Immediate Fixes", "Next 2 hours")`` of ``Immediate Fixes (Next 2 hours)``."""
    text = text.strip()
    if text.endswith(")") and "(" in text:
        title, _, note = text[:-1].rpartition("(")
        return title.rstrip(), note.strip() or None
    return text, None
