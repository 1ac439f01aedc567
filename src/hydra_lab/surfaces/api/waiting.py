"""Answers for calls that became work: the item at once, or with ``?wait=30`` what came of it."""

from typing import Any

from pydantic_core import to_jsonable_python
from starlette.responses import Response

from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item, State
from hydra_lab.surfaces.http import Json, Streams
from hydra_lab.surfaces.http.below import leading
from hydra_lab.surfaces.http.problems import MEDIA_TYPE, document, status_of_code
from hydra_lab.surfaces.http.waiting import wait_until_over


def accepted(item: Item, base: str) -> Response:
    """``202`` with the item and where to find it."""
    return Json(leading(item.model_dump(mode="json"), base), 202, {"Location": f"/queue/{item.id}"})


async def waited(services: Services, streams: Streams, item_id: str, wait_s: float) -> Response:
    """The result (``200``) or error of the item; ``202`` and the item when it is not over in time."""
    item = await wait_until_over(services, item_id, wait_s, streams)
    base = services.settings.current.base_path
    if not item.state.is_over:
        return accepted(item, base)
    if item.state is State.DONE:
        where = {"Location": f"/queue/{item.id}", "X-Hydra-Item": item.id}
        return Json(leading(to_jsonable_python(item.result), base), 200, where)
    return failed(item, base)


def failed(item: Item, base: str) -> Response:
    """An item's failure as the problem it is, with the status its error has everywhere."""
    told: dict[str, Any] = item.error.model_dump(mode="json") if item.error else {}
    told |= told.pop("data", None) or {}
    if item.state is State.CANCELLED:
        told["code"] = "cancelled"
    told.setdefault("code", "unforeseen")
    told.setdefault("detail", f"The work item was {item.state.value}.")
    where = f"/queue/{item.id}"
    problem = document(
        {**told, "item": item.id}, status=status_of_code(told["code"]), instance=f"{base}{where}", base=base
    )
    return Json(leading(problem, base), problem["status"], {"Location": where}, MEDIA_TYPE)
