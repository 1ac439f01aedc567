"""Having a model loaded: as work, judged as its caller, so that it is seen, undone on failure and never done twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hydra_lab.areas.gateway.serving.catalogue import NEED
from hydra_lab.kernel.errors import Cancelled, Conflict, Denied, NotFound, Unavailable
from hydra_lab.kernel.policy.model import Actor, Verdict
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item, Priority, State

SWITCH, LOAD = "models.switch", "models.load"
LOOK_S = 1.0


async def bring(
    services: Services, actor: Actor, server: str, model: str, *, in_place: bool, within_s: float
) -> None:  # fmt: skip
    """Return once a model is loaded, ``in_place`` of the one that is; it has to begin ``within_s``.

    Raises ``Denied`` where policy does not let the caller change models, ``Conflict`` where it does not fit or what is
    pinned would go, ``Unavailable`` where it could not be loaded.
    """
    item = await asyncio.to_thread(begun, services, actor, server, model, in_place, within_s)
    item = await over(services, item)
    if item.state is State.DONE:
        return
    if item.state is State.HELD:
        why = " ".join(hold.detail for hold in item.holds)
        # Nobody waits for it any longer, so it must not change the model one day.
        await asyncio.to_thread(services.work.cancel, item.id, actor)
        raise Unavailable(f"{model} cannot be loaded on {server} now: {why}", fix="Ask again later.", item=item.id)
    told = item.error.detail if item.error else f"The work was {item.state.value}."
    if item.error and item.error.code == Conflict.code:  # it does not fit, or what is pinned would go
        raise Conflict(f"{model} is not loaded on {server}: {told}", fix=item.error.fix, item=item.id)
    if item.state is State.CANCELLED:
        raise Cancelled(f"{model} was not loaded on {server}: it was cancelled.", fix="Ask again.", item=item.id)
    raise Unavailable(
        f"{model} could not be loaded on {server}: {told}", fix=f"`hydra queue why {item.id}` says more.", item=item.id
    )


def begun(services: Services, actor: Actor, server: str, model: str, in_place: bool, within_s: float) -> Item:
    """The work that loads it. The server's line sees to it that there is one at a time.

    Where Hydra ends before it has begun nobody waits for it any longer, and soon it is not begun any more.
    """
    operation, input = SWITCH if in_place else LOAD, {"server": server, "model": model}
    try:
        verb = services.registry.operation(operation)
    except NotFound as error:
        raise Unavailable(
            f"{model} is not loaded on {server}, and nothing here loads models.", fix="Load it on the server itself."
        ) from error
    decision = services.gate.decide(verb, services.gate.parse(verb, input), actor)
    if decision.verdict is not Verdict.ALLOW:
        raise Denied(
            f"{model} is not loaded on {server}, and {actor.name} may not load it: {decision.reason}.",
            rule=decision.rule, fix=f"Ask for a loaded model, or allow {operation} to this caller in policy.yaml.",
        )  # fmt: skip
    if not services.integrations.ready(NEED):  # right after a start nobody has asked yet
        services.integrations.check(NEED)
    return services.work.add(
        actor=actor, operation=operation, input=input, priority=Priority.HIGH,
        title=f"Load {model} on {server}", origin={"source": "gateway", "key": actor.name},
        deadline=services.clock.now() + timedelta(seconds=within_s),
    )  # fmt: skip


async def over(services: Services, item: Item) -> Item:
    """The work once it is over, or held for something that does not pass by itself."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(changed.set)
        except RuntimeError:
            return

    unlisten = services.journal.listen(wake)
    try:
        while not (item.state.is_over or item.state is State.HELD):
            changed.clear()
            item = await asyncio.to_thread(services.work.get, item.id)
            if item.state.is_over or item.state is State.HELD:
                break
            try:
                await asyncio.wait_for(changed.wait(), LOOK_S)
            except TimeoutError:
                continue
            await asyncio.sleep(0.02)  # one look for all that was committed meanwhile
        return item
    finally:
        unlisten()
