"""What is around every page: navigation with its numbers, mode, theme, notices, the form token."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.journal.store import newest_id
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import measure
from hydra_lab.surfaces.http import Visitor
from hydra_lab.surfaces.web import flash
from hydra_lab.surfaces.web.look.looks import MODES
from hydra_lab.surfaces.web.site import Entry, navigation, tabs

THEME = "hydra_theme"
THEMES = ("light", "dark")
STREAM = "/events/stream"


class Frame:
    """Makes the values that ``shell.html`` needs, for one visitor and one request."""

    def __init__(self, services: Services, pages: list[Entry], ui: str) -> None:
        self._services = services
        self._pages = pages
        self._ui = ui
        self._base = services.settings.current.base_path

    def around(self, request: Request, visitor: Visitor, *, here: str = "") -> dict[str, Any]:
        """The frame of a page. ``here`` is the page's address where the request has another."""
        address = here or address_of(request)
        path, _, query = address.partition("?")
        path = path.removeprefix(self._ui) or "/"
        if path.startswith("/operations/") and {"new", "for"} & parse_qs(query, keep_blank_values=True).keys():
            path = "/new"  # the form of an operation that new work led to
        with self._services.database.read() as connection:
            seen = newest_id(connection)  # before anything else: what happens from here on comes through the stream
        groups = navigation(self._pages, self._ui, path, self.marks(visitor))
        return {
            **self.bare(request),
            "here": address,
            "csrf": visitor.csrf or "",
            "person": visitor.actor.name,
            "navigation": groups,
            "tabs": tabs(groups),
            "mode": self.mode(),
            "toast": flash.said_in(request),
            "failure": None,
            "shown": None,
            "stream": f"{self._base}{STREAM}",
            "seen": seen,
            "link": self.link,
        }

    def bare(self, request: Request) -> dict[str, Any]:
        """What also a page without navigation has."""
        settings = self._services.settings.current
        theme = request.cookies.get(THEME)
        return {
            "title": "Hydra", "api": self._base, "now": self._services.clock.now(), "zone": settings.zone,
            "theme": theme if theme in THEMES else None, "here": address_of(request), "csrf": "", "wide": False,
            "demo": settings.demo,
        }  # fmt: skip

    def mode(self) -> dict[str, Any]:
        """How much Hydra may do alone now."""
        state = self._services.policy.mode()
        look = MODES[state.mode.value]
        node = self._services.work.node
        return {
            "blocked": node.releaser.blocked if node else None,
            "name": state.mode.value, "s": look.s, "icon": look.icon, "word": look.word,
            "since": state.since, "until": state.until, "reason": state.reason, "by": state.by or "",
        }  # fmt: skip

    def marks(self, visitor: Visitor) -> dict[str, dict[str, Any]]:
        """Numbers beside the navigation's links: what waits for a person, what runs."""
        with self._services.database.read() as connection:
            running = measure.running(connection)
        inbox = Context(services=self._services, actor=visitor.actor).call("inbox.count")
        # Work without a plan is one thing to look at, however much.
        waiting = inbox.approvals + inbox.missing + (inbox.unplanned > 0)
        return {"/inbox": {"badge": waiting}, "/queue": {"count": f"{running} running" if running else ""}}

    def link(self, path: str, query: Mapping[str, Any] | None = None) -> str:
        """The address of a page with a query; empty values are left out."""
        kept = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        return f"{self._ui}{path}" + (f"?{urlencode(kept)}" if kept else "")


def address_of(request: Request) -> str:
    """The request's own path and query as the browser has them, without what only asks for parts of the page."""
    query = [(name, value) for name, value in request.query_params.multi_items() if not name.startswith("_")]
    base: str = request.scope.get("root_path", "")
    return base + request.url.path + (f"?{urlencode(query)}" if query else "")
