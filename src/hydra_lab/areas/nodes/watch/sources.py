"""Where measurements come from: the lab's machines, and a source of metrics that is asked once for all of them."""

from collections.abc import Mapping
from dataclasses import replace

from hydra_lab.areas.nodes import store
from hydra_lab.areas.nodes.model import THERE, Card, Seen
from hydra_lab.areas.nodes.watch.metrics import measured
from hydra_lab.kernel.capabilities import MetricsSource, NodeReading
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Listening
from hydra_lab.kernel.errors import HydraError, NotConfigured
from hydra_lab.kernel.settings.machine import Machine

NEED = "metrics_source"
TOPICS = ("nodes", "gpus")
EVERY_S = 10.0
Measured = tuple[NodeReading | None, tuple[Card, ...]]


def machines_of(ctx: Context) -> dict[str, Machine]:
    """Every node by name; the machine that Hydra runs on is always among them."""
    settings = ctx.services.settings.current
    nodes = dict(settings.nodes)
    if not any(one.is_local for one in nodes.values()):
        nodes.setdefault(own_name(settings.node), Machine(address="local"))
    return dict(sorted(nodes.items()))


def own_name(host: str) -> str:
    """What the machine that Hydra runs on is called among nodes."""
    name = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in host.lower()).strip("-")
    return name[:63].strip("-") or "here"


def from_metrics(ctx: Context, machines: Mapping[str, Machine]) -> dict[str, Measured]:
    """What a source of metrics knows of nodes; nothing where there is none, or while it does not answer."""
    here = (ctx.services.settings.current.node, own_name(ctx.services.settings.current.node))
    try:
        found = measured(ctx.capability(MetricsSource), machines, here, ctx.clock.now())
    except NotConfigured:
        return {}
    except HydraError as error:
        note(ctx, error)
        return {}
    note(ctx, None)
    return found


def note(ctx: Context, error: HydraError | None) -> None:
    """Keep whether the source of metrics has answered, and journal it where that is news."""
    name, now = ctx.services.integrations.configured(NEED)[0].title, ctx.clock.now()
    with ctx.begin() as connection:
        before = store.heard(connection, name)
        if error is None:
            store.put_heard(connection, store.Heard(name=name, heard_at=now))
            if before.lost_at:
                data = {"after_s": round((now - before.lost_at).total_seconds())}
                ctx.emit(connection, "nodes.metrics_back", subject=name, data=data)
        elif before.lost_at is None:
            store.put_heard(connection, replace(before, lost_at=now, detail=error.detail[:500]))
            ctx.emit(connection, "nodes.metrics_lost", subject=name, data={"detail": error.detail[:500]})


def sources(ctx: Context) -> list[Listening]:
    """Each machine, and the source of metrics where there is one."""
    there = ctx.services.integrations.configured(NEED)
    with ctx.read() as connection:
        seen = store.all_seen(connection)
        metrics = [store.heard(connection, one.title) for one in there[:1]]
    told = [listening(name, one, seen.get(name)) for name, one in machines_of(ctx).items()]
    for one in metrics:
        told.append(
            Listening(
                name=one.name, topics=TOPICS, how=f"asked every {EVERY_S:g} s for all machines together",
                state="lost" if one.lost_at else "there" if one.heard_at else "unknown",
                heard_at=one.heard_at, lost_at=one.lost_at, detail=one.detail,
            )
        )  # fmt: skip
    return told


def listening(name: str, machine: Machine, seen: Seen | None) -> Listening:
    """A machine as a source. Of one that is lost it is known since when, not when it answered last."""
    way = "this machine, measured" if machine.is_local else "asked over SSH"
    there = seen is not None and seen.state in THERE
    gone = seen is not None and seen.state in ("lost", "refused")
    return Listening(
        name=name, topics=TOPICS, how=f"{way} every {EVERY_S:g} s",
        state="there" if there else "lost" if gone else "unknown",
        heard_at=seen.looked_at if seen and there else None, lost_at=seen.since if seen and gone else None,
        detail=seen.problem if seen else None,
    )  # fmt: skip
