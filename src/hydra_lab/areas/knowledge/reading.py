"""Reading one Markdown file: its headings, links, code, dates and sections, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from hydra_lab.areas.knowledge.dates import front_matter_stamps, stamps_in
from hydra_lab.areas.knowledge.duplicates import prints
from hydra_lab.areas.knowledge.model import Code, Heading, Link, Note, Section, Stamp
from hydra_lab.areas.knowledge.slugs import Slugs

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?\r?\n)?---[ \t]*(\r?\n|\Z)", re.DOTALL)
WIKI_LINK = re.compile(r"\[\[([^\[\]|\n]+)(?:\|[^\[\]\n]*)?\]\]")
REFERENCE = re.compile(r"(?<![\w\]\\!\[])\[([^\[\]\n]+)\]\[([^\[\]\n]*)\]")
HTML_ANCHOR = re.compile(r"<[a-z][^>]*?\s(?:id|name)\s*=\s*[\"']?([^\"'\s>]+)", re.IGNORECASE)
HTML_LINK = re.compile(r"<(?:a|img)\b[^>]*?\s(?:href|src)\s*=\s*[\"']([^\"'>]+)[\"']", re.IGNORECASE)
LOOSE_END = re.compile(r"\b(?:TO-?DO|FIX-?ME|TBD|XXX)\b")
# A path with a folder and an extension, nothing that is a pattern, a placeholder or a web address.
FILE = re.compile(r"^(?:\.{1,2}/)*[\w.@+-]+(?:/[\w.@+-]+)+\.[A-Za-z][A-Za-z0-9]{0,9}(?::\d+(?:-\d+)?)?$")
WORD = re.compile(r"\w+")
BLOCKS = frozenset({"paragraph_open", "fence", "code_block", "html_block", "table_open", "hr", "bullet_list_open",
                    "ordered_list_open", "blockquote_open"})  # fmt: skip


def parser() -> MarkdownIt:
    """CommonMark with GitHub's tables and strike-through."""
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable(["table", "strikethrough"])


def read(path: str, text: str, markdown: MarkdownIt) -> Note:
    """A note from its text. Nothing in the text can make this fail."""
    front = FRONT_MATTER.match(text)
    offset = text[: front.end()].count("\n") if front else 0
    tokens = markdown.parse(text[front.end() :] if front else text)
    stamps = front_matter_stamps(front.group(1) or "") if front else []
    reading = Reading(offset)
    for index, token in enumerate(tokens):
        reading.take(token, tokens, index)
    return reading.note(path, len(text), stamps)


class Reading:
    """What has been read of one file so far."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._line = offset + 1
        self._slugs = Slugs()
        self._in_heading = False
        self._headings: list[tuple[str, int, str, int]] = []
        self._filled: set[int] = set()  # headings, by number, with something directly under them
        self._words: dict[int, list[str]] = {}
        self._anchors: set[str] = set()
        self._links: list[Link] = []
        self._wiki: list[Link] = []
        self._undefined: list[Link] = []
        self._files: list[Link] = []
        self._codes: list[Code] = []
        self._stamps: list[Stamp] = []
        self._loose: list[Link] = []

    def take(self, token: Token, tokens: list[Token], index: int) -> None:
        """Read one token of the file."""
        if token.map:
            self._line = self._offset + token.map[0] + 1
        self._in_heading = token.type == "heading_open" or (self._in_heading and token.type == "inline")
        if token.type == "heading_open":
            self._heading(token, tokens[index + 1])
        elif token.type in BLOCKS:
            self._filled.add(len(self._headings) - 1)
        if token.type in ("fence", "code_block"):
            self._codes += [self._code(token)] if token.type == "fence" else []
            self._add_words(token.content)
        elif token.type == "html_block":
            self._html(token.content, self._line)
            self._ends(re.sub(r"(?s)<!--.*?-->", "", token.content), self._line)
        elif token.type == "inline":
            self._inline(token)

    def _heading(self, token: Token, inline: Token) -> None:
        text = plain(inline)
        self._headings.append((text, int(token.tag[1]), self._slugs.next(text), self._line))

    def _code(self, token: Token) -> Code:
        language = token.info.strip().partition(" ")[0].partition("{")[0].partition(",")[0]
        return Code(language=language, line=self._line)

    def _add_words(self, text: str) -> None:
        if self._in_heading:  # a copied section often has a heading of its own
            return
        self._words.setdefault(len(self._headings) - 1, []).extend(WORD.findall(text.lower()))

    def _inline(self, token: Token) -> None:
        """Links, code and prose of one paragraph, each at its own line of it."""
        line = self._line
        prose: list[str] = []
        for child in token.children or ():
            match child.type:
                case "softbreak" | "hardbreak":
                    self._prose("".join(prose), line)
                    line, prose = line + 1, []
                case "text":
                    prose.append(child.content)
                case "code_inline":
                    prose.append("\N{OBJECT REPLACEMENT CHARACTER}")
                    self._add_words(child.content)
                    if FILE.match(child.content.strip()):
                        self._files.append(Link(target=child.content.strip(), line=line))
                case "link_open" | "image":
                    target = child.attrGet("href" if child.type == "link_open" else "src")
                    self._links.append(Link(target=unquote(str(target or "")), line=line))
                case "html_inline":
                    self._html(child.content, line)
        self._prose("".join(prose), line)

    def _prose(self, text: str, line: int) -> None:
        if not text:
            return
        self._add_words(text)
        self._wiki += [Link(target=found.strip(), line=line) for found in WIKI_LINK.findall(text)]
        self._undefined += [
            Link(target=label or name, line=line) for name, label in REFERENCE.findall(text) if not name.isspace()
        ]
        self._stamps += stamps_in(text, line)
        self._ends(text, line)

    def _ends(self, text: str, line: int) -> None:
        for number, part in enumerate(text.splitlines()):
            if LOOSE_END.search(part):
                self._loose.append(Link(target=part.strip()[:160], line=line + number))

    def _html(self, text: str, line: int) -> None:
        self._anchors.update(HTML_ANCHOR.findall(text))
        self._links += [Link(target=unquote(found), line=line) for found in HTML_LINK.findall(text)]

    def note(self, path: str, size: int, stamps: list[Stamp]) -> Note:
        """The whole note."""
        return Note(
            path=path, size=size, headings=tuple(self._with_text()), links=tuple(self._links),
            anchors=frozenset(self._anchors | {slug for _, _, slug, _ in self._headings}),
            wiki_links=tuple(self._wiki), undefined=tuple(self._undefined), files=tuple(self._files),
            codes=tuple(self._codes), stamps=(*stamps, *self._stamps), loose_ends=tuple(self._loose),
            sections=tuple(self._sections()),
        )  # fmt: skip

    def _with_text(self) -> Iterator[Heading]:
        """A heading directly followed by a deeper one introduces it, and so is not empty."""
        for number, (text, level, slug, line) in enumerate(self._headings):
            below = number + 1 < len(self._headings) and self._headings[number + 1][1] > level
            yield Heading(text=text, level=level, slug=slug, line=line, has_text=number in self._filled or below)

    def _sections(self) -> Iterator[Section]:
        for number, words in self._words.items():
            heading, line = (self._headings[number][0], self._headings[number][3]) if number >= 0 else ("", 1)
            yield Section(heading=heading, line=line, words=len(words), prints=prints(words))


def plain(inline: Token) -> str:
    """A heading's words without its markup, as its anchor is made from them."""
    return "".join(one.content for one in inline.children or () if one.type in ("text", "code_inline", "softbreak"))
