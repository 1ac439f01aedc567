"""A document as it was imported, with line numbers: where an item stands, and which lines were not understood."""

from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.backlog import answers, store
from hydra_lab.areas.backlog.drafts import drafts
from hydra_lab.areas.backlog.drafts.store import DRAFT
from hydra_lab.areas.backlog.pages.one import number
from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound

LINES = 200  # on a page
BEFORE = 5  # lines that are shown before the one that was asked for
LONGEST = 300  # characters of a line; the download has all of it


def load_text(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """A page of an imported document: from a line on, or around the entry that a work item was made from."""
    item = request.query.get("item", "")
    with ctx.read() as connection:
        one = answers.found(connection, request.path["name"])
        entry = store.of_item(connection, one.name, item) if item else None
        if item and entry is None:
            raise NotFound("This item is no longer in the document.", fix="It was taken out of it since.")
        first = (entry.line or 1) if entry else number(request.query.get("line")) or 1
        marked = range(first, (entry.end or first) + 1) if entry else range(first, first + ("line" in request.query))
        found = page(connection, store.IMPORTED + one.name, one.text, (one.report or {}).get("unread", 0), first)
    return {
        **found, "title": one.title or one.name, "name": one.name, "marked": marked, "entry": entry,
        "up": (f"/backlog/{one.name}", one.title or one.name), "path": f"/backlog/{one.name}/text",
    }  # fmt: skip


def load_draft_text(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """A page of a document that was not imported yet."""
    draft = drafts.found(ctx, request.path["draft"])
    first = number(request.query.get("line")) or 1
    with ctx.read() as connection:
        found = page(connection, DRAFT + draft.id, draft.text, draft.report.get("unread", 0), first)
    return {
        **found, "title": draft.title or draft.backlog, "name": draft.backlog, "entry": None,
        "marked": range(first, first + ("line" in request.query)), "up": (f"/backlog/preview/{draft.id}", "Preview"),
        "path": f"/backlog/preview/{draft.id}/text",
    }  # fmt: skip


def page(connection: Connection, owner: str, text: str, unread: int, first: int) -> dict[str, Any]:
    """Some lines of a text, with why each that was not understood was not."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    total = len(lines) - (not lines[-1])
    start = max(1, min(first - BEFORE, total))
    start = 1 if start <= BEFORE else start
    last = min(total, start + LINES - 1)
    why = misread(connection, owner, -(-unread // store.PART), start, last)
    return {
        "lines": [
            (place, lines[place - 1][:LONGEST] + ("…" if len(lines[place - 1]) > LONGEST else ""), why.get(place))
            for place in range(start, last + 1)
        ],
        "start": start, "last": last, "total": total,
        "older": {"line": last + 1 + BEFORE} if last < total else None,
        "newer": {"line": max(1, start - LINES + BEFORE)} if start > 1 else None,
    }  # fmt: skip


def misread(connection: Connection, owner: str, parts: int, start: int, last: int) -> dict[int, str]:
    """Why lines were not understood, of those from ``start`` to ``last``; the list is in the order of lines."""
    low, high = 0, parts - 1
    while low < high:  # the last part that begins at or before the first line
        middle = (low + high + 1) // 2
        rows = store.part_of(connection, owner, "unread", middle)
        low, high = (middle, high) if rows and rows[0]["line"] <= start else (low, middle - 1)
    found: dict[int, str] = {}
    while low < parts:
        rows = store.part_of(connection, owner, "unread", low)
        found |= {row["line"]: row["why"] for row in rows if start <= row["line"] <= last}
        if not rows or rows[-1]["line"] > last:
            break
        low += 1
    return found
