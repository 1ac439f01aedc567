"""The words of a dependency: which work is waited for and where that stands now; their only SQL."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from hydra_lab.kernel.work.model import Hold, HoldKind, State
from hydra_lab.kernel.work.tables import items

AT_ONCE = 10_000  # a statement takes only so many ids


def say_awaited(connection: Connection, held: Iterable[list[Hold]]) -> None:
    """Replace, in these lists, each dependency hold by one that names the other item and its state as they are now."""
    lists = [one for one in held if any(hold.kind is HoldKind.DEPENDENCY for hold in one)]
    refs = list({hold.ref: None for one in lists for hold in one if hold.kind is HoldKind.DEPENDENCY})
    now: dict[str | None, tuple[str, str]] = {}
    for start in range(0, len(refs), AT_ONCE):
        query = select(items.c.id, items.c.title, items.c.state)
        rows = connection.execute(query.where(items.c.id.in_(refs[start : start + AT_ONCE])))
        now |= {row.id: words(f"“{row.title}”", row.state) for row in rows}
    for one in lists:
        for place, hold in enumerate(one):
            if hold.kind is HoldKind.DEPENDENCY and hold.ref in now:
                detail, unblock = now[hold.ref]
                one[place] = hold.model_copy(update={"detail": detail, "unblock": unblock})


def words(what: str, state: str | None) -> tuple[str, str]:
    """The detail and the unblock of waiting for an item in a state, ``None`` where it is not known."""
    match state:
        case State.FAILED:
            return f"Waits for {what}, which failed.", "Retry that item, or cancel this one."
        case State.CANCELLED:
            return f"Waits for {what}, which was cancelled.", "Retry that item, or cancel this one."
        case State.HELD:
            return f"Waits for {what}, which is held itself.", "That item is done; its own holds say what it needs."
        case State.RUNNING:
            return f"Waits for {what}, which runs now.", "That item is done."
        case State.QUEUED:
            return f"Waits for {what}, which is ready and waits for its turn.", "That item is done."
        case _:
            return f"Waits for {what} to be done.", "That item is done."
