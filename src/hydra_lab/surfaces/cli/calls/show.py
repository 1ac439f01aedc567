"""Answers for people: tables that fit the terminal, facts in two columns, texts as they are."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hydra_lab.surfaces.cli.calls.cells import cell, plain, words
from hydra_lab.surfaces.cli.calls.columns import columns, widths
from hydra_lab.surfaces.cli.say import say

PAGING = ("total", "cursor", "last")
ROOMY = 150  # columns of a terminal that has room for the whole id of a work item
SHORT_ID = 8  # of its end; each command that takes an item's id takes this too


def console_for_people() -> Console:
    """Where answers go; without colours or wrapping surprises when it is no terminal."""
    return Console(highlight=False, soft_wrap=False)


def show_json(data: Any) -> None:
    """The answer as JSON, for scripts."""
    say(json.dumps(data, indent=2, ensure_ascii=False))


def show(data: Any) -> None:
    """The answer for people."""
    if isinstance(data, bytes):
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    document = whole_text(data)
    if document is not None:
        sys.stdout.write(document if document.endswith("\n") or not sys.stdout.isatty() else document + "\n")
        return
    console = console_for_people()
    if isinstance(data, list):
        show_list(console, data)
    elif isinstance(data, dict):
        show_dict(console, data)
    elif data is not None:
        console.print(plain(data))


def whole_text(data: Any) -> str | None:
    """The text, where the answer is one document and little else."""
    if isinstance(data, str):
        return data
    if isinstance(data, dict) and isinstance(data.get("text"), str) and "\n" in data["text"]:
        return str(data["text"])
    return None


def show_dict(console: Console, data: Mapping[str, Any]) -> None:
    """Facts in two columns; lists of things below as tables; the work item in its own form."""
    if is_item(data):
        show_item(console, data)
        return
    lists = [name for name, value in data.items() if isinstance(value, list)]
    if len(lists) == 1 and not (data.keys() - {*lists, *PAGING}):
        rows = data[lists[0]]
        show_list(console, rows)
        if len(rows) != data.get("total", len(rows)):
            told = [f"{name} {data[name]}" for name in PAGING if data.get(name)]
            console.print(Text(f"{len(rows)} shown, {', '.join(told)}", style="dim"), soft_wrap=True)
        return
    tables = {name: value for name, value in data.items() if is_rows(value)}
    rest = {name: value for name, value in data.items() if name not in tables}
    if rest:
        console.print(facts(rest))
    for name, rows in tables.items():
        console.print()
        if name == "holds":
            show_holds(console, rows)
        else:
            console.print(Text(words(name), style="bold"))
            show_list(console, rows)


def facts(data: Mapping[str, Any]) -> Table:
    """Names and values, one a line."""
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in data.items():
        if isinstance(value, dict) and value:
            table.add_row(words(name), "")
            for inner, one in value.items():
                table.add_row(f"  {words(inner)}", cell(one, inner))
        else:
            table.add_row(words(name), cell(value, name))
    return table


def show_list(console: Console, rows: list[Any]) -> None:
    """Things as a table, values one a line."""
    if not rows:
        console.print(Text("Nothing here.", style="dim"))
        return
    if not all(isinstance(row, dict) for row in rows):
        for row in rows:
            console.print(cell(row))
        return
    rows = [in_brief(row, console.width) for row in rows]
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    shown = widths(columns(rows, console.width), rows, console.width)
    for name, width in shown.items():
        table.add_column(words(name), no_wrap=True, overflow="ellipsis", width=width)
    for row in rows:
        table.add_row(*(cell(row.get(name), name) for name in shown))
    console.print(table)


def in_brief(row: dict[str, Any], width: int) -> dict[str, Any]:
    """A work item as a line, with why it waits; what is about one goes by its id (where room is short, its end)."""
    first = next(iter(row.values()), "")
    if all(one is None or isinstance(one, dict) for one in (first, *row.values())) or (
        isinstance(first, dict) and "id" in first and not is_item(first)
    ):
        row = unfolded(row)
    item = row if is_item(row) else row.get("item")
    if not is_item(item):
        return row
    line = {name: value for name, value in row.items() if name not in ("holds", "item")}
    line |= {"id": item["id"] if width >= ROOMY else item["id"][-SHORT_ID:], "title": item["title"]}
    if item is row and row["holds"]:
        more = f" (+{len(row['holds']) - 1})" if len(row["holds"]) > 1 else ""
        line["waits_for"] = row["holds"][0]["detail"] + more
    return line


def unfolded(row: dict[str, Any]) -> dict[str, Any]:
    """A thing that is told with others: that thing, the words beside it, and of each work item its state."""
    first, *others = row
    beside = {name: row[name]["state"] if is_item(row[name]) else row[name] for name in others}
    return {name: one for name, one in beside.items() if isinstance(one, str)} | (row[first] or {})


def is_item(data: Any) -> TypeGuard[dict[str, Any]]:
    """Whether this is a work item."""
    return isinstance(data, dict) and {"id", "state", "holds", "operation", "title"} <= data.keys()


def show_item(console: Console, item: Mapping[str, Any]) -> None:
    """A work item: what it is, why it waits, what came of it."""
    line = Text.assemble(cell(item["state"]), "  ", (str(item.get("title") or item["operation"]), "bold"))
    console.print(line)
    told = {name: item.get(name) for name in ("id", "operation", "input", "priority", "attempts", "created_by")}
    told |= {name: item.get(name) for name in ("created_at", "started_at", "finished_at") if item.get(name)}
    progress = item.get("progress")
    if isinstance(progress, dict):
        part = "" if progress.get("fraction") is None else f"{progress['fraction']:.0%} "
        told["progress"] = f"{part}{progress.get('message', '')}"
    console.print(facts({name: value for name, value in told.items() if value not in (None, "", {}, 0)}))
    show_holds(console, item["holds"])
    error = item.get("error")
    if isinstance(error, dict):
        console.print(
            Text.assemble(("error: ", "red"), str(error["detail"]), " ", (str(error.get("fix") or ""), "dim"))
        )
    for artifact in item.get("artifacts") or []:
        console.print(
            Text.assemble(("file: ", "dim"), f"{artifact['name']} ({artifact['size']} bytes) {artifact['url']}")
        )
    if item.get("result") is not None:
        console.print(Text("result:", style="dim"))
        show(item["result"])


def show_holds(console: Console, holds: Iterable[Mapping[str, Any]]) -> None:
    """Why work waits and what would release it, never cut."""
    for hold in holds:
        detail = hold["detail"] if hold["detail"].endswith((".", "!", "?")) else f"{hold['detail']}."
        console.print(Text.assemble(("waits: ", "yellow"), detail, " ", (hold["unblock"], "dim")))


def is_rows(value: Any) -> bool:
    """Whether a value is a list of things."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)
