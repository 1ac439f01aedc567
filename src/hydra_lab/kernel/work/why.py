"""Why an item is where it is: its holds, the rule that places it, what is ahead, and when it may start."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy import Connection

from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import measure, store
from hydra_lab.kernel.work.model import Hold, HoldKind, Item, State
from hydra_lab.kernel.work.nodes import store as nodes
from hydra_lab.kernel.work.ordering import order, rule_of

SHOWN_AHEAD = 5
TIMED = (HoldKind.WINDOW, HoldKind.NOT_BEFORE, HoldKind.RETRY, HoldKind.PAUSED)


class Ahead(Output):
    """An item that starts before this one."""

    id: str
    title: str


class Why(Output):
    """The answer to “why is this not running?”. What cannot be known is ``None``."""

    state: State
    holds: list[Hold]
    rule: str
    position: int | None = Field(description="1 is next in its lane; only of ready work")
    ahead: list[Ahead] = Field(description="The first few that start before it")
    expected_start: datetime | None


def why(services: Services, connection: Connection, item: Item, lanes: dict[str, int], blocked: str | None) -> Why:
    """Explain one item; ``lanes`` are the slots known, ``blocked`` why nothing at all is released."""
    now = services.clock.now()
    if item.state is State.RUNNING:
        return Why(
            state=item.state, holds=[], rule="It runs now.", position=None, ahead=[], expected_start=item.started_at
        )
    if item.state.is_over:
        return Why(
            state=item.state,
            holds=[],
            rule=f"It is {item.state}.",
            position=None,
            ahead=[],
            expected_start=item.started_at,
        )
    blocked = blocked or unserved(connection, item.lane)
    if item.state is State.HELD:
        rule = held_rule(item.holds)
        return Why(
            state=item.state, holds=item.holds, rule=f"{rule} {blocked}" if blocked else rule, position=None, ahead=[],
            expected_start=None if blocked else earliest(item.holds),
        )  # fmt: skip
    aging = timedelta(hours=services.settings.current.aging_h)
    rows = {row.id: row for row in store.candidates(connection, item.lane, 2_000, brief=True)}
    line = order((store.ready_of(row) for row in rows.values()), now, aging)
    mine = next((place for place, ready in enumerate(line) if ready.id == item.id), None)
    if mine is None:  # it was started between the two looks, or thousands are ahead in its own class
        rule = f"It is ready. {blocked}" if blocked else "It is ready."
        return Why(state=item.state, holds=[], rule=rule, position=None, ahead=[], expected_start=None)
    slots = lanes.get(item.lane, 1)
    before = [rows[ready.id] for ready in line[:mine]]
    rule = f"Next in lane {item.lane}" if mine == 0 else f"Number {mine + 1} in lane {item.lane}"
    rule += f": {rule_of(line[mine], now, aging)}."
    return Why(
        state=item.state, holds=[], rule=f"{rule} {blocked}" if blocked else rule, position=mine + 1,
        ahead=[Ahead(id=ready.id, title=rows[ready.id].title) for ready in line[:mine][:SHOWN_AHEAD]],
        expected_start=None if blocked else expected(connection, before, item.lane, slots, now),
    )  # fmt: skip


def unserved(connection: Connection, lane: str) -> str | None:
    """That nobody runs the work of a lane, and what would; ``None`` where somebody does."""
    if nodes.serves(connection, lane):
        return None
    return f"No running node serves lane {lane}; start `hydra worker --lanes {lane}` on the machine that is to run it."


def held_rule(holds: Sequence[Hold]) -> str:
    """In a sentence, what must happen before a held item is ready."""
    if not holds:
        return "Its last hold was just released."
    if len(holds) == 1:
        return f"One thing holds it. {holds[0].unblock}"
    return f"{len(holds)} things hold it; it becomes ready when the last is released."


def earliest(holds: Sequence[Hold]) -> datetime | None:
    """When a held item may start, if time alone holds it."""
    if not holds or any(hold.kind not in TIMED or hold.due is None for hold in holds):
        return None
    return max(hold.due for hold in holds if hold.due)


def expected(connection: Connection, ahead: Sequence[Any], lane: str, slots: int, now: datetime) -> datetime | None:
    """When a slot is likely to be free for it: from the median durations of what runs and what is ahead.

    ``None`` where one of those operations has never finished here, for then nobody knows.
    """
    if slots <= 0:
        return None
    running = [row for row in store.running(connection) if row.lane == lane]
    medians = measure.medians(connection, {row.operation for row in (*running, *ahead)})
    if any(row.operation not in medians for row in (*running, *ahead)):
        return None
    ends = sorted(max(0.0, medians[row.operation] - (now - row.started_at).total_seconds()) for row in running)
    free = [0.0] * max(0, slots - len(ends)) + ends
    for row in ahead:
        free.sort()
        free[0] += medians[row.operation]
    return now + timedelta(seconds=min(free))
