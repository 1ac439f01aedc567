"""The audit: read every note of a folder, look at each and at all together, and score what was found."""

from collections import Counter
from datetime import date
from pathlib import Path

from hydra_lab.areas.knowledge import checks
from hydra_lab.areas.knowledge.duplicates import compared, twins
from hydra_lab.areas.knowledge.links import Links
from hydra_lab.areas.knowledge.model import Audit, Finding, Kind, Note
from hydra_lab.areas.knowledge.reading import parser, read
from hydra_lab.areas.knowledge.score import PARTS, parts, total
from hydra_lab.areas.knowledge.tree import MOST_BYTES, MOST_NOTES, Tree, scan


def audit(folder: str, today: str, stale_days: int) -> Audit:
    """Audit a folder of Markdown; ``today`` is an ISO date. Reads only; runs in a child process, being heavy.

    Raises ``Invalid`` when the folder cannot be read.
    """
    tree = scan(Path(folder))
    notes, findings = read_all(tree)
    links, files = Links(tree, notes), checks.Files(tree)
    for note in notes.values():
        findings += checks.headings(note)
        findings += checks.codes(note)
        findings += checks.stamps(note, date.fromisoformat(today), stale_days)
        findings += checks.loose_ends(note)
    findings += links.findings()
    findings += links.orphans()
    findings += files.findings(notes.values())
    findings += duplicates(notes)
    counts = Counter(one.kind for one in findings)
    scored = parts(looked_at(notes, tree, links, files), wrong(findings))
    return Audit(
        folder=str(tree.root),
        files=len(tree.notes),
        words=sum(section.words for note in notes.values() for section in note.sections),
        score=total(scored),
        parts=scored,
        counts={kind.value: counts[kind] for kind in Kind},
        findings=sorted(findings, key=lambda one: (one.file, one.line, one.kind)),
        not_checked=not_checked(tree, files),
    )


def read_all(tree: Tree) -> tuple[dict[str, Note], list[Finding]]:
    """Every note by path, and those that could not be read as text."""
    notes: dict[str, Note] = {}
    findings: list[Finding] = []
    markdown = parser()
    for path in tree.notes:
        try:
            raw = (tree.root / path).read_bytes()
        except OSError as error:
            detail = f"It cannot be read: {error.strerror}."
            findings.append(Finding(kind=Kind.UNREADABLE, file=path, line=1, detail=detail))
            continue
        problem = "It is longer than 4 MB; the rest was not read." if len(raw) > MOST_BYTES else None
        text = raw[:MOST_BYTES].decode("utf-8-sig", errors="replace")
        if "\N{REPLACEMENT CHARACTER}" in text or "\x00" in text:
            problem = problem or "It is not plain UTF-8 text."
        if problem:
            findings.append(Finding(kind=Kind.UNREADABLE, file=path, line=1, detail=problem))
        notes[path] = read(path, text, markdown)
    return notes, findings


def duplicates(notes: dict[str, Note]) -> list[Finding]:
    """One finding for each section that repeats an earlier one."""
    return [
        Finding(
            kind=Kind.DUPLICATE,
            file=one.second.file,
            line=one.second.section.line,
            detail=f"“{one.second.section.heading}” is {one.alike:.0%} the same as “{one.first.section.heading}” "
            f"in {one.first.file}, line {one.first.section.line}.",
        )
        for one in twins(notes.values())
    ]


def looked_at(notes: dict[str, Note], tree: Tree, links: Links, files: checks.Files) -> dict[str, int]:
    """How many things each part of the score looked at."""
    return {
        "links": links.checked,
        "files": files.checked,
        "freshness": sum(len(note.stamps) for note in notes.values()),
        "structure": sum(len(note.headings) for note in notes.values()),
        "duplication": compared(notes.values()),
        "reachability": len(notes) if len(notes) > 1 else 0,
        "code": sum(len(note.codes) for note in notes.values()),
        "loose ends": len(tree.notes),
    }


def wrong(findings: list[Finding]) -> dict[str, int]:
    """How many of them are wrong; loose ends count once a note."""
    found = {name: sum(one.kind in kinds for one in findings) for name, (_, _, kinds) in PARTS.items()}
    found["loose ends"] = len({one.file for one in findings if one.kind in PARTS["loose ends"][2]})
    return found


def not_checked(tree: Tree, files: checks.Files) -> list[str]:
    """What the audit could not or did not look at, in sentences."""
    said = ["Links to the web were not followed."]
    if files.unseen:
        said.append(f"{files.unseen} paths in code are about places that cannot be seen from this folder.")
    if tree.left_out:
        said.append(f"{tree.left_out} notes beyond the first {MOST_NOTES:,} were not read.")
    return said
