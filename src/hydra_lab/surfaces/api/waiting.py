"""Waiting for work: ``?wait=30`` answers with the result instead of the item, if it comes in time."""

import asyncio
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from pydantic_core import to_jsonable_python
from starlette.responses import Response

from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item, State
from hydra_lab.surfaces.http import Json
from hydra_lab.surfaces.http.problems import MEDIA_TYPE, document, status_of_code

# Commits of other nodes wake nobody here, so now and then the item is looked at anyway.
LOOK_S = 1.0
# A busy queue commits hundreds of times a second; one look covers all that came within this time.
PAUSE_S = 0.02


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One call that became a work item, and the answers it may get."""

    services: Services
    item_id: str
    actor: Actor

    def accepted(self, item: Item) -> Response:
        """``202`` with the item and where to find it."""
        return Json(item.model_dump(mode="json"), 202, {"Location": f"/queue/{item.id}"})

    async def answer(self, wait_s: float) -> Response:
        """The result (``200``) or error of the item; ``202`` and the item when it is not over in time."""
        item = await self.over(wait_s)
        if not item.state.is_over:
            return self.accepted(item)
        where = {"Location": f"/queue/{item.id}", "X-Hydra-Item": item.id}
        if item.state is State.DONE:
            return Json(to_jsonable_python(item.result), 200, where)
        return failed(item)

    async def over(self, wait_s: float) -> Item:
        """The item once it is over, or as it is when the time has passed."""
        loop, changed = asyncio.get_running_loop(), asyncio.Event()
        ends = loop.time() + wait_s

        def wake() -> None:
            loop.call_soon_threadsafe(changed.set)

        unlisten = self.services.journal.listen(wake)
        try:
            while True:
                changed.clear()
                item = await to_thread.run_sync(self.services.work.get, self.item_id)
                left = ends - loop.time()
                if item.state.is_over or left <= 0:
                    return item
                try:
                    await asyncio.wait_for(changed.wait(), min(LOOK_S, left))
                except TimeoutError:
                    continue
                await asyncio.sleep(min(PAUSE_S, max(0.0, ends - loop.time())))
        finally:
            unlisten()


def failed(item: Item) -> Response:
    """An item's failure as the problem it is, with the status its error has everywhere."""
    told: dict[str, Any] = item.error.model_dump(mode="json") if item.error else {}
    told |= told.pop("data", None) or {}
    if item.state is State.CANCELLED:
        told["code"] = "cancelled"
    told.setdefault("code", "unforeseen")
    told.setdefault("detail", f"The work item was {item.state.value}.")
    where = f"/queue/{item.id}"
    problem = document({**told, "item": item.id}, status=status_of_code(told["code"]), instance=where)
    return Json(problem, problem["status"], {"Location": where}, MEDIA_TYPE)
