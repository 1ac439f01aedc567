"""What can be wrong inside one note: headings, code, dates, files that are named, and loose ends."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from hydra_lab.areas.knowledge.languages import known
from hydra_lab.areas.knowledge.model import Finding, Kind, Note
from hydra_lab.areas.knowledge.tree import Tree


def headings(note: Note) -> Iterator[Finding]:
    """Headings without words, and headings with nothing under them."""
    for one in note.headings:
        if not one.text.strip():
            yield Finding(
                kind=Kind.EMPTY_HEADING, file=note.path, line=one.line, detail=f"A heading of level {one.level}."
            )
        elif not one.has_text:
            detail = f"Nothing stands under “{one.text}”."
            yield Finding(kind=Kind.EMPTY_SECTION, file=note.path, line=one.line, detail=detail)


def codes(note: Note) -> Iterator[Finding]:
    """Code blocks in a language that no highlighter knows, or in none that is said."""
    for one in note.codes:
        if not one.language:
            detail = "The code block says no language; `text` is one."
            yield Finding(kind=Kind.UNLABELLED_CODE, file=note.path, line=one.line, detail=detail)
        elif not known(one.language):
            detail = f"`{one.language}` is no language that is known."
            yield Finding(kind=Kind.UNKNOWN_LANGUAGE, file=note.path, line=one.line, detail=detail)


def stamps(note: Note, today: date, stale_days: int) -> Iterator[Finding]:
    """Stamps older than allowed, and reviews that are overdue."""
    for one in note.stamps:
        age = today - one.day
        if age > timedelta(days=0 if one.due else stale_days):
            detail = f"{one.day} is {age.days} days ago: {one.text}"
            yield Finding(kind=Kind.STALE, file=note.path, line=one.line, detail=detail)


def loose_ends(note: Note) -> Iterator[Finding]:
    """Reminders the writer left for later."""
    for one in note.loose_ends:
        yield Finding(kind=Kind.LOOSE_END, file=note.path, line=one.line, detail=one.target)


class Files:
    """Paths written as code: whether the file is there.

    A path is looked for from the note's folder, the audited folder and its repository, and as the end of any path
    below. Where not even its first folder is there it is about another place, which cannot be seen from here.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.checked = 0
        self.unseen = 0

    def findings(self, notes: Iterable[Note]) -> Iterator[Finding]:
        """Files that are named and not there."""
        for note in notes:
            for one in note.files:
                path = one.target.partition(":")[0]
                answer = self._is_there(note, path)
                self.checked += answer is not None
                self.unseen += answer is None
                if answer is False:
                    detail = f"`{one.target}` is not there."
                    yield Finding(kind=Kind.MISSING_FILE, file=note.path, line=one.line, detail=detail)

    def _is_there(self, note: Note, path: str) -> bool | None:
        bases = list(self._tree.bases(note.path))
        if any((base / path).exists() for base in bases):
            return True
        bare = path.lstrip("./")
        name = bare.rpartition("/")[2].lower()
        if any(f"/{one}".endswith(f"/{bare}") for one in self._tree.by_name.get(name, ())):
            return True
        first = bare.partition("/")[0]
        return False if any((base / first).is_dir() for base in bases) or path.startswith(".") else None
