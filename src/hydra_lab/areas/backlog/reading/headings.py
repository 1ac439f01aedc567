"""Headings of a backlog: tiers, numbered items, phases and the lists about user input, told apart by their words."""

import re
from dataclasses import dataclass
from enum import StrEnum

DONE_WORDS = r"(?:COMPLETED?|DONE|IMPLEMENTED|FINISHED)"
DONE_MARK = re.compile(
    rf"(?:[✅✔☑]\ufe0f?[ \t]*(?:{DONE_WORDS}\b)?|[\[(](?:x|{DONE_WORDS})[\])])[ \t]*$", re.IGNORECASE
)
DONE_FIRST = re.compile(r"(?:[✅✔☑]\ufe0f?|\[[xX]\])[ \t]+")
BOX_FIRST = re.compile(r"(?:☐|\[ \])[ \t]+")
TIER = re.compile(r"TIER[ \t]+(\d{1,6}|[IVX]{1,6}|[A-H])\b[ \t]*[:.)–—-]*[ \t]*(.*)$", re.IGNORECASE)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
NUMBERED = re.compile(r"\[?(\d{1,6}(?:\.\d{1,6}){1,5})\]?(?:[.:)]|[ \t]+[–—-](?=[ \t]))?(?=[ \t]|$)(.*)$")
NUMBERED_ONCE = re.compile(r"(\d{1,6}(?=[.:)])|[A-Z](?=[.)]))[.:)](?=[ \t]|$)(.*)$")
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
    struck: bool = False


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

    A single number or letter (``### 3. Title``) makes an item only inside a tier; a dotted one (``### 1.3 Title``) does
    anywhere.
    """
    found = heading_text(text)
    if found is None:
        return None
    level, words = found
    if (match := TIER.match(words)) and (number := tier_number(match[1])) is not None:
        title, note = bracketed(match[2])
        return Heading(level=level, kind=Kind.TIER, number=number, title=title, note=note)
    bare, done, struck = unmarked(words)
    if match := NUMBERED.match(bare) or (tier_level and level > tier_level and NUMBERED_ONCE.match(bare)) or None:
        return item(level, match[1], match[2], done=done, struck=struck)
    if match := PHASE.match(words):
        title, note = bracketed(match[2])
        return Heading(level=level, kind=Kind.PHASE, number=match[1].upper(), title=title, note=note)
    kind = kind_by_words(words)
    return Heading(level=level, kind=kind, number=None, title=words)


def tier_number(text: str) -> str | None:
    """``3`` of ``3``, ``III`` or ``C``; ``None`` for letters that make no number."""
    word = text.upper()
    if word.isdigit():
        return word
    if word in ROMAN:
        return str(ROMAN.index(word) + 1)
    return str(ord(word) - ord("A") + 1) if len(word) == 1 else None


def unmarked(words: str) -> tuple[str, bool, bool]:
    """A heading without the marks around it, whether they say that it is done, and whether they strike it through."""
    struck = words.startswith("~~") and words.count("~~") > 1
    if struck:
        words = words.replace("~~", "").strip()
    done = DONE_FIRST.match(words)
    box = done or BOX_FIRST.match(words)
    return words[box.end() :] if box else words, bool(done), struck


def item(level: int, number: str | None, words: str, *, done: bool = False, struck: bool = False) -> Heading:
    """An item's heading: its title without the marks that say it is done or given up."""
    title, ticked, crossed = unmarked(words.strip())
    marked = DONE_MARK.search(title[-40:])
    if marked:
        title = title[: len(title) - len(title[-40:]) + marked.start()].rstrip(" \t–—-")
    return Heading(
        level=level, kind=Kind.ITEM, number=number, title=title,
        done=done or ticked or bool(marked), struck=struck or crossed,
    )  # fmt: skip


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
