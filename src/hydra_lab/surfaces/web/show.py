"""Showing a page: its values from the area, its HTML from the template, and what to show when that fails."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotFound, describe
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http import Call, Visitor
from hydra_lab.surfaces.http.problems import status_of
from hydra_lab.surfaces.web import flash
from hydra_lab.surfaces.web.frame import Frame
from hydra_lab.surfaces.web.html import html
from hydra_lab.surfaces.web.look.render import Renderer
from hydra_lab.surfaces.web.site import Entry


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An action that did not work, shown on the page it was asked from, with what was typed there."""

    operation: str
    detail: str
    fix: str | None = None
    problems: list[dict[str, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, operation: str, error: HydraError, values: dict[str, Any]) -> "Failure":
        """The failure an error makes."""
        problems = error.data.get("problems", [])
        return cls(operation=operation, detail=error.detail, fix=error.fix, problems=problems, values=values)


class Shower:
    """Turns a page and a request into an answer."""

    def __init__(self, services: Services, renderer: Renderer, frame: Frame) -> None:
        self._services = services
        self._renderer = renderer
        self._frame = frame

    def page(self, entry: Entry, call: Call) -> Response:
        """A page as it was asked for; with ``?_part=a,b`` only those parts of it."""
        query = dict(call.request.query_params)
        parts = query.pop("_part", "")
        request = PageRequest(path=call.path, query=query)
        if not parts:
            return self.whole(entry, call.request, call.visitor, request)
        values = {**self._frame.around(call.request, call.visitor), **self.values(entry, call.visitor, request)}
        return html(call.request, self._renderer.parts(entry.template, values, parts.split(",")))

    def values(self, entry: Entry, visitor: Visitor, request: PageRequest) -> dict[str, Any]:
        """What the page's own load gives, and its title."""
        context = Context(services=self._services, actor=visitor.actor)
        return {"title": entry.page.title, **entry.page.load(context, request)}

    def whole(
        self,
        entry: Entry,
        request: Request,
        visitor: Visitor,
        asked: PageRequest,
        *,
        failure: Failure | None = None,
        here: str = "",
        status: int = 200,
        **more: Any,
    ) -> Response:
        """A whole page, with a failure told on it if there was one."""
        frame = self._frame.around(request, visitor, here=here)
        try:
            values = {**frame, **self.values(entry, visitor, asked), "failure": failure, **more}
        except HydraError as error:
            return self.error(request, visitor, error, title=entry.page.title, frame=frame)
        response = html(request, self._renderer.page(entry.template, values), status)
        if frame["toast"]:
            flash.forget(response)
        return response

    def error(
        self, request: Request, visitor: Visitor, error: HydraError, *, title: str, frame: dict[str, Any] | None = None
    ) -> Response:
        """The page that says why another cannot be shown, and what to do."""
        values = frame or self._frame.around(request, visitor)
        if isinstance(error, NotFound):
            guess = request.url.path.rpartition("/")[2]
            values = {**values, "detail": error.detail, "fix": error.fix or "", "guess": guess, "near": []}
            return html(request, self._renderer.page("not-found.html", values), 404)
        told = {**describe(error), "fix": error.fix or ""}
        heading = f"{title} cannot be shown"
        status = status_of(error)
        values = {**values, "heading": heading, "error": told, "status": status}
        return html(request, self._renderer.page("error.html", values), status)
