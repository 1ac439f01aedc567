"""Asking the person behind a client: approvals as a question in the client, where it can ask one.

An agent's program holds its key and could answer its own questions, so its answer counts only where the owner said so
(``mcp.approve_in_client``), and never where policy's floor asks. Else the client is given the address of Hydra's own
page, where the person shows who they are.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import anyio
import mcp_types as types
from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError, NoBackChannelError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic_core import to_json

from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import HoldKind, Item
from hydra_lab.surfaces.mcp.calls import watched

# How long a question stays open in the client; the item waits on in the inbox.
ASK_S = 300.0
KEY = "approval"
LONGEST_INPUT = 600
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["decision"],
    "properties": {
        "decision": {
            "type": "string", "title": "May it be done?", "enum": ["approve", "reject", "later"],
            "description": "approve lets just this be done; reject cancels it; later leaves it in Hydra's inbox",
        },
        "comment": {"type": "string", "title": "Why", "maxLength": 500},
    },
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Question:
    """One approval that can be asked in the client: as a form, or as the address of Hydra's page."""

    item: Item
    how: Literal["form", "url"]
    as_: Actor  # who says yes or no, where a form does
    address: str
    message: str


def question(
    services: Services, context: ServerRequestContext[Any, Any], item: Item, actor: Actor, address: str
) -> Question | None:
    """The question to ask; ``None`` where the item asks nothing, or the client cannot."""
    held = next((one for one in item.holds if one.kind is HoldKind.APPROVAL), None)
    declared = context.session.client_capabilities
    can = declared.elicitation if declared else None
    if held is None or can is None:
        return None
    operation = services.registry.operation(item.operation) if item.operation else None
    person = counts(services, actor, operation)
    can_form = can.form is not None or can.url is None  # declared without saying how, it is a form
    how: Literal["form", "url"] | None = "form" if person and can_form else "url" if can.url is not None else None
    if how is None:
        return None
    given = to_json(services.scrubber.scrub(item.input)).decode()
    given = given if len(given) <= LONGEST_INPUT else given[:LONGEST_INPUT] + "…"
    message = f"{actor.name} wants Hydra to do: {item.title} ({item.operation} {given}). {held.detail}"
    return Question(item=item, how=how, as_=person or actor, address=address, message=message)


def counts(services: Services, actor: Actor, operation: Operation | None) -> Actor | None:
    """As whom an answer in the client counts; ``None`` where it does not."""
    if actor.kind is ActorKind.PERSON and actor.may("approve"):
        return actor
    trusted = actor.name in services.settings.current.mcp.approve_in_client
    if trusted and actor.kind is ActorKind.AGENT and operation and operation.floor is None:
        return Actor(kind=ActorKind.PERSON, name=f"{actor.name}’s user", scopes=frozenset({"approve"}))
    return None


def request_of(one: Question) -> types.ElicitRequest:
    """The question in the protocol's words."""
    params: types.ElicitRequestFormParams | types.ElicitRequestURLParams
    if one.how == "form":
        params = types.ElicitRequestFormParams.model_validate({"message": one.message, "requestedSchema": SCHEMA})
    else:
        message = f"{one.message} Decide on Hydra's own page."
        params = types.ElicitRequestURLParams(message=message, url=one.address, elicitation_id=one.item.id)
    return types.ElicitRequest(params=params)


async def answer_to(
    services: Services, context: ServerRequestContext[Any, Any], one: Question
) -> Item | types.InputRequiredResult:
    """The item after the question was asked; in the newer protocol the question itself, which comes back answered."""
    request = request_of(one)
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return types.InputRequiredResult(input_requests={KEY: request}, request_state=one.item.id)
    try:
        with anyio.move_on_after(ASK_S):
            if isinstance(request.params, types.ElicitRequestFormParams):
                told = await context.session.elicit_form(
                    one.message, request.params.requested_schema, context.request_id
                )
            else:
                told = await context.session.elicit_url(
                    request.params.message, one.address, one.item.id, context.request_id
                )
            return await decided(services, context, one, told)
    except (NoBackChannelError, MCPError):
        pass  # it declared what it cannot do after all: the item waits in the inbox
    return one.item


async def decided(
    services: Services, context: ServerRequestContext[Any, Any], one: Question, told: types.ElicitResult
) -> Item:
    """The item after the client's answer. Nothing said, it waits on."""
    if one.how == "url":
        if told.action == "accept":
            return await watched(services, context, one.item.id, ASK_S, until_answered=True)
        return one.item
    content = told.content or {}
    choice = str(content.get("decision", "")) if told.action == "accept" else told.action
    verb = {"approve": "queue.approve", "reject": "queue.reject", "decline": "queue.reject"}.get(choice)
    if verb is None:
        return one.item
    comment = str(content.get("comment") or "") or "answered in the agent's client"
    input = {"id": one.item.id, "comment": comment}
    await to_thread.run_sync(partial(services.gate.enter, verb, input, actor=one.as_))
    return await to_thread.run_sync(services.work.get, one.item.id)


async def resumed(services: Services, state: str, operation: Operation, input: dict[str, Any], actor: Actor) -> Item:
    """The item whose question comes back answered. The state is the client's word: it must be the caller's own item.

    Raises ``Invalid`` where it is another's. An approval binds the item, so no other input can be slipped in here.
    """
    try:
        item = await to_thread.run_sync(services.work.get, state)
    except NotFound as error:
        raise stranger() from error
    name = operation.name if not operation.passes_on else input.get("operation")
    if item.created_by != f"{actor.kind.value}:{actor.name}" or item.operation != name:
        raise stranger()
    return item


def stranger() -> Invalid:
    """The error of a state that belongs to no such call."""
    return Invalid("The request state belongs to another call.", fix="Call the tool again without it.")
