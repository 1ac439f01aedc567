"""Actions: a form becomes a call of an operation as the person who sent it, then the page comes back."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.errors import HydraError, Invalid, TooLarge
from hydra_lab.kernel.gate import Queued
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import Item
from hydra_lab.surfaces.http import Call
from hydra_lab.surfaces.http.problems import status_of
from hydra_lab.surfaces.web import flash
from hydra_lab.surfaces.web.forms.typed import typed
from hydra_lab.surfaces.web.look.words import plural, sentence
from hydra_lab.surfaces.web.show import Failure, Shower
from hydra_lab.surfaces.web.site import Entry, matched

# Fields of a form that are about the form; no operation's field begins with an underscore.
OWN = ("csrf", "_next", "_from", "_done", "_each", "_confirm", "_act", "_lines", "_empty", "_show", "_input")
# An integration that was asked and does not answer: the call worked, what it found is bad news.
LOST = ("unreachable", "denied")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an action came to: what to say, and the plain fields of its output."""

    notice: flash.Said
    about: dict[str, str] = field(default_factory=dict)


class Actions:
    """``POST /ui/do/{operation}``: any operation from any form, without a line of script."""

    def __init__(self, services: Services, shower: Shower, pages: list[Entry], ui: str) -> None:
        self._services = services
        self._shower = shower
        self._pages = pages
        self._ui = ui

    def do(self, call: Call) -> Response:
        """Call the operation named in the path; on success go to ``_next``, else show ``_from`` with what was wrong."""
        sent = fields_sent(call)
        name = call.path["operation"]
        try:
            operation = self._services.registry.operation(name)
            if sum(len(value) for values in sent.values() for value in values) > operation.body_limit:
                raise TooLarge(f"{name} takes at most {operation.body_limit >> 10} KiB.", fix="Send less at once.")
            if one(sent, "_show"):
                return self.shown(operation, sent, call)
            said = self.called(operation, sent, call)
        except HydraError as error:
            return self.failed(call, name, sent, error)
        return self.back(call, filled(one(sent, "_next"), said.about), said.notice)

    def called(self, operation: Operation, sent: dict[str, list[str]], call: Call) -> "Outcome":
        """The call, or one for each value of the field that ``_each`` names; what to say about it."""
        each = one(sent, "_each")
        if not each:
            output = self.enter(operation, sent, call)
            about = told_by(output)
            words = filled(one(sent, "_done"), about) or f"Done: {operation.summary}"
            return Outcome(notice=said_of(output, words, self._ui), about=about)
        chosen = sent.get(each, [])
        if not chosen:
            raise Invalid("Nothing is selected.", fix="Tick the rows that this is for.")
        errors: list[HydraError] = []
        for value in chosen:
            try:
                self.enter(operation, {**sent, each: [value]}, call)
            except HydraError as error:
                errors.append(error)
        if len(errors) == len(chosen):
            raise errors[0]
        text = f"{operation.summary.rstrip('.')}: {plural(len(chosen) - len(errors), 'item')}"
        if errors:
            return Outcome(notice=flash.Said(text=f"{text}; not for {len(errors)}: {errors[0].detail}", s="warn"))
        return Outcome(notice=flash.Said(text=text))

    def enter(self, operation: Operation, sent: dict[str, list[str]], call: Call) -> Any:
        """One call through the gate."""
        zone = self._services.settings.current.zone
        given = typed(operation.input_schema(), sent, zone=zone)
        if inner := one(sent, "_input"):
            # The field `input` is the input of another operation, whose form it was.
            schema = self._services.registry.operation(inner).input_schema()
            given["input"] = typed(schema, sent, zone=zone, prefix="input.")
        confirm = one(sent, "_confirm") or None
        return self._services.gate.enter(operation.name, given, actor=call.visitor.actor, confirm=confirm)

    def back(self, call: Call, to: str, said: flash.Said | None) -> Response:
        """Go to a page of this site and say something there."""
        response = RedirectResponse(to if flash.local(to) else f"{self._ui}/", 303)
        if said:
            flash.say(response, said, secure=call.request.url.scheme == "https")
        return response

    def shown(self, operation: Operation, sent: dict[str, list[str]], call: Call) -> Response:
        """Call it and show ``_from`` with the answer on it: for what is told once, and what is only looked at."""
        output = self.enter(operation, sent, call)
        found = self.origin(sent)
        if found is None or isinstance(output, Queued):
            return self.back(call, one(sent, "_from"), said_of(output, operation.summary, self._ui))
        entry, asked = found
        told = {"operation": operation.name, "output": getattr(output, "body", output), "values": typed_in(sent)}
        return self._shower.whole(entry, call.request, call.visitor, asked, here=one(sent, "_from"), shown=told)

    def origin(self, sent: dict[str, list[str]]) -> tuple[Entry, PageRequest] | None:
        """The page a form was on, ``None`` when that is not known."""
        path, _, query = one(sent, "_from").partition("?")
        found = matched(self._pages, path.removeprefix(self._ui) or "/") if flash.local(one(sent, "_from")) else None
        return (found[0], PageRequest(path=found[1], query=query_of(query))) if found else None

    def failed(self, call: Call, name: str, sent: dict[str, list[str]], error: HydraError) -> Response:
        """The page the form was on, with what went wrong; the home page when that is not known."""
        found = self.origin(sent)
        if found is None:
            return self.back(call, f"{self._ui}/", flash.Said(text=error.detail, s="bad"))
        entry, asked = found
        return self._shower.whole(
            entry, call.request, call.visitor, asked,
            failure=Failure.of(name, error, typed_in(sent)), here=one(sent, "_from"), status=status_of(error),
        )  # fmt: skip


def typed_in(sent: dict[str, list[str]]) -> dict[str, str]:
    """What a person filled in, without what is only about the form."""
    return {field: values[-1] for field, values in sent.items() if field not in OWN and values}


def told_by(output: Any) -> dict[str, str]:
    """The plain fields of an output, for the words and the address that a form asks to be filled in."""
    body = getattr(output, "body", output)
    values = body.model_dump() if isinstance(body, BaseModel) else {}
    return {name: str(value) for name, value in values.items() if isinstance(value, str | int)}


def filled(text: str, values: dict[str, str]) -> str:
    """A text with ``{name}`` replaced by a value; a name without a value stays as it is."""
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1], found[0]), text)


def fields_sent(call: Call) -> dict[str, list[str]]:
    """A form's fields; a file that was chosen takes the place of the field of its name, as text.

    Raises ``Invalid`` for a file that is not text.
    """
    found: dict[str, list[str]] = {}
    files: dict[str, list[str]] = {}
    for name, value in call.form.multi_items():
        if not isinstance(value, UploadFile):
            found.setdefault(name, []).append(value)
        elif value.filename:
            try:
                files[name] = [value.file.read().decode("utf-8")]
            except UnicodeDecodeError as error:
                raise Invalid(f"{value.filename} is not text in UTF-8.", fix="Save it as UTF-8.") from error
    return found | files


def one(sent: dict[str, list[str]], name: str) -> str:
    """A field's last value, empty when it was not sent."""
    return sent[name][-1] if sent.get(name) else ""


def query_of(text: str) -> dict[str, str]:
    """A query string as a page gets it."""
    return dict(parse_qsl(text))


def said_of(output: Any, words: str, ui: str) -> flash.Said:
    """What to say of an output: of a call that became work, that it did, and where it is."""
    if isinstance(output, Queued):
        item = output.item
        asks = any(hold.kind == "approval" for hold in item.holds)
        text = f"It asks first: {item.title} waits in the inbox" if asks else f"Queued: {item.title}"
        return flash.Said(text=text, s="warn" if asks else "done", href=f"{ui}/queue/{item.id}")
    body = getattr(output, "body", output)
    status = str(getattr(body, "status", ""))
    if status in LOST:
        return flash.Said(text=f"{words}. {sentence(getattr(body, 'detail', None))}", s="bad")
    return flash.Said(text=words, href=f"{ui}/queue/{body.id}" if isinstance(body, Item) else "")
