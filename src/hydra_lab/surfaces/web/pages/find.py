"""Find: every page, integration and operation, and all work, by a few letters of their names."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.surfaces.web import site

MOST = {"Pages": 12, "Work": 6, "Integrations": 5, "Operations": 8}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that can be gone to. ``words`` is what else it is found by, ``s`` how its icon looks."""

    href: str
    icon: str
    label: str
    sub: str = ""
    words: str = ""
    s: str = ""


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What fits the words in ``?q=``, by kind; without words the pages."""
    q = request.query.get("q", "").strip()
    groups = {"Pages": best(pages(ctx), q)}
    if q:
        groups |= {
            "Work": work(ctx, q),
            "Integrations": best(integrations(ctx), q),
            "Operations": best(operations(ctx), q),
        }
    return {
        "q": q,
        "groups": [{"title": title, "rows": rows[: MOST[title]]} for title, rows in groups.items() if rows],
    }


def pages(ctx: Context) -> list[Row]:
    """Every page that can be gone to without knowing a name, in the navigation's order."""
    found = [entry.page for entry in site.entries(ctx.services.registry) if "{" not in entry.page.path]
    groups = [group["title"] for group in site.navigation(site.entries(ctx.services.registry), "", "", {})]
    placed = sorted(found, key=lambda page: (groups.index(page.nav[0]), page.nav[1]) if page.nav else (len(groups), 0))
    return [
        Row(href=page.path, icon=page.nav[2] if page.nav else "file-text", label=page.title, words=page.path)
        for page in placed
        if page.path != "/find"
    ]


def integrations(ctx: Context) -> list[Row]:
    """Every outside system's page."""
    return [
        Row(href=f"/integrations/{name}", icon="plug", label=one.title, sub=one.what, words=name)
        for name, one in ctx.services.registry.integrations.items()
    ]


def operations(ctx: Context) -> list[Row]:
    """The form of every operation."""
    return [
        Row(href=f"/operations/{verb.name}", icon="square-terminal", label=verb.summary, sub=verb.name)
        for verb in ctx.services.registry.operations()
    ]


def work(ctx: Context, q: str) -> list[Row]:
    """Work items, the newest first."""
    items = ctx.call("queue.list", q=q, limit=MOST["Work"]).items
    return [
        Row(
            href=f"/queue/{one.id}", icon="", label=f"{one.section or ''} {one.title}".strip(),
            sub=one.operation or "no operation yet", s=one.state.value,
        )
        for one in items
    ]  # fmt: skip


def best(rows: Iterable[Row], q: str) -> list[Row]:
    """Those that have every word somewhere, the ones whose name begins with it first."""
    words = q.lower().split()
    fit = [row for row in rows if all(word in f"{row.label} {row.sub} {row.words}".lower() for word in words)]
    return sorted(fit, key=lambda row: rank(row, q.lower())) if words else fit


def rank(row: Row, q: str) -> int:
    """How far from the front of its name the words stand; 9 for elsewhere."""
    names = (row.label.lower(), row.sub.lower())
    if any(name.startswith(q) for name in names):
        return 0
    return 1 if any(f" {q}" in name or f".{q}" in name for name in names) else 9


PAGES = (Page(path="/find", title="Find", template="find.html", load=load),)
