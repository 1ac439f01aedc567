"""Calling a tool: what it asks for, the call through the gate, and waiting for the work that it became."""

import time
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

import anyio
import structlog
from anyio import to_thread
from mcp.server.context import ServerRequestContext

from hydra_lab.kernel.errors import HydraError, Invalid, NotFound
from hydra_lab.kernel.gate import Queued
from hydra_lab.kernel.operation import LONGEST_WAIT_S, Answer, Operation
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.registry import Registry
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item, State
from hydra_lab.surfaces.http.waiting import looks
from hydra_lab.surfaces.mcp.describe import CALL, CANCEL, WAIT, may_wait

log = structlog.get_logger()

# Clients that give up on a silent server are told this often that it still works on it.
BEAT_S = 10.0
# Progress has to grow with every message, also where only the words have changed.
STEP = 1e-6


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One call of a tool: the operation, its input, and how long the caller waits for the work it may become."""

    operation: Operation
    input: dict[str, Any]
    wait_s: float = 0.0
    cancel: bool = False


def asked(registry: Registry, chosen: dict[str, Operation], name: str, given: dict[str, Any]) -> Asked:
    """What a call asks for. Raises ``NotFound`` for an unknown tool or operation, ``Invalid`` for wrong arguments."""
    if name == CALL.name:
        if unknown := set(given) - set(CALL.input_schema["properties"]):
            raise wrong(sorted(unknown)[0], "is no argument of operations_call")
        operation, input = registry.operation(str(given.get("operation"))), given.get("input") or {}
        if not isinstance(input, dict):
            raise wrong("input", "must be an object")
        waits = given
    elif name in chosen:
        operation = chosen[name]
        own = {WAIT, CANCEL} if may_wait(operation) else set()
        input = {field: value for field, value in given.items() if field not in own}
        waits = {field: value for field, value in given.items() if field in own}
    else:
        raise NotFound(f"There is no tool “{name}”.", fix="tools/list shows the tools there are.")
    wait_s, cancel = waits.get(WAIT) or 0, waits.get(CANCEL) or False
    if isinstance(wait_s, bool) or not isinstance(wait_s, int | float) or not 0 <= wait_s <= LONGEST_WAIT_S:
        raise wrong(WAIT, f"must be seconds from 0 to {LONGEST_WAIT_S:.0f}")
    if not isinstance(cancel, bool):
        raise wrong(CANCEL, "must be true or false")
    return Asked(operation=operation, input=input, wait_s=float(wait_s), cancel=cancel)


def wrong(field: str, problem: str) -> Invalid:
    """The error of one wrong argument."""
    fix = "tools/list shows what each tool takes."
    return Invalid(f"{field} {problem}.", problems=[{"field": field, "problem": problem}], fix=fix)


async def entered(services: Services, call: Asked, actor: Actor) -> Any:
    """The answer of the operation, or ``Queued`` where it became work."""
    enter = partial(services.gate.enter, call.operation.name, call.input, actor=actor, exact=True)
    return await to_thread.run_sync(enter)


def item_in(operation: Operation, output: Any) -> Item | None:
    """The work in an answer: what the call became, or what it handed over."""
    if isinstance(output, Queued):
        return output.item  # type: ignore[no-any-return]
    body = output.body if isinstance(output, Answer) else output
    return body if operation.passes_on and isinstance(body, Item) else None


async def waited(
    services: Services, context: ServerRequestContext[Any, Any], item_id: str, call: Asked, actor: Actor
) -> Item:
    """The item once it is over, or as it is when the caller's patience is; its progress is reported on the way.

    A call that is cancelled stops to wait; the work goes on, unless the caller asked for it to be cancelled with it.
    """
    try:
        return await watched(services, context, item_id, call.wait_s)
    except anyio.get_cancelled_exc_class():
        if call.cancel:
            with anyio.CancelScope(shield=True):
                await cancelled(services, item_id, actor)
        raise


async def cancelled(services: Services, item_id: str, actor: Actor) -> None:
    """Cancel the work as its caller; what policy says to that is logged, for nobody is there to be told."""
    try:
        await to_thread.run_sync(partial(services.gate.enter, "queue.cancel", {"id": item_id}, actor=actor))
    except HydraError as error:
        log.info("mcp.not_cancelled", item=item_id, why=error.detail)


async def watched(
    services: Services,
    context: ServerRequestContext[Any, Any],
    item_id: str,
    wait_s: float,
    *,
    until_answered: bool = False,
) -> Item:
    """The item when it is over (``until_answered``: when it waits for no approval), or as it is after ``wait_s``."""
    told, reported, spoke = "", 0.0, 0.0
    async with aclosing(looks(services, item_id, wait_s)) as seen:
        async for item in seen:
            if item.state.is_over or (until_answered and not asks(item)):
                break
            said = said_of(item)
            if said != told or time.monotonic() - spoke > BEAT_S:
                told, spoke = said, time.monotonic()
                fraction = item.progress.fraction if item.progress and item.state is State.RUNNING else None
                reported = max(fraction or 0.0, reported + STEP)
                await context.session.report_progress(reported, 1.0 if fraction is not None else None, said)
    return item


def asks(item: Item) -> bool:
    """Whether the item waits for a person's yes."""
    return any(one.kind.value == "approval" for one in item.holds)


def said_of(item: Item) -> str:
    """Where the work is, in words."""
    if item.state is State.RUNNING and item.progress:
        share = f" ({item.progress.fraction:.0%})" if item.progress.fraction is not None else ""
        return f"{item.progress.message}{share}"
    if item.holds:
        return item.holds[0].detail
    return item.state.value
