"""Why an item is where it is: its holds, the rule that places it, what is ahead, and when it may start."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import Field
from sqlalchemy import Connection

from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import measure
from hydra_lab.kernel.work.line import store as line
from hydra_lab.kernel.work.model import Hold, HoldKind, Item, State
from hydra_lab.kernel.work.nodes import store as nodes
from hydra_lab.kernel.work.ordering import rule_of

SHOWN_AHEAD = 5
IN_ORDER = 200  # who is ahead is looked at one by one up to here; beyond it only how many there are counts
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
    mine = line.ready(connection, item.id)
    if mine is None:  # it was started between the two looks
        rule = f"It is ready. {blocked}" if blocked else "It is ready."
        return Why(state=item.state, holds=[], rule=rule, position=None, ahead=[], expected_start=None)
    ahead = line.count_ahead(connection, item.lane, mine, now, aging)
    first = line.first_ahead(connection, item.lane, mine, now, aging, IN_ORDER) if ahead else []
    place = sum(ahead.values()) + 1
    rule = f"Next in lane {item.lane}" if place == 1 else f"Number {place} in lane {item.lane}"
    rule += f": {rule_of(mine, now, aging)}."
    start = None
    if not blocked:
        start = expected(connection, [row.operation for row in first], ahead, item.lane, lanes.get(item.lane, 1), now)
    return Why(
        state=item.state, holds=[], rule=f"{rule} {blocked}" if blocked else rule, position=place,
        ahead=[Ahead(id=row.id, title=row.title) for row in first[:SHOWN_AHEAD]], expected_start=start,
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


def expected(
    connection: Connection, first: Sequence[str], ahead: Mapping[str, int], lane: str, slots: int, now: datetime
) -> datetime | None:
    """When a slot is likely to be free for it: from the median durations of what runs and what is ahead.

    ``first`` are the operations ahead in their order, as far as order matters; ``ahead`` how many there are of each.
    ``None`` where one of them has never finished here, for then nobody knows.
    """
    if slots <= 0:
        return None
    running = line.running(connection, lane)
    medians = measure.medians(connection, {*ahead, *(row.operation for row in running)})
    if any(operation not in medians for operation in (*ahead, *(row.operation for row in running))):
        return None
    ends = sorted(max(0.0, medians[row.operation] - (now - row.started_at).total_seconds()) for row in running)
    free = [0.0] * max(0, slots - len(ends)) + ends
    for operation in first:
        free.sort()
        free[0] += medians[operation]
    behind = Counter(ahead) - Counter(first)  # so many that the slots share them evenly
    rest = sum(medians[operation] * count for operation, count in behind.items())
    return now + timedelta(seconds=min(free) + rest / len(free))
