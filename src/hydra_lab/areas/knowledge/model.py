"""What an audit of notes reads and finds: notes, links, headings, sections, findings, and a score of named parts."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from hydra_lab.kernel.operation import Output


class Kind(StrEnum):
    """What can be wrong in a folder of notes."""

    BROKEN_LINK = "broken link"
    BROKEN_ANCHOR = "broken anchor"
    UNDEFINED_REFERENCE = "undefined reference"
    MISSING_FILE = "missing file"
    EMPTY_HEADING = "heading without words"
    EMPTY_SECTION = "heading without text"
    STALE = "stale stamp"
    DUPLICATE = "near-duplicate section"
    ORPHAN = "orphan"
    UNKNOWN_LANGUAGE = "unknown code language"
    UNLABELLED_CODE = "code without language"
    LOOSE_END = "loose end"
    UNREADABLE = "unreadable file"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link or picture as written, percent signs decoded."""

    target: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Heading:
    """``has_text``: something stands between it and the next heading that is not below it."""

    text: str
    level: int
    slug: str
    line: int
    has_text: bool


@dataclass(frozen=True, kw_only=True)
class Section:
    """What stands under one heading, for comparing: ``prints`` are hashes of its runs of words, sorted, each once."""

    heading: str
    line: int
    words: int
    prints: array[int]


@dataclass(frozen=True, kw_only=True)
class Code:
    """A fenced block; ``language`` is empty where none is said."""

    language: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A date that says when something was written or looked at; ``due``: when it should have been looked at again."""

    day: date
    due: bool
    line: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """One Markdown file as read. ``path`` is relative to the audited folder, with forward slashes."""

    path: str
    size: int
    headings: tuple[Heading, ...] = ()
    anchors: frozenset[str] = frozenset()
    links: tuple[Link, ...] = ()
    wiki_links: tuple[Link, ...] = ()
    undefined: tuple[Link, ...] = ()
    files: tuple[Link, ...] = ()
    codes: tuple[Code, ...] = ()
    stamps: tuple[Stamp, ...] = ()
    loose_ends: tuple[Link, ...] = ()
    sections: tuple[Section, ...] = ()


class Finding(Output):
    """One thing to look at; ``line`` counts from 1."""

    kind: Kind
    file: str
    line: int
    detail: str


class Part(Output):
    """One named part of the score: how much of what was looked at is in order.

    ``score`` is 0 to 100, ``None`` when there was nothing to look at; such a part does not count.
    """

    name: str
    score: float | None
    weight: int
    checked: int
    wrong: int
    explained: str


class Audit(Output):
    """The whole result. ``score`` is the parts' weighted mean, ``None`` when there was nothing to look at."""

    folder: str
    files: int
    words: int
    score: float | None
    parts: list[Part]
    counts: dict[str, int]
    findings: list[Finding]
    not_checked: list[str]
