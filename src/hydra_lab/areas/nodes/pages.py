"""The pages of nodes: all of them with their cards, one with its plots, and naming one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hydra_lab.areas.nodes.gpu_operations import History, Point
from hydra_lab.areas.nodes.model import THERE
from hydra_lab.areas.nodes.plot import Plot, plotted
from hydra_lab.areas.nodes.views import GpuView, Measured, NodeView
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context

HOURS = 6.0
SPANS = (1.0, 6.0, 24.0, 48.0)
# State: the name of its look, its icon, and the word for it.
LOOKS = {
    "up": ("ok", "circle-check", "answers"), "partly": ("warn", "triangle-alert", "answers in part"),
    "lost": ("bad", "unplug", "lost"), "refused": ("bad", "shield-question-mark", "host key not trusted"),
    "unknown": ("unknown", "circle-question-mark", "not looked at yet"),
}  # fmt: skip
ORDER = ("refused", "lost", "partly", "unknown", "up")
GIB = 1 << 30


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every node, those that need somebody first, with the plots of their cards."""
    nodes: list[NodeView] = ctx.call("nodes.list").nodes
    hours = span_of(request)
    rows = [row(ctx, one, hours) for one in sorted(nodes, key=lambda one: (ORDER.index(one.state), one.name))]
    return {
        "rows": rows,
        "said": said(nodes),
        "hours": hours,
        "spans": SPANS,
        "alone": all(one.is_local for one in nodes),
    }


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One node."""
    one: NodeView = ctx.call("nodes.show", name=request.path["name"])
    hours = span_of(request)
    return {"title": one.name, "row": row(ctx, one, hours), "hours": hours, "spans": SPANS}


def load_new(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The form for another node."""
    states = {one.name: one.configured for one in ctx.services.integrations.states()}
    return {
        "has_key": any(field.is_set for field in ctx.services.integrations.fields("ssh")) if "ssh" in states else False
    }


def span_of(request: PageRequest) -> float:
    """How many hours the plots show."""
    wanted = request.query.get("hours", "")
    return next((one for one in SPANS if f"{one:g}" == wanted), HOURS)


def said(nodes: Sequence[NodeView]) -> str:
    """All of them in one sentence."""
    there = [one for one in nodes if one.state in THERE]
    cards = [card for one in there for card in one.gpus]
    watts = [card.power_w.value for card in cards if card.power_w]
    parts = [f"{len(there)} of {len(nodes)} nodes answer" if len(nodes) > 1 else "One node" * bool(there)]
    if cards:
        parts.append(f"{len(cards)} {'card' if len(cards) == 1 else 'cards'}")
    if watts:
        parts.append(f"{sum(watts):.0f} W drawn by {'it' if len(watts) == 1 else 'them'} now")
    return f"{', '.join(part for part in parts if part)}." if any(parts) else "No node answers."


def row(ctx: Context, one: NodeView, hours: float) -> dict[str, Any]:
    """A node with its look, its tiles and its plots."""
    now = ctx.clock.now()
    found: History = ctx.call("gpus.history", node=one.name, hours=hours)
    start = now - timedelta(hours=hours)
    s, icon, word = LOOKS[one.state]
    own = [point for point in found.points if point.uuid is None]
    return {
        "one": one,
        "s": s,
        "icon": icon,
        "word": word,
        "current": one.state in THERE,
        "tiles": tiles(one),
        "plots": drawn(
            plotted("Processor", "%", series(own, "used_percent"), start, now, top=100.0),
            plotted("Memory", "GiB", series(own, "memory_gib"), start, now, top=gib(one.memory_total_bytes)),
        ),
        "cards": [card_row(card, found.points, start, now) for card in one.gpus],
    }


def card_row(card: GpuView, points: Sequence[Point], start: datetime, now: datetime) -> dict[str, Any]:
    """A card with its tiles and its plots."""
    own = [point for point in points if point.uuid == card.uuid]
    limit, total = value(card.power_limit_w), value(card.memory_total_gib)
    return {
        "one": card,
        "memory": percent(value(card.memory_used_gib), total),
        "power": percent(value(card.power_w), limit),
        "plots": drawn(
            plotted("Power", "W", series(own, "power_w"), start, now, limit=limit),
            plotted("Memory", "GiB", series(own, "memory_gib"), start, now, top=total),
            plotted("Temperature", "°C", series(own, "temperature_c"), start, now, top=100.0),
        ),
    }


def tiles(one: NodeView) -> dict[str, Any]:
    """What is on the tiles of a node, in the units a person reads; ``None`` where it is unknown."""
    total, free = gib(one.memory_total_bytes), gib(one.memory_available_bytes)
    used = None if total is None or free is None else total - free
    return {
        "cpu": value(one.cpu_percent),
        "cores": value(one.cores),
        "load": value(one.load_1m),
        "memory_used": used,
        "memory_total": total,
        "memory": percent(used, total),
        "fullest": max(one.file_systems, key=lambda disk: disk.used_percent, default=None),
        "uptime": value(one.uptime_s),
    }


def drawn(*plots: Plot | None) -> list[Plot]:
    """Those of which there is something to plot."""
    return [one for one in plots if one is not None]


def series(points: Sequence[Point], name: str) -> list[tuple[datetime, float | None]]:
    """One figure over time."""
    return [(point.at, getattr(point, name)) for point in points]


def value(one: Measured | None) -> float | None:
    """A figure's value."""
    return None if one is None else one.value


def gib(one: Measured | None) -> float | None:
    """Bytes as GiB."""
    return None if one is None else one.value / GIB


def percent(part: float | None, whole: float | None) -> float | None:
    """A part of a whole in percent; unknown where either is."""
    return None if part is None or not whole else min(100.0, round(100 * part / whole, 1))


PAGES = (
    Page(
        path="/nodes", title="Nodes and GPUs", template="list.html", load=load_list,
        nav=("Lab", 10, "server", "Nodes and GPUs"),
    ),
    Page(path="/nodes/new", title="Add a node", template="new.html", load=load_new),
    Page(path="/nodes/{name}", title="Node", template="one.html", load=load_one),
)  # fmt: skip
