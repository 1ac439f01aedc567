"""The audit's report as Markdown: the score and why, then what to look at, file by file."""

from collections.abc import Iterator
from itertools import groupby

from hydra_lab.areas.knowledge.model import Audit, Kind

MOST = 2000


def report(audit: Audit, today: str) -> str:
    """The whole report."""
    return "\n".join(_lines(audit, today)).rstrip() + "\n"


def _lines(audit: Audit, today: str) -> Iterator[str]:
    score = "no score: there was nothing to look at" if audit.score is None else f"{audit.score:g} of 100"
    yield from (
        "# Audit of notes",
        "",
        f"`{audit.folder}` on {today}: {audit.files:,} notes, {audit.words:,} words.",
        "",
    )
    yield from (f"**Score: {score}.** It is the weighted mean of these parts:", "")
    yield from ("| part | score | weight | why |", "|---|--:|--:|---|")
    for part in audit.parts:
        value = "–" if part.score is None else f"{part.score:g}"
        yield f"| {part.name} | {value} | {part.weight} | {part.explained} |"
    yield from ("", "## What was found", "", "| what | how many |", "|---|--:|")
    yield from (f"| {kind.value} | {audit.counts.get(kind.value, 0)} |" for kind in Kind)
    yield ""
    yield from (f"- {one}" for one in audit.not_checked)
    yield from ("", "## File by file")
    if not audit.findings:
        yield from ("", "Nothing needs a look.")
    for file, found in groupby(audit.findings[:MOST], key=lambda one: one.file):
        yield from ("", f"### {file}", "")
        yield from (f"- line {one.line}, {one.kind.value}: {_safe(one.detail)}" for one in found)
    if len(audit.findings) > MOST:
        yield from ("", f"{len(audit.findings) - MOST:,} more are in the JSON report.")


def _safe(text: str) -> str:
    """Text from a note on one line, so that it cannot make headings or lists of its own."""
    return " ".join(text.split()).replace("<", "&lt;")
