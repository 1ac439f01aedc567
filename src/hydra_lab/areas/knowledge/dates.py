"""Stamps: dates that say when a note was written or last looked at, in the ways people write them."""

import re
from datetime import date

from hydra_lab.areas.knowledge.model import Stamp

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH},?\s+(\d{{4}})\b", re.IGNORECASE)
MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE)
# Only a date that claims to be a stamp is one: a date in a story or a change log is history and never stale.
CLAIM = re.compile(
    r"\b(?:last[ -](?:updated?|modified|reviewed|verified|checked|edited|changed|tested|revised|generated)"
    r"|updated|generated|reviewed|verified|revised|(?:status |current )?as of|(?P<due>next review|valid until))\b"
    r"[^\n]{0,40}$",
    re.IGNORECASE,
)
FRONT_KEY = re.compile(
    r"^(?:date|updated|last[_-]?(?:updated|modified|reviewed|verified)|lastmod|modified|reviewed|verified)\s*:\s*(.+)$",
    re.IGNORECASE,
)


def dates_in(text: str) -> list[tuple[int, date]]:
    """Every date in a text, with where it begins; days that no calendar has are left out."""
    found: list[tuple[int, date]] = []
    for pattern, order in ((ISO, (1, 2, 3)), (DAY_FIRST, (3, 2, 1)), (MONTH_FIRST, (3, 1, 2))):
        for match in pattern.finditer(text):
            year, month, day = (match.group(number) for number in order)
            number = int(month) if month.isdigit() else MONTHS.index(month[:3].lower()) + 1
            try:
                found.append((match.start(), date(int(year), number, int(day))))
            except ValueError:
                continue
    return sorted(found)


def stamps_in(text: str, line: int) -> list[Stamp]:
    """The stamps in one line of prose: dates shortly after words such as “last updated”."""
    if not any(sign.isdigit() for sign in text):
        return []
    claimed = ((day, CLAIM.search(text[:start])) for start, day in dates_in(text))
    return [
        Stamp(day=day, due=claim["due"] is not None, line=line, text=text.strip()[:120])
        for day, claim in claimed
        if claim
    ]


def front_matter_stamps(text: str) -> list[Stamp]:
    """The stamps in a note's front matter; its first line is line 2 of the file."""
    found: list[Stamp] = []
    for number, line in enumerate(text.splitlines(), start=2):
        match = FRONT_KEY.match(line.strip())
        if match:
            found += [
                Stamp(day=day, due=False, line=number, text=line.strip()[:120])
                for _, day in dates_in(match.group(1))[:1]
            ]
    return found
