"""Messages as Discord takes them: embeds within its limits, long texts split between words, nothing that pings.

The limits are those of https://docs.discord.com/developers/resources/message#embed-object-embed-limits.
"""

import re
from collections.abc import Iterator
from typing import Any

from hydra_lab.kernel.capabilities import Notice, Severity

# Each in UTF-16 units, as Discord's own clients count.
TITLE, DESCRIPTION, FIELD_NAME, FIELD_VALUE, FOOTER = 256, 4096, 256, 1024, 2048
EMBED_TOTAL, FIELDS, URL = 6000, 25, 2048
COLOURS = {
    Severity.INFO: 0x4C8DFF, Severity.SUCCESS: 0x2FA866, Severity.WARNING: 0xE3A008, Severity.CRITICAL: 0xD93B3B,
}  # fmt: skip
FENCE = "```"
# What is left as it is: code, and addresses, which an escape would break.
VERBATIM = re.compile(r"(`[^`\n]+`|https?://\S+)")
SPECIAL = re.compile(r"(?m)([\\*_~|\[\]<`]|^\s*[#>-])")


def units(text: str) -> int:
    """How long Discord finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def head(text: str, longest: int) -> str:
    """The text's beginning, at most ``longest`` units and no half character."""
    return text.encode("utf-16-le", "surrogatepass")[: longest * 2].decode("utf-16-le", "ignore")


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

    Code fenced with three backticks is closed and opened again where a cut falls into it. A single word longer than
    a part is cut, because nothing else can be done.
    """
    rest, fence = text.strip("\n"), ""
    while rest:
        if units(fence + rest) <= longest:
            yield fence + rest
            return
        room = longest - units(fence) - units(f"\n{FENCE}")
        cut = head(rest, room)
        end = place_to_cut(cut, rest[len(cut) : len(cut) + 1])
        part, rest = fence + rest[:end].rstrip(), rest[end:].lstrip("\n" if fence else None)
        opened = [line for line in part.splitlines() if line.startswith(FENCE)]
        fence = f"{opened[-1]}\n" if len(opened) % 2 else ""
        if part.strip():
            yield f"{part}\n{FENCE}" if fence else part


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


def plain(text: str) -> str:
    """Plain text as Markdown that shows just that; code in backticks and addresses stay."""
    return "".join(part if place % 2 else SPECIAL.sub(r"\\\1", part) for place, part in enumerate(VERBATIM.split(text)))


def messages(notice: Notice) -> list[dict[str, Any]]:
    """The bodies of “execute webhook” that tell a notice, in order: one embed each."""
    text = notice.text if notice.markdown else plain(notice.text)
    links = "\n".join(f"[{plain(link.title)}]({link.url})" for link in notice.links)
    footer = shortened(f"Hydra · {notice.id}" if notice.id else "Hydra", FOOTER)
    fields = [
        {"name": shortened(plain(name), FIELD_NAME), "value": shortened(plain(value), FIELD_VALUE),
         "inline": len(value) <= 30}
        for name, value in notice.fields if name.strip() and value.strip()
    ][:FIELDS]  # fmt: skip
    while units_of(fields) > EMBED_TOTAL // 3:
        fields.pop()
    title = shortened(plain(notice.title), TITLE)
    first = min(DESCRIPTION, EMBED_TOTAL - units(title) - units(footer) - units_of(fields)) - units(links) - 2
    parts = list(pieces(text, max(first, 200))) or [""]
    bodies = []
    for place, part in enumerate(parts):
        embed: dict[str, Any] = {"color": COLOURS[notice.severity]}
        if place == 0:
            embed |= {"title": title} | ({"url": notice.url} if notice.url and len(notice.url) <= URL else {})
        last = place == len(parts) - 1
        whole = "\n\n".join(one for one in (part, links if last else "") if one)
        if whole:
            embed["description"] = whole
        if last:
            embed |= {"footer": {"text": footer}} | ({"fields": fields} if fields else {})
        bodies.append({"embeds": [embed], "allowed_mentions": {"parse": []}})
    return bodies


def units_of(fields: list[dict[str, Any]]) -> int:
    """How long Discord finds the fields of an embed."""
    return sum(units(field["name"]) + units(field["value"]) for field in fields)
