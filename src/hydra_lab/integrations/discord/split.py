"""Long texts in parts that Discord takes: cut between paragraphs, lines or words, and code is code in every part."""

import re
from collections.abc import Iterator

FENCE, CLOSED = "```", "\n```"
# A fence opens code wherever it stands; what follows it is a language only if it has the rest of the line to itself.
FENCES = re.compile(r"`{3,}(?:([\w+#.-]{1,20})?\n)?")
# What belongs to the character before it: joiners, variants, skin tones, accents; and what follows an escape.
GLUE = re.compile(r"[\u200d\ufe00-\ufe0f\u20e3\u0300-\u036f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
LONGEST_GLYPH = 40


def units(text: str) -> int:
    """How long Discord finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, longest: int) -> str:
    """The text's beginning, at most ``longest`` units and no part of a character, a run of backticks or an escape."""
    cut = text.encode("utf-16-le", "surrogatepass")[: longest * 2].decode("utf-16-le", "ignore")
    for end in range(len(cut), max(0, len(cut) - LONGEST_GLYPH), -1):
        if not is_inside(text, end):
            return text[:end]
    return cut


def is_inside(text: str, at: int) -> bool:
    """Whether a cut would fall into what belongs together."""
    before, after = text[at - 1 : at], text[at : at + 1]
    return bool(GLUE.match(after)) or before in ("\u200d", "\\") or before == after == "`"


def shortened(text: str, longest: int) -> str:
    """The text if it fits, else its beginning up to the end of a word, with an ellipsis."""
    if units(text) <= longest:
        return text
    cut = head(text, longest - 2)
    if not text[len(cut)].isspace() and (space := last_space(cut)) > 0:
        cut = cut[:space]
    return f"{cut.rstrip()} …"


def last_space(text: str) -> int:
    """Where the last white space begins; -1 when there is none."""
    return max((found.start() for found in re.finditer(r"\s+", text)), default=-1)


def pieces(text: str, longest: int) -> Iterator[str]:
    """A text in parts of at most ``longest`` units, cut between paragraphs, else lines, else words.

    Code between fences is closed and opened again where a cut falls into it. A single word longer than a part is cut,
    because nothing else can be done. ``longest`` has room for a fence and more.
    """
    rest, fence = text.strip("\n"), ""
    while rest:
        room = longest - units(fence) - units(CLOSED)
        if units(rest) <= (room if fence else longest):
            yield fence + rest + (CLOSED if fence and opening(fence + rest) else "")
            return
        cut = head(rest, room)
        end = place_to_cut(cut, rest[len(cut) : len(cut) + 1])
        so_far = f"{fence}{rest[:end]}\n"
        opened = opening(so_far)
        if opened and opened.start() > len(fence) and not so_far[opened.end() :].strip():
            end, opened = opened.start() - len(fence), None  # no code of it fits: it begins in the next part
        part, rest = fence + rest[:end].rstrip(), rest[end:].lstrip("\n" if opened else None)
        fence = f"{FENCE}{opened[1] or ''}\n" if opened else ""
        if part.strip():
            yield part + (CLOSED if fence else "")


def opening(text: str) -> re.Match[str] | None:
    """The fence that opens the code in which a text ends; ``None`` where it ends outside of code."""
    opened = None
    for found in FENCES.finditer(text):
        opened = None if opened else found
    return opened


def place_to_cut(cut: str, following: str) -> int:
    """Where to end a part that must not be longer than ``cut``: the best break in its second half, else any."""
    half = len(cut) // 2
    for sign in ("\n\n", "\n"):
        at = cut.rfind(sign)
        if at > half:
            return at
    if following.isspace():
        return len(cut)
    at = last_space(cut)
    return at if at > 0 else len(cut)
