"""Every page of this Hydra: those of the areas and the surface's own, with the navigation they make."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from starlette.routing import compile_path

from hydra_lab.kernel.area import Page
from hydra_lab.kernel.integrations.need import either
from hydra_lab.kernel.registry import Registry
from hydra_lab.surfaces.web import pages as own

# Groups of the navigation in their order; others follow by name.
LAB = "Lab"
GROUPS = ("", LAB, "Make", "Hydra")
TABS = 3


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A page and the name its template has for the renderer."""

    page: Page
    template: str


def entries(registry: Registry) -> list[Entry]:
    """Every page: the surface's own, then those of the areas by name."""
    found = [Entry(page=page, template=page.template) for page in own_pages()]
    for name, area in registry.areas.items():
        found += [Entry(page=page, template=f"{name}/{page.template}") for page in area.pages]
    return sorted(found, key=lambda entry: entry.page.path.count("{"))


def own_pages() -> list[Page]:
    """The pages of this surface, found in its ``pages`` folder."""
    found: list[Page] = []
    for info in sorted(pkgutil.iter_modules(own.__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{own.__name__}.{info.name}")
        found += getattr(module, "PAGES", ())
    return found


def needed(registry: Registry, need: str) -> str:
    """What satisfies a need of an operation, by its title: ``container_host`` is “Docker”."""
    found = [one.title for name, one in registry.integrations.items() if need == name or need in one.provides]
    return either(sorted(found)) if found else need.replace("_", " ")


def template_folders(registry: Registry) -> dict[str, Path]:
    """Where each area keeps its templates."""
    return {name: Path(area.templates) for name, area in registry.areas.items() if area.templates}


def names(registry: Registry, found: list[Entry]) -> dict[str, str]:
    """What the pages that a text may name are called: by the navigation, and each integration by its title."""
    called = {entry.page.path: entry.page.nav[3] for entry in found if entry.page.nav}
    return called | {
        f"/integrations/{name}": f"{called['/integrations']} › {one.title}"
        for name, one in registry.integrations.items()
        if "/integrations" in called
    }


def near(found: list[Entry], path: str) -> list[Page]:
    """Pages whose paths look like one that is not there, the likest first."""
    pages = {entry.page.path: entry.page for entry in found if "{" not in entry.page.path}
    begins = "/" + path.strip("/").partition("/")[0]
    close = get_close_matches(path.rstrip("/"), pages, n=3, cutoff=0.6) or get_close_matches(begins, pages, n=1)
    return [pages[one] for one in close]


def matched(found: list[Entry], path: str) -> tuple[Entry, dict[str, str]] | None:
    """The page at a path below ``/ui`` and the values in its braces."""
    for entry in found:
        match = compile_path(entry.page.path)[0].match(path)
        if match:
            return entry, match.groupdict()
    return None


def navigation(found: list[Entry], ui: str, here: str, marks: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The links in the side bar, by group. ``marks`` adds a badge or a count to the page at a path."""
    groups: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for entry in found:
        if entry.page.nav is None:
            continue
        group, order, icon, label = entry.page.nav
        path = entry.page.path
        link = {
            "href": ui + path, "icon": icon, "label": label, "badge": 0, "count": "",
            "current": here == path or (path != "/" and here.startswith(f"{path}/")),
        }  # fmt: skip
        groups.setdefault(group, []).append((order, {**link, **marks.get(path, {})}))
    names = [name for name in GROUPS if name in groups] + sorted(set(groups) - set(GROUPS))
    return [
        {"title": name, "links": [link for _, link in sorted(groups[name], key=lambda one: one[0])]} for name in names
    ]


def tabs(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The few links a phone has at its lower edge: the first of the first group, and the lab under its own name."""
    links: list[dict[str, Any]] = groups[0]["links"][:TABS] if groups else []
    lab = [{**group["links"][0], "label": group["title"]} for group in groups if group["title"] == LAB]
    return links + lab
