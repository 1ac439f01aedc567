"""Where links lead: broken ones, anchors that no heading makes, and notes that nothing leads to."""

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches

from hydra_lab.areas.knowledge.model import Finding, Kind, Link, Note
from hydra_lab.areas.knowledge.tree import Tree

ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
ENTRANCES = {"readme", "index", "home", "_sidebar", "changelog", "contributing", "license", "security", "support"}


class Links:
    """Follows every link of the notes once and remembers what was reached."""

    def __init__(self, tree: Tree, notes: dict[str, Note]) -> None:
        self._tree = tree
        self._notes = notes
        self.reached: set[str] = set()
        self.checked = 0
        self._stems: dict[str, list[str]] = {}
        for path in notes:
            self._stems.setdefault(stem(path), []).append(path)

    def findings(self) -> Iterator[Finding]:
        """Everything wrong with links, note by note."""
        for note in self._notes.values():
            for link in note.links:
                yield from self._link(note, link)
            for link in note.wiki_links:
                yield from self._wiki(note, link)
            for link in note.undefined:
                self.checked += 1
                detail = f"The reference “{link.target}” is defined nowhere in this file."
                yield Finding(kind=Kind.UNDEFINED_REFERENCE, file=note.path, line=link.line, detail=detail)

    def orphans(self) -> Iterator[Finding]:
        """Notes that no other note leads to; entrances such as a README need no link. Ask after ``findings``."""
        if len(self._notes) < 2:
            return
        for path in self._notes:
            if path not in self.reached and stem(path) not in ENTRANCES:
                yield Finding(kind=Kind.ORPHAN, file=path, line=1, detail="No other note links to this one.")

    def _link(self, note: Note, link: Link) -> Iterator[Finding]:
        target = link.target.strip()
        if ELSEWHERE.match(target):
            return
        self.checked += 1
        path, _, fragment = target.partition("#")
        path = path.partition("?")[0]
        if not target:
            yield Finding(
                kind=Kind.BROKEN_LINK, file=note.path, line=link.line, detail="The link leads nowhere: it is empty."
            )
            return
        found = self._resolve(note, path) if path else note.path
        if found is None:
            detail = f"`{target}` does not exist.{self._hint(path)}"
            yield Finding(kind=Kind.BROKEN_LINK, file=note.path, line=link.line, detail=detail)
            return
        self._reach(note, found)
        yield from self._anchor(note, link, found, fragment)

    def _resolve(self, note: Note, path: str) -> str | None:
        """The path relative to the audited folder, ``None`` when nothing is there."""
        if path.startswith("/"):
            wanted = [posixpath.normpath(path.lstrip("/") or ".")]
            if self._tree.repository:
                above = posixpath.relpath(self._tree.repository.as_posix(), self._tree.root.as_posix())
                wanted.append(posixpath.normpath(posixpath.join(above, path.lstrip("/"))))
        else:
            wanted = [posixpath.normpath(posixpath.join(posixpath.dirname(note.path), path))]
        return next((one for one in wanted if "\x00" not in one and self._tree.exists(one)), None)

    def _reach(self, note: Note, found: str) -> None:
        """Remember what was reached; a folder's entrance counts as reached with the folder."""
        candidates = [
            found,
            *(posixpath.normpath(f"{found}/{name}") for name in ("README.md", "index.md", "readme.md")),
        ]
        self.reached.update(one for one in candidates if one in self._notes and one != note.path)

    def _anchor(self, note: Note, link: Link, found: str, fragment: str) -> Iterator[Finding]:
        target = self._notes.get(found)
        if not fragment or target is None or fragment.lower() == "top":
            return
        wanted = fragment.removeprefix("user-content-")
        if wanted in target.anchors or re.fullmatch(r"L\d+(-L\d+)?", wanted):
            return
        near = get_close_matches(wanted.lower(), sorted(target.anchors), n=1)
        detail = f"No heading of {target.path} makes the anchor `#{fragment}`.{f' Near: `#{near[0]}`.' if near else ''}"
        yield Finding(kind=Kind.BROKEN_ANCHOR, file=note.path, line=link.line, detail=detail)

    def _wiki(self, note: Note, link: Link) -> Iterator[Finding]:
        """``[[Page]]``, ``[[folder/Page#Heading]]``: found by name anywhere in the folder, as Obsidian does."""
        self.checked += 1
        name, _, heading = link.target.partition("#")
        if not name:
            return
        wanted = name.strip().lower()
        pages = self._stems.get(stem(wanted) if wanted.endswith(".md") else posixpath.basename(wanted), [])
        if pages:
            self.reached.update(one for one in pages if one != note.path)
            if heading and not any(heading.strip().lower() in headings_of(self._notes[one]) for one in pages):
                detail = f"No note called {name} has the heading “{heading}”."
                yield Finding(kind=Kind.BROKEN_ANCHOR, file=note.path, line=link.line, detail=detail)
        elif posixpath.basename(wanted) not in self._tree.by_name:
            detail = f"There is no note called “{name}”."
            yield Finding(kind=Kind.BROKEN_LINK, file=note.path, line=link.line, detail=detail)

    def _hint(self, path: str) -> str:
        """Where a file of that name is, if it is somewhere."""
        name = posixpath.basename(path.rstrip("/")).lower()
        places = self._tree.by_name.get(name) or self._tree.by_name.get(f"{name}.md") or []
        return f" There is {', '.join(f'`{one}`' for one in places[:3])}." if places else ""


def stem(path: str) -> str:
    """A file's name without folder and ending, in lower case."""
    return posixpath.splitext(posixpath.basename(path))[0].lower()


def headings_of(note: Note) -> set[str]:
    """A note's headings in lower case."""
    return {heading.text.strip().lower() for heading in note.headings}
