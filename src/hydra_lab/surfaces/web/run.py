"""The form of an operation, sent: queue it, have it do an item, or call it now and show the answer."""

from typing import Any

from starlette.responses import Response

from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.errors import HydraError, Invalid
from hydra_lab.kernel.gate import Queued
from hydra_lab.kernel.operation import Answer, Operation
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http import Call
from hydra_lab.surfaces.http.problems import status_of
from hydra_lab.surfaces.web.act import Actions, fields_sent, one, query_of, said_of
from hydra_lab.surfaces.web.forms.typed import typed
from hydra_lab.surfaces.web.show import Failure, Shower
from hydra_lab.surfaces.web.site import Entry, matched


class Runner:
    """``POST /ui/operations/{name}``."""

    def __init__(self, services: Services, shower: Shower, actions: Actions, pages: list[Entry], ui: str) -> None:
        self._services = services
        self._shower = shower
        self._actions = actions
        self._pages = pages
        self._ui = ui

    def run(self, call: Call) -> Response:
        """Do what the pressed button (``_act``) says."""
        sent = fields_sent(call)
        verb = self._services.registry.operation(call.path["name"])
        given = typed(verb.input_schema(), sent, zone=self.zone, prefix="input.")
        where = verb.name
        try:
            self._services.gate.parse(verb, given)
            where = "queue.add" if one(sent, "_act") in ("queue", "tonight") else verb.name
            output = self.done(verb, given, sent, call)
        except HydraError as error:
            return self.again(call, sent, verb=verb, given=given, error=error, where=where)
        if one(sent, "_act") == "call" and not isinstance(output, Queued):
            body = output.body if isinstance(output, Answer) else output
            return self.again(call, sent, verb=verb, given=given, answer=verb.dump(body))
        item = output.item if isinstance(output, Queued) else output.body if isinstance(output, Answer) else output
        said = said_of(output if isinstance(output, Queued) else Queued(item=item), "", self._ui)
        return self._actions.back(call, f"{self._ui}/queue/{item.id}", said)

    @property
    def zone(self) -> Any:
        """The lab's time zone, in which times are typed."""
        return self._services.settings.current.zone

    def done(self, verb: Operation, given: dict[str, Any], sent: dict[str, list[str]], call: Call) -> Any:
        """The call that the button stands for."""
        actor, act = call.visitor.actor, one(sent, "_act")
        if act == "call":
            return self._services.gate.enter(verb.name, given, actor=actor, confirm=one(sent, "_confirm") or None)
        if act == "choose":
            values = {"id": one(sent, "_for"), "operation": verb.name, "input": given}
            return self._services.gate.enter("queue.choose", values, actor=actor)
        add = self._services.registry.operation("queue.add")
        options = typed(add.input_schema(), sent, zone=self.zone)
        if act == "tonight":
            options["window"] = "overnight"
        return self._services.gate.enter("queue.add", {**options, "operation": verb.name, "input": given}, actor=actor)

    def again(
        self,
        call: Call,
        sent: dict[str, list[str]],
        *,
        verb: Operation,
        given: dict[str, Any],
        error: HydraError | None = None,
        where: str = "",
        **more: Any,
    ) -> Response:
        """The form once more, with what was typed: an error in its place, or an answer beside it."""
        origin = one(sent, "_from")
        query = query_of(origin.partition("?")[2])
        found = matched(self._pages, f"/operations/{verb.name}")
        if found is None:
            raise Invalid("This operation has no page.", fix="Call it from the command line or the API.")
        entry, path = found
        typed_in = {name: values[-1] for name, values in sent.items() if values}
        failure = Failure.of(where, error, typed_in) if error else None
        return self._shower.whole(
            entry, call.request, call.visitor, PageRequest(path=path, query=query), failure=failure, here=origin,
            status=status_of(error) if error else 200, **{"given": given, **more},
        )  # fmt: skip
