"""What a model said, on the hold of the item that waits for an operation: there a person sees it and chooses."""

from dataclasses import replace

from sqlalchemy import Connection

from hydra_lab.areas.backlog.classifying.model import Proposal, Reading
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work.changes import store as changes
from hydra_lab.kernel.work.model import Hold, HoldKind, Item, NewHold


def dressed(hold: NewHold, reading: Reading | None) -> NewHold:
    """A plan hold with what a model said added to what the document's reader says."""
    said = told(reading) if reading else ""
    if reading is None or not said:
        return hold
    offered = [one.operation for one in reading.proposals] if reading.state == "proposed" else []
    data = {
        **hold.data,
        "suggestions": list(dict.fromkeys([*offered, *hold.data.get("suggestions", [])])),
        "proposals": [one.model_dump(mode="json") for one in reading.proposals] if offered else [],
        "reading": reading.digest,
        "without_a_model": hold.detail,
    }
    return replace(hold, detail=f"{hold.detail} {said}", data=data)


def told(reading: Reading) -> str:
    """What came of asking, in a sentence."""
    match reading.state:
        case "proposed":
            best = reading.proposals[0]
            wrong = "; its input is not complete" if best.problem else ""
            return f"{reading.model} suggests {best.operation}, with confidence {best.confidence:.2f}{wrong}."
        case "none":
            return f"{reading.model} found no operation that does it."
        case "failed":
            return f"{reading.model} could not be asked ({reading.why}); Hydra asks it again."
        case "dismissed":
            return f"{reading.decided_by} found that nothing {reading.model} suggests does it."
        case _:
            return ""


def plan_hold(item: Item) -> Hold | None:
    """The hold that says that no operation is known."""
    return next((hold for hold in item.holds if hold.kind is HoldKind.PLAN), None)


def proposals_of(item: Item) -> list[Proposal]:
    """What a model suggests for an item that waits for an operation."""
    hold = plan_hold(item) if item.operation is None else None
    return [Proposal.model_validate(one) for one in (hold.data.get("proposals", []) if hold else [])]


def put(ctx: Context, connection: Connection, item: Item, hold: NewHold) -> bool:
    """Hold an item with these words, where it has others; whether it had."""
    now = plan_hold(item)
    if now and (now.detail, now.unblock, now.data) == (hold.detail, hold.unblock, hold.data):
        return False
    changes.drop_holds(connection, [item.id], HoldKind.PLAN)
    changes.put_hold(connection, item.id, hold, ctx.services.clock.now())
    return True
