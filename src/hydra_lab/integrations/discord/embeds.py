"""Messages as Discord takes them: embeds within its limits, long texts split between words, nothing that pings.

The limits are those of https://docs.discord.com/developers/resources/message#embed-object-embed-limits.
"""

import re
from collections.abc import Iterator
from typing import Any

from hydra_lab.integrations.discord.split import pieces, shortened, units
from hydra_lab.kernel.capabilities import Link, Notice, Severity

# Each in UTF-16 units, as Discord's own clients count.
TITLE, DESCRIPTION, FIELD_NAME, FIELD_VALUE, FOOTER = 256, 4096, 256, 1024, 2048
EMBED_TOTAL, FIELDS, URL = 6000, 25, 2048
LINK_TITLE, LINKS = 120, 2000  # so that there is room for the text beside them
COLOURS = {
    Severity.INFO: 0x4C8DFF, Severity.SUCCESS: 0x2FA866, Severity.WARNING: 0xE3A008, Severity.CRITICAL: 0xD93B3B,
}  # fmt: skip
# What is left as it is: code, and addresses, which an escape would break.
VERBATIM = re.compile(r"(`[^`\n]+`|https?://\S+)")
SPECIAL = re.compile(r"(?m)([\\*_~|\[\]<`]|^\s*[#>-])")
# Signs that are not seen, or have the text after them read in another order than it is written.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Plain text as Markdown that shows just that; code in backticks and addresses stay."""
    return "".join(part if place % 2 else SPECIAL.sub(r"\\\1", part) for place, part in enumerate(VERBATIM.split(text)))


def clean(text: str) -> str:
    """A text without control characters and half characters."""
    return UNSEEN.sub("", text.replace("\r\n", "\n")).encode("utf-8", "replace").decode()


def messages(notice: Notice) -> list[dict[str, Any]]:
    """The bodies of “execute webhook” that tell a notice, in order: one embed each."""
    given = clean(notice.text)
    text = given if notice.markdown else plain(given)
    links = "\n".join(linked(notice.links))
    footer = shortened(f"Hydra · {notice.id}" if notice.id else "Hydra", FOOTER)
    fields = [
        {"name": shortened(plain(name), FIELD_NAME), "value": shortened(plain(value), FIELD_VALUE),
         "inline": len(value) <= 30}
        for name, value in ((clean(name), clean(value)) for name, value in notice.fields)
        if name.strip() and value.strip()
    ][:FIELDS]  # fmt: skip
    while units_of(fields) > EMBED_TOTAL // 3:
        fields.pop()
    title = shortened(plain(clean(notice.title)), TITLE)
    room = min(DESCRIPTION, EMBED_TOTAL - units(title) - units(footer) - units_of(fields)) - units(links) - 2
    parts = list(pieces(text, room)) or [""]
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


def linked(links: tuple[Link, ...]) -> Iterator[str]:
    """Links as Markdown, a line each, as many as there is room for."""
    room = LINKS
    for link in links:
        line = f"[{shortened(plain(clean(link.title)), LINK_TITLE)}]({link.url})"
        room -= units(line) + 1
        if room < 0:
            return
        yield line


def units_of(fields: list[dict[str, Any]]) -> int:
    """How long Discord finds the fields of an embed."""
    return sum(units(field["name"]) + units(field["value"]) for field in fields)
