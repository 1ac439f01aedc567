"""Lines of a document: split without losing a byte, with fenced code and comments told apart from headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hydra_lab.kernel.errors import Invalid

# Only what every editor counts as the end of a line; str.splitlines also splits at form feeds and U+2028.
MAX_LINES = 500_000
LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})([^`]*)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line: its number from 1, its text, how it ended, and whether it is code or comment, so never structure."""

    number: int
    text: str
    ending: str
    verbatim: bool = False


def split(text: str) -> list[tuple[str, str]]:
    """``(text, ending)`` of each line; joined again they give exactly ``text``."""
    found = [(match[1], match[2]) for match in LINE.finditer(text)]
    while found and found[-1] == ("", ""):
        found.pop()
    return found


def read_lines(text: str) -> list[Line]:
    """The document's lines; raises ``Invalid`` where it is no text at all."""
    refuse_what_is_no_text(text)
    refuse_what_is_too_long(text)
    # A byte order mark belongs to the file, not to its first line.
    pairs = split(text.removeprefix("\ufeff"))
    hidden = verbatim_lines([line for line, _ in pairs])
    return [
        Line(number=number, text=line, ending=ending, verbatim=number in hidden)
        for number, (line, ending) in enumerate(pairs, 1)
    ]


def refuse_what_is_no_text(text: str) -> None:
    """Raise ``Invalid`` for NUL bytes and for characters that no UTF-8 file can hold."""
    for character, what in (("\0", "a NUL byte"), (lone_surrogate(text), "half of a surrogate pair")):
        if character and character in text:
            line = text.count("\n", 0, text.index(character)) + 1
            raise Invalid(
                f"The document has {what} in line {line}, so it is not a Markdown text.",
                fix="Save it as plain UTF-8 text (it may be UTF-16, or damaged), then import it again.",
                line=line,
            )


def refuse_what_is_too_long(text: str) -> None:
    """Raise ``Invalid`` for more lines than any backlog has: each costs memory, even when it is empty."""
    lines = text.count("\n") + text.count("\r")
    if lines - text.count("\r\n") > MAX_LINES:
        raise Invalid(
            f"The document has more than {MAX_LINES:,} lines, so nothing was imported.",
            fix="Split it into several files and import each under a name of its own.",
        )


def lone_surrogate(text: str) -> str | None:
    """The first character that cannot be written as UTF-8, if any."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return text[error.start]
    return None


def verbatim_lines(texts: list[str]) -> set[int]:
    """Numbers of the lines inside fenced code and HTML comments, their delimiters included.

    A fence or comment that is never closed hides nothing: its opening line is ordinary text, so that one forgotten
    line cannot swallow the items after it.
    """
    closing = dict(fences(texts)) | dict(comments(texts))
    hidden: set[int] = set()
    number = 1
    while number <= len(texts):
        end = closing.get(number, 0)
        hidden.update(range(number, end + 1))
        number = max(number, end) + 1
    return hidden


def fences(texts: list[str]) -> Iterator[tuple[int, int]]:
    """``(first, last)`` of each closed fenced block."""
    opened: tuple[int, str] | None = None
    for number, text in enumerate(texts, 1):
        if "```" not in text and "~~~" not in text:
            continue
        match = FENCE.match(text)
        if not match:
            continue
        info = bool(match[2].strip())
        # A second opening means that the first was forgotten open; a longer fence around it is an example.
        if opened is None or (info and match[1].startswith(opened[1])):
            opened = number, match[1]
        elif not info and match[1].startswith(opened[1]):
            yield opened[0], number
            opened = None


def comments(texts: list[str]) -> Iterator[tuple[int, int]]:
    """``(first, last)`` of each closed HTML comment that begins a line."""
    opened: int | None = None
    for number, text in enumerate(texts, 1):
        if opened is None and text.lstrip().startswith("<!--"):
            opened = number
        if opened is not None and "-->" in text:
            yield opened, number
            opened = None
