"""Routes from the registry: each operation, stream and endpoint at its own path."""

from typing import Any

from pydantic import ValidationError
from starlette.responses import Response

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.gate import Queued
from hydra_lab.kernel.inputs.body import wants_file
from hydra_lab.kernel.operation import Answer, Input, Kind, Operation, Raw
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.api.inputs import as_it_came, gather
from hydra_lab.surfaces.api.waiting import accepted, waited
from hydra_lab.surfaces.http import Call, Json, Path, Streams, Way, event_stream, raw_response
from hydra_lab.surfaces.http.answers import sendable
from hydra_lab.surfaces.http.below import leading
from hydra_lab.surfaces.http.streams import GONE, unless_gone


def operation_paths(services: Services, streams: Streams) -> list[Path]:
    """One route for every declared verb."""
    return [
        Path(verb.path, {verb.method: way_into(services, streams, verb)}) for verb in services.registry.verbs.values()
    ]


def way_into(services: Services, streams: Streams, verb: Operation) -> Way:
    """How one verb is entered; what its caller may is policy's to say, so no scope is asked for here."""
    traits: dict[str, Any] = {
        "entry": verb.entry, "scope": None, "body_limit": verb.body_limit, "error_shape": verb.error_shape,
        "to_disk": verb.kind is Kind.ENDPOINT and wants_file(verb.input),
    }  # fmt: skip
    match verb.kind:
        case Kind.OPERATION:
            return Way(answer=operation_answer(services, streams, verb), **traits)
        case Kind.ENDPOINT:
            if verb.is_async:
                return Way(answer=async_endpoint_answer(services, verb), on_loop=True, **traits)
            return Way(answer=endpoint_answer(services, verb), **traits)
        case Kind.STREAM:
            return Way(answer=stream_answer(services, streams, verb), on_loop=True, **traits)


def operation_answer(services: Services, streams: Streams, operation: Operation) -> Any:
    """Answers calls of an operation: its output, or ``202`` and the item it became."""
    base = services.settings.current.base_path

    def answer(call: Call) -> Any:
        asked = gather(operation, call, services.gate.parse)
        output = services.gate.enter(
            operation.name, asked.input, actor=call.visitor.actor, confirm=asked.confirm, exact=True
        )
        if isinstance(output, Queued):
            if not asked.wait_s:
                return accepted(output.item, base)
            return waited(services, streams, output.item.id, asked.wait_s)
        told = leading(operation.dump(output), base)
        if isinstance(output, Answer):
            return Json(told, output.status, sendable(output.headers))
        return Json(told, operation.status)

    return answer


def endpoint_answer(services: Services, endpoint: Operation) -> Any:
    """Answers calls of a raw endpoint."""

    def answer(call: Call) -> Response:
        raw: Raw = endpoint.handler(*entered(services, endpoint, call))
        return raw_response(call.request, raw)

    return answer


def async_endpoint_answer(services: Services, endpoint: Operation) -> Any:
    """Answers calls of a raw endpoint whose handler runs on the event loop, until the caller leaves."""

    fields = endpoint.input.model_fields.keys()
    as_they_came = fields <= {"body", "headers"} and (endpoint.method == "GET" or "body" in fields)

    async def answer(call: Call) -> Response:
        found = entered_at_once(services, endpoint, call) if as_they_came else None
        if found is None:
            found = await call.in_thread(lambda call: entered(services, endpoint, call))
        context, parsed = found
        raw: Raw | None = await unless_gone(call.request, endpoint.handler(context, parsed))
        return GONE if raw is None else raw_response(call.request, raw)

    return answer


def entered(services: Services, verb: Operation, call: Call) -> tuple[Context, Input]:
    """The gate passed: the context and the input of a stream's or raw endpoint's handler."""
    parsed = services.gate.parse(verb, gather(verb, call, services.gate.parse).input, exact=True)
    context = services.gate.open(verb, parsed, call.visitor.actor)
    services.integrations.require(verb.needs)
    return context, parsed


def entered_at_once(services: Services, verb: Operation, call: Call) -> tuple[Context, Input] | None:
    """The gate passed by an endpoint that takes the request as it came, where no more is needed than policy's yes.

    ``None`` where ``entered`` has to be asked, in a thread.
    """
    if call.request.scope["query_string"] or call.path:
        return None
    try:
        parsed = verb.input.model_validate(as_it_came(verb, call))
    except ValidationError:
        return None
    context = services.gate.open_at_once(verb, parsed, call.visitor.actor)
    return None if context is None else (context, parsed)


def stream_answer(services: Services, streams: Streams, stream: Operation) -> Any:
    """Answers calls of a stream with events."""

    async def answer(call: Call) -> Response:
        frames = await call.in_thread(lambda call: stream.handler(*entered(services, stream, call)))
        return await event_stream(streams, frames)

    return answer
