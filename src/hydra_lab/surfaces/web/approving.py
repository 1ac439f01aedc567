"""Approving from a message: a link opens a page that shows what would be done; a button there answers, once."""

from typing import Any

from starlette.responses import RedirectResponse, Response

from hydra_lab.kernel.credentials import ApprovalLink
from hydra_lab.kernel.errors import HydraError, NotFound
from hydra_lab.kernel.operation import Operation, subject_of
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import Item
from hydra_lab.kernel.work.approvals import store as approvals
from hydra_lab.kernel.work.approvals.store import Approval
from hydra_lab.surfaces.http import Call
from hydra_lab.surfaces.http.problems import status_of
from hydra_lab.surfaces.web.frame import Frame
from hydra_lab.surfaces.web.html import html
from hydra_lab.surfaces.web.look.render import Renderer

# The address holds the link's code: it is neither told to another site nor kept by a browser or a search engine.
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
ANSWERS = {"yes": "queue.approve", "no": "queue.reject"}


class Approving:
    """The page behind an approval link. Looking at it changes nothing, whoever or whatever does."""

    def __init__(self, services: Services, renderer: Renderer, frame: Frame) -> None:
        self._services = services
        self._renderer = renderer
        self._frame = frame

    def show(self, call: Call) -> Response:
        """What would be approved, with two buttons; or what was answered."""
        link = self._services.credentials.approval_links.find(call.path["code"])
        return self._unknown(call) if link is None else self._page(call, link)

    def answer(self, call: Call) -> Response:
        """Answer as the button pressed says, then show what was answered."""
        links = self._services.credentials.approval_links
        link, verb = links.find(call.path["code"]), ANSWERS.get(str(call.form.get("answer", "")))
        if link is None:
            return self._unknown(call)
        asked, is_open = self._asked(link)
        if verb is None or asked is None or not is_open or not links.use(call.path["code"]):
            return self._page(call, link, status=409)
        comment = str(call.form.get("comment", "")).strip()[:2000]
        given = {"id": link.item, "question": link.approval} | ({"comment": comment} if comment else {})
        try:
            self._services.gate.call(verb, given, actor=link.actor)
        except HydraError as error:
            return self._page(call, link, error=error, status=status_of(error))
        return RedirectResponse(self._frame.bare(call.request)["here"], 303, headers=HEADERS)

    def _asked(self, link: ApprovalLink) -> tuple[Approval | None, bool]:
        """The question a link is for, and whether it is still what its item asks."""
        with self._services.database.read() as connection:
            asked, now_open = approvals.one(connection, link.approval), approvals.open_for(connection, link.item)
        return asked, now_open is not None and now_open.id == link.approval

    def _page(self, call: Call, link: ApprovalLink, *, error: HydraError | None = None, status: int = 200) -> Response:
        asked, is_open = self._asked(link)
        try:
            item = self._services.work.get(link.item)
        except NotFound:
            return self._unknown(call)
        values: dict[str, Any] = {
            **self._frame.bare(call.request), "title": "Approval", "item": item, "question": asked,
            "open": is_open and link.used_at is None, "used": link.used_at is not None, "channel": link.channel,
            "problem": error, "given": self._services.journal.scrub(item.input), **self._would(item),
        }  # fmt: skip
        return html(call.request, self._renderer.page("approve.html", values), status, HEADERS)

    def _would(self, item: Item) -> dict[str, Any]:
        """What the work does, and to what."""
        verb: Operation | None = self._services.registry.verbs.get(item.operation or "")
        if verb is None:
            return {"verb": None, "subject": None}
        known = verb.subject in item.input
        return {"verb": verb, "subject": subject_of(verb, verb.input.model_construct(**item.input)) if known else None}

    def _unknown(self, call: Call) -> Response:
        """The page for a code that is nobody's, or no longer good: it does not say which."""
        values = {**self._frame.bare(call.request), "title": "Approval", "item": None}
        return html(call.request, self._renderer.page("approve.html", values), 404, HEADERS)
