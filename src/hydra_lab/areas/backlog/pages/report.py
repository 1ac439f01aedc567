"""What an import does or did: what is added, changed and gone, and every line that was not understood."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from hydra_lab.areas.backlog import answers, store
from hydra_lab.areas.backlog.drafts import drafts
from hydra_lab.areas.backlog.drafts.store import DRAFT
from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.context import Context

KINDS = {"unread": "unread", "changed": "updated", "added": "created", "gone": ""}  # a list, and the number it is of
FEW = 8  # rows of each list where all are shown together


def load_preview(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What importing a document would do; nothing is done yet."""
    draft = drafts.found(ctx, request.path["draft"], text=False)
    with ctx.read() as connection:
        before = store.document(connection, draft.backlog, text=False)
        found = lists(connection, DRAFT + draft.id, draft.report, request.query)
    return {
        **found, "title": draft.title or draft.backlog, "name": draft.backlog, "draft": draft, "before": before,
        "stale": before is not None and before.imported_at > draft.made_at, "path": f"/backlog/preview/{draft.id}",
        "at": draft.made_at, "by": draft.made_by,
    }  # fmt: skip


def load_report(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What the last import of a backlog did."""
    with ctx.read() as connection:
        one = answers.found(connection, request.path["name"], text=False)
        found = lists(connection, store.IMPORTED + one.name, one.report or {}, request.query)
    return {
        **found, "title": one.title or one.name, "name": one.name, "draft": None, "before": one, "stale": False,
        "path": f"/backlog/{one.name}/report", "at": one.imported_at, "by": one.imported_by,
    }  # fmt: skip


def lists(connection: Connection, owner: str, report: Mapping[str, int], query: Mapping[str, str]) -> dict[str, Any]:
    """The numbers of an import, and its lists: the first rows of each, or one part of the one that was asked for."""
    totals = {kind: report.get(name, 0) for kind, name in KINDS.items()}
    totals["gone"] = report.get("cancelled", 0) + report.get("kept", 0)
    chosen = query.get("list") if query.get("list") in KINDS else None
    part = int(query["part"]) if query.get("part", "").isdecimal() and len(query["part"]) < 7 else 0
    rows = {
        kind: store.part_of(connection, owner, kind, part if chosen else 0)[: store.PART if chosen else FEW]
        for kind, total in totals.items()
        if total and chosen in (None, kind)
    }
    more = chosen and totals[chosen] > (part + 1) * store.PART
    return {
        "report": report, "totals": totals, "rows": rows, "chosen": chosen,
        "older": {"list": chosen, "part": part + 1} if more else None,
        "newer": {"list": chosen, "part": part - 1} if chosen and part else None,
    }  # fmt: skip
