"""Any text at all is either read or refused with an answer, in time that grows no faster than the text."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hydra_lab.areas.backlog.model import Document
from hydra_lab.areas.backlog.planning.plan import plan
from hydra_lab.areas.backlog.planning.rules import shipped_rules
from hydra_lab.areas.backlog.reading.parse import parse
from hydra_lab.kernel.errors import Invalid
from tests.areas.backlog.documents import catalogue
from tests.areas.backlog.texts import documents

RULES = shipped_rules()


def read_or_refuse(text: str) -> Document | None:
    """What was read; ``None`` for a refusal that says what to do."""
    try:
        return parse(text)
    except Invalid as error:
        if not error.fix:
            raise
        return None


def read_and_plan(text: str) -> None:
    document = read_or_refuse(text)
    if document is None:
        return
    keys = [entry.key for entry in document.entries]
    assert len(keys) == len(set(keys))
    lines = text.count("\n") + text.count("\r") + 1
    assert all(1 <= entry.line <= entry.end <= lines for entry in document.entries)
    for entry in document.entries:
        made = plan(entry, catalogue(), RULES)
        assert (made.operation is None) == any(hold.kind == "plan" for hold in made.holds)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    read_and_plan(text)


@settings(deadline=None)
@given(documents)
def test_any_mixture_of_the_formats_lines_is_read_or_refused(text: str) -> None:
    read_and_plan(text)


KEPT = [
    "",
    " ",
    *"""
{w}
- {w}
### 1.1 {w}
### {w}
**Task:** {w}
**Odd:** {w}
**Impact:** {w} | **Note:** {w}
> {w}
*{w}*
| {w} | x |
## TIER 1: {w}
### Phase A: {w}
#### {w}
## {w}
### Requires input
1. {w}
### Protocol
### What requires user input
```
**Endpoints:** GET /{w}
**Run:** {w}
""".strip().split("\n"),
]


@settings(deadline=None)
@given(st.lists(st.sampled_from(KEPT), max_size=30))
def test_every_word_is_in_what_was_read_or_in_what_was_not(templates: list[str]) -> None:
    words = [f"word{number}word" for number in range(len(templates))]
    document = read_or_refuse("\n".join(one.replace("{w}", word) for one, word in zip(templates, words, strict=True)))
    if document is None:
        return
    found = repr(document)
    assert [word for one, word in zip(templates, words, strict=True) if "{w}" in one and word not in found] == []


def test_more_lines_than_any_backlog_has_are_refused_at_once() -> None:
    with pytest.raises(Invalid, match="more than 500,000 lines"):
        parse(HEAD + "\n" * 10_000_000)


HEAD = "## TIER 1: X\n### 1.1 Start\n"
HOSTILE = {
    "one long line": lambda n: HEAD + "a" * n,
    "one long title": lambda n: "### 1.1 " + "word " * (n // 5),
    "spaces in a heading": lambda n: HEAD + "### 1.2 x" + " " * n + "y",
    "hashes in a heading": lambda n: HEAD + "### 1.2 x" + " #" * (n // 2) + "y",
    "marks in a heading": lambda n: HEAD + "### 1.2 x" + " ✅" * (n // 2) + "y",
    "bold fields in one line": lambda n: HEAD + "**a:** | " * (n // 9),
    "bold fields without bars": lambda n: HEAD + "**a:** x " * (n // 9),
    "stars": lambda n: HEAD + "*" * n + "x",
    "stars and spaces": lambda n: HEAD + "** " * (n // 3),
    "brackets": lambda n: HEAD + "**Run:** a.b " + "{" * n,
    "open brackets in a priority": lambda n: HEAD + "**Priority:** BLOCKED " + "(" * n,
    "quotation marks": lambda n: HEAD + "**Run:** a.b x=" + "'\"" * (n // 2),
    "items": lambda n: "## TIER 1: X\n" + "".join(f"### 1.{k} the same words\n" for k in range(min(n // 30, 4_999))),
    "tiers": lambda n: HEAD + "".join(f"## TIER {k}\n### {k}.1 x\n" for k in range(1, min(n // 25, 4_999))),
    "items of one number": lambda n: "## TIER 1: X\n" + "### 1.1 a\n" * min(n // 10, 4_999),
    "steps": lambda n: "".join(f"### 1.{k} sensor number {k}\n" for k in range(2_000)) + "### Phase A: x\n"
    + "".join(f"- sensor number {k % 999}\n" for k in range(n // 20)),
    "rules": lambda n: HEAD + "### What Requires User Input:\n" + "- All Tier 1 items\n" * (n // 19),
    "open fences": lambda n: HEAD + "```a\n" * (n // 5),
    "open comments": lambda n: HEAD + "<!--\n" * (n // 5),
    "empty lines": lambda n: HEAD + "\n" * (n // 2 - 9),
    "carriage returns": lambda n: HEAD + "\r" * (n // 2 - 9),
    "table cells": lambda n: "# t\n" + "|a" * (n // 2) + "|\n" + HEAD,
    "bullets": lambda n: HEAD + "- x\n" * (n // 4),
    "numbers with dots": lambda n: HEAD + "### Phase A: x\n- " + "1." * (n // 2),
    "wrapped lines": lambda n: HEAD + "**Task:** x\n" + "word\n" * (n // 5),
    "unread lines": lambda n: HEAD + "\n## Other\n" + "word\n" * (n // 5),
}  # fmt: skip


@pytest.mark.parametrize("shape", HOSTILE)
def test_a_lot_of_anything_is_answered_quickly(shape: str) -> None:
    text = HOSTILE[shape](300_000)
    started = time.thread_time()
    read_and_plan(text)
    assert time.thread_time() - started < 8


def test_ten_megabytes_of_items_and_prose_are_read() -> None:
    one = "### {n}.1 Fix number {n}\n**Priority:** HIGH | **Effort:** 30 min\n**Task:** " + "words " * 340 + "\n"
    text = "".join(f"## TIER {n}: X\n" + one.replace("{n}", str(n)) for n in range(1, 5_001))
    assert len(text) > 10_000_000
    assert len(parse(text).entries) == 5_000
