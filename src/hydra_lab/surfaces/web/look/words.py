"""Numbers, times and data as a person reads them. Pure: the time now and the time zone are arguments."""

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

from markupsafe import Markup, escape

from hydra_lab.surfaces.http.below import PAGE_NAMED

LONGEST, FEW = 300, 8
UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def ago(then: datetime, now: datetime) -> str:
    """How long ago, in one unit, rounded down: ``4 s``, ``12 min``, ``3 h``, ``2 d``. The future counts as now."""
    seconds = max(0, int((now - then).total_seconds()))
    for size, unit in UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def duration(value: timedelta | float | None) -> str:
    """A length of time in at most two units: ``0.4 s``, ``2 min 10 s``, ``6 h 5 min``; nothing when unknown."""
    if value is None:
        return ""
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for (size, unit), (small, smaller) in zip(UNITS, (*UNITS[1:], (1, "s")), strict=True):
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {unit}" + (f" {rest} {smaller}" if rest else "")
    return f"{whole} s"


def clock(then: datetime, now: datetime, zone: tzinfo, *, seconds: bool = False) -> str:
    """A time in the lab's zone: ``14:02`` today, else with its day: ``yesterday 14:02``, ``19 Dec 14:02``."""
    local, today = then.astimezone(zone), now.astimezone(zone)
    time = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    days = (local.date() - today.date()).days
    if days == 0:
        return time
    if days in (-1, 1):
        return f"{'yesterday' if days < 0 else 'tomorrow'} {time}"
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year} {time}"


def day(then: datetime, now: datetime, zone: tzinfo) -> str:
    """The day of a time in the lab's zone: ``Today``, ``Yesterday``, ``Friday, 19 December``."""
    local, today = then.astimezone(zone), now.astimezone(zone)
    days = (today.date() - local.date()).days
    if days in (0, 1):
        return ("Today", "Yesterday")[days]
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local:%A}, {local.day} {local:%B}{year}"


def size(count: int | None) -> str:
    """Bytes in binary units: ``38 KiB``, ``41.8 GiB``; nothing when unknown."""
    if count is None:
        return ""
    if count < 1024:
        return f"{count} B"
    value = float(count)
    for unit in ("KiB", "MiB", "GiB", "TiB", "PiB"):
        value /= 1024
        if value < 1024 or unit == "PiB":
            return f"{value:.0f} {unit}" if value >= 100 or unit == "KiB" else f"{value:.1f} {unit}"
    raise AssertionError("the loop returns")


def number(value: float) -> str:
    """A number with thousands set apart: ``100,214``."""
    return f"{value:,}"


def told(value: Any, name: str) -> str:
    """A plain value in words, by what its name says it is: a size, a duration, a yes; nothing for what is deeper."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() if name in ("size", "bytes") or name.endswith(("_bytes", "_size")):
            return size(value)
        case int() | float() if name in ("seconds", "took_s") or name.endswith(("_s", "_seconds")):
            return duration(value)
        case int():
            return number(value)
        case str() | float():
            return str(value) if len(str(value)) <= LONGEST else ""
        case list() if len(value) <= FEW and all(isinstance(one, str | int | float) for one in value):
            return ", ".join(str(one) for one in value)
        case _:
            return ""


def unitless(name: str) -> str:
    """A field's name without the unit that its value is told with: ``recovery_s`` is ``recovery``."""
    stem, _, unit = name.rpartition("_")
    return stem if stem and unit in ("s", "seconds", "bytes") else name


def plural(count: int, one: str, many: str | None = None) -> str:
    """``1 item``, ``3 items``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def sentence(text: str | None) -> str:
    """A text that starts with a capital and ends with a full stop."""
    text = (text or "").strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")


def marked(text: str | None, ui: str = "/ui", names: Mapping[str, str] | None = None) -> Markup:
    """A text with what stands in `backticks` set as code, and the pages it names as links (see ``linked``)."""
    parts = (text or "").split("`")
    if len(parts) % 2 == 0:
        return linked(text or "", ui, names or {})
    code = Markup('<code class="mono">{}</code>')
    return Markup("").join(
        code.format(part) if place % 2 else linked(part, ui, names or {}) for place, part in enumerate(parts)
    )


def linked(text: str, ui: str, names: Mapping[str, str]) -> Markup:
    """A text in which each of our pages' addresses (``/ui/integrations/discord``) leads there.

    ``names`` are pages by their path; one that is not among them is called by its address.
    """
    link = Markup('<a href="{}{}">{}</a>')
    out, at = [], 0
    for found in PAGE_NAMED.finditer(text):
        out += [escape(text[at : found.start()]), link.format(ui, found[1], names.get(found[1], ui + found[1]))]
        at = found.end()
    return Markup("").join([*out, escape(text[at:])])


def listed(parts: list[str], last: str = "and") -> str:
    """``a, b and c``."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


JSON_PART = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|(\b(?:true|false|null)\b|-?\b\d[\d.eE+-]*)')


def pretty(value: Any) -> Markup:
    """Data as indented JSON with keys and values marked for colour."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    out, at = [], 0
    for found in JSON_PART.finditer(text):
        out.append(escape(text[at : found.start()]))
        string, colon, other = found.groups()
        kind = "k" if colon else "v"
        out.append(Markup('<span class="{}">{}</span>{}').format(kind, string or other, colon or ""))
        at = found.end()
    return Markup("").join([*out, escape(text[at:])])
