"""What the cards used, by day: the power that was measured, integrated; where nothing was measured there is a gap."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from zoneinfo import ZoneInfo

from hydra_lab.areas.presence.deciding import apply_again
from hydra_lab.areas.presence.eco import store
from hydra_lab.areas.presence.eco.store import Measured
from hydra_lab.kernel.capabilities import Gpu, GpuHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotConfigured
from hydra_lab.kernel.process.kept import keep_taking

EVERY_S = 15.0
LONGEST = timedelta(seconds=60)  # between two measurements that are farther apart nobody knows what was drawn
MEND = timedelta(minutes=5)


def parts(before: Measured, at: datetime, watts: float, zone: ZoneInfo) -> Iterator[tuple[date, float, float]]:
    """The energy between two measurements, as a trapezoid, by the lab's day: ``(day, Wh, seconds)``."""
    whole = (at - before.at).total_seconds()
    if not 0 < whole <= LONGEST.total_seconds():
        return
    begin = before.at
    while begin < at:
        local = begin.astimezone(zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), clock_time(), tzinfo=zone)
        end = min(at, midnight.astimezone(at.tzinfo))
        seconds = (end - begin).total_seconds()
        middle = ((begin - before.at).total_seconds() + seconds / 2) / whole
        power = before.watts + (watts - before.watts) * middle
        yield local.date(), power * seconds / 3600, seconds
        begin = end


def measure(ctx: Context) -> None:
    """Ask every node for its cards, and count what they used since they were asked last."""
    try:
        host = ctx.capability(GpuHost)
    except NotConfigured:
        return
    for node in host.nodes():
        try:
            cards = host.gpus(node)
        except HydraError:
            continue  # a gap; that the node does not answer is said where nodes are shown
        count(ctx, cards)
        mend(ctx, node)


def count(ctx: Context, cards: Sequence[Gpu]) -> None:
    """Add what was measured of some cards."""
    zone = ctx.services.settings.current.zone
    with ctx.begin() as connection:
        last = store.last_measured(connection)
        for card in cards:
            before = last.get(card.uuid)
            if before and card.power_w is not None:
                for day, wh, seconds in parts(before, card.at, card.power_w, zone):
                    store.add_energy(connection, card, day, wh, seconds)
            store.put_measured(connection, card)


def mend(ctx: Context, node: str) -> None:
    """A node that answers and has a card that is not as it should be: apply once more, but not too often."""
    with ctx.read() as connection:
        if not store.is_to_be_mended(connection, node):
            return
    with ctx.begin() as connection:
        turn = int(ctx.clock.now().timestamp() // MEND.total_seconds())
        apply_again(ctx, connection, f"{node} answers again", f"presence:mend:{node}:{turn}")


def keep_measuring(ctx: Context) -> None:
    """Have exactly one thread measure, as long as there are cards to measure."""
    if ctx.services.integrations.configured("gpu_host"):
        keep_taking(ctx, "presence-energy", lambda ctx: partial(measure, ctx), EVERY_S)
