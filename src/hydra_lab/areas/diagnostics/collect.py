"""What a bug report needs, each part as a file; a part that cannot be collected says why instead of missing."""

import importlib.metadata
import json
import platform
import re
import sqlite3
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from hydra_lab import __version__
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.database.migrate import versions_in
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.secrets import MASK
from hydra_lab.kernel.work.logs import store as logs

PASSWORD = re.compile(r"(://[^\s:/@\"]*:)[^\s@/\"]+@")
JOURNAL_ENTRIES = 2000
FAILED_ITEMS = 50
OPEN_ITEMS = 200
LINES = 200


def files(ctx: Context) -> dict[str, str]:
    """Every part by file name, without secrets."""
    return {name: masked(ctx.services.scrubber.text(part(ctx, collect))) for name, collect in PARTS.items()}


def masked(text: str) -> str:
    """A text without the passwords that URLs carry, also of systems Hydra knows no secret of."""
    return PASSWORD.sub(rf"\1{MASK}@", text)


def part(ctx: Context, collect: Callable[[Context], Any]) -> str:
    """One part as text: JSON unless it is text already; its error when it cannot be collected."""
    try:
        found = collect(ctx)
    except Exception:
        return f"This could not be collected:\n\n{traceback.format_exc()}"
    return found if isinstance(found, str) else json.dumps(found, indent=1, ensure_ascii=False, default=str)


def versions(ctx: Context) -> dict[str, Any]:
    """Hydra, Python, the machine, the schema, and every package."""
    with ctx.read() as connection:
        schema = versions_in(connection)
    packages = {one.metadata["Name"]: one.version for one in importlib.metadata.distributions()}
    return {
        "hydra": __version__,
        "python": sys.version,
        "platform": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "database": "sqlite" if ctx.services.database.is_sqlite else "postgresql",
        "schema": schema,
        "packages": dict(sorted(packages.items())),
    }


def settings(ctx: Context) -> list[dict[str, Any]]:
    """Every setting and where its value came from."""
    return [
        {"name": one.name, "value": one.value, "source": one.source, "ignored": one.ignored}
        for one in ctx.services.settings.listed()
    ]


def integrations(ctx: Context) -> list[dict[str, Any]]:
    """Every integration's state, and which of its fields are set; never what to."""
    found = ctx.services.integrations
    return [
        {
            "name": one.name, "status": one.status.value, "detail": one.detail, "version": one.version,
            "set": [field.name for field in found.fields(one.name) if field.is_set],
        }
        for one in found.states()
    ]  # fmt: skip


def entries(ctx: Context) -> str:
    """The newest journal entries, newest first, one a line."""
    with ctx.read() as connection:
        found = journal.page(connection, Filter(), before=None, limit=JOURNAL_ENTRIES)
    return "\n".join(json.dumps(vars(one), ensure_ascii=False, default=str) for one in found)


def failed(ctx: Context) -> list[dict[str, Any]]:
    """The newest failed items with their errors and the end of their logs."""
    items, _, _ = ctx.services.work.page(state="failed", limit=FAILED_ITEMS)
    found = []
    with ctx.read() as connection:
        for item in items:
            lines = [f"{one.at:%H:%M:%S} {one.level} {one.text}" for one in logs.last_lines(connection, item.id, LINES)]
            found.append({**item.model_dump(mode="json", exclude={"input", "result"}), "log": lines})
    return found


def open_items(ctx: Context) -> list[dict[str, Any]]:
    """What is held or runs, and why."""
    found = []
    for state in ("running", "held", "queued"):
        items, _, _ = ctx.services.work.page(state=state, limit=OPEN_ITEMS)
        found += [one.model_dump(mode="json", exclude={"input", "result"}) for one in items]
    return found


def threads(ctx: Context) -> str:
    """What every thread of this process is doing."""
    names = {one.ident: one.name for one in threading.enumerate()}
    frames = sys._current_frames().items()
    return "\n".join(f"{names.get(id, id)}\n{''.join(traceback.format_stack(frame))}" for id, frame in frames)


def health(ctx: Context) -> Any:
    """Every health check."""
    return ctx.call("health.show").model_dump(mode="json")


def state(ctx: Context) -> Any:
    """What STATE.json holds."""
    path = ctx.services.settings.current.data_dir / "STATE.json"
    return path.read_text(encoding="utf-8") if path.exists() else "There is no STATE.json yet."


PARTS: dict[str, Callable[[Context], Any]] = {
    "versions.json": versions,
    "settings.json": settings,
    "integrations.json": integrations,
    "health.json": health,
    "state.json": state,
    "journal.jsonl": entries,
    "items/failed.json": failed,
    "items/open.json": open_items,
    "threads.txt": threads,
}
