"""One look at every node: each is asked once, all at the same time, and what came of it is kept and told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from hydra_lab.areas.nodes import store
from hydra_lab.areas.nodes.model import (
    Card,
    Found,
    News,
    Seen,
    after,
    card_of,
    figures_of,
    merged,
    merged_cards,
    moved,
    news,
)
from hydra_lab.areas.nodes.watch import ailing
from hydra_lab.areas.nodes.watch.sources import Measured, from_metrics, machines_of
from hydra_lab.kernel import local
from hydra_lab.kernel.capabilities import GpuHost, HostMeter, NodeReading
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotConfigured
from hydra_lab.kernel.gpus import ledger
from hydra_lab.kernel.gpus.model import Card as MemoryCard
from hydra_lab.kernel.settings.machine import Machine

log = structlog.get_logger()
SAMPLE_EVERY = timedelta(seconds=55)
KEPT = timedelta(hours=48)
MOST_AT_ONCE = 16
TRUST = "nodes.trust"


def look(ctx: Context, only: str | None = None) -> None:
    """Ask every node, or one, and keep what it says as it comes: a node that hangs holds up no other."""
    ctx = replace(ctx, run=None)  # in work too the time is now's: what is measured is never replayed
    machines = {name: one for name, one in machines_of(ctx).items() if only in (None, name)}
    told = from_metrics(ctx, machines)
    with ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="nodes-look") as pool:
        for name, machine in machines.items():
            pool.submit(look_at, ctx, name, machine, told.get(name, (None, ())))
    now = ctx.clock.now()
    with ctx.begin() as connection:
        if only is None:
            for gone in store.all_seen(connection).keys() - machines.keys():
                store.forget(connection, gone)
                ledger.measured(connection, gone, ())
        store.prune(connection, now - KEPT)


def look_at(ctx: Context, name: str, machine: Machine, told: Measured) -> None:
    """Ask one node and keep the answer. Never raises: what went wrong is logged."""
    try:
        keep(ctx, name, found_of(ctx, name, machine, told))
    except Exception as error:  # one node's trouble is not another's
        log.warning("nodes.look_failed", node=name, error=repr(error))


def found_of(ctx: Context, name: str, machine: Machine, told: Measured) -> Found:
    """What all sources together say of a node now."""
    now, (reading, cards) = ctx.clock.now(), told
    try:
        own, gpus = asked(ctx, name, machine, now)
    except NotConfigured:  # nothing reaches it any more; the settings have changed meanwhile
        own, gpus = None, None
    except HydraError as error:
        return Found(
            at=now, reading=reading, cards=cards, gpus_known=bool(cards), problem=error.detail, fix=error.fix,
            host_key=error.data.get("host_key"), expected=error.data.get("expected"),
        )  # fmt: skip
    problem = gpus if isinstance(gpus, HydraError) else None
    theirs = gpus if isinstance(gpus, tuple) else ()
    return Found(
        at=now,
        reading=merged(reading, own),
        cards=merged_cards(cards, theirs),
        gpus_known=bool(cards) or isinstance(gpus, tuple),
        problem=problem.detail if problem else None,
        fix=problem.fix if problem else None,
    )


def asked(
    ctx: Context, name: str, machine: Machine, now: datetime
) -> tuple[NodeReading, tuple[Card, ...] | HydraError | None]:
    """A node's own answer: how it is, and its cards or why they cannot be told; ``None`` where nobody knows of any."""
    if machine.is_local and name not in ctx.services.settings.current.nodes:
        gpus = local.cards(name, now)
        return local.reading(name, now), None if gpus is None else tuple(card_of(one) for one in gpus)
    reading = ctx.capability(HostMeter).read(name)
    try:
        return reading, tuple(card_of(one) for one in ctx.capability(GpuHost).gpus(name))
    except HydraError as error:
        return reading, error


def keep(ctx: Context, name: str, found: Found) -> None:
    """Keep what a look found, say what has changed, and ask a person about a host key that nobody has confirmed."""
    if found.gpus_known:
        with ctx.begin() as connection:
            ledger.measured(connection, name, memory_of(found.cards))
    with ctx.begin() as connection:
        before = store.seen_of(connection, name)
        was = before or Seen(name=name)
        now = after(was, found)
        ails, said = ailing.judged(was, now)
        figures = figures_of(now)
        differ = moved(was.told, figures) if now.state == found.state else set()
        now = replace(now, ailing=ails, told=figures if differ else was.told)
        if not store.put(connection, before, now):
            return  # somebody else has looked meanwhile
        every = [*news(was, now), *said]
        for one in every:
            known = {key: value for key, value in one.data.items() if value is not None}
            ctx.emit(connection, one.name, subject=one.subject, data=known)
        last = store.last_point_at(connection, name)
        if found.reading and (last is None or found.at - last >= SAMPLE_EVERY):
            store.add_points(connection, points_of(now, found))
    tell(ctx, now, differ)
    for one in every:
        if one.name == "nodes.key_unknown":
            ask_to_trust(ctx, one)


def memory_of(cards: tuple[Card, ...]) -> list[MemoryCard]:
    """Cards as the ledger of GPU memory knows them, by number; one without a number is none of its."""
    numbered = {
        card.index: MemoryCard(
            node=card.node, index=card.index, uuid=card.uuid, name=card.name,
            total_gib=value(card, "memory_total_gib"), used_gib=value(card, "memory_used_gib"),
            at=used.at if (used := card.figures.get("memory_used_gib")) else None,
        )
        for card in cards
        if card.index is not None
    }  # fmt: skip
    return list(numbered.values())


def value(card: Card, name: str) -> float | None:
    """A figure of a card."""
    return card.figures[name].value if name in card.figures else None


def points_of(now: Seen, found: Found) -> list[store.Point]:
    """What is kept for the plots: only what was measured now."""
    reading = found.reading
    points = []
    if reading:
        total, free = reading.memory_total_bytes, reading.memory_available_bytes
        points.append(
            store.Point(
                node=now.name, card="", at=found.at,
                used_percent=reading.cpu_percent.value if reading.cpu_percent else None,
                memory_gib=(total.value - free.value) / (1 << 30) if total and free else None,
            )
        )  # fmt: skip
    for card in found.cards:
        value = {figure: one.value for figure, one in card.figures.items()}
        points.append(
            store.Point(
                node=now.name, card=card.key, at=found.at, power_w=value.get("power_w"),
                memory_gib=value.get("memory_used_gib"), temperature_c=value.get("temperature_c"),
                used_percent=value.get("utilisation_percent"),
            )
        )  # fmt: skip
    return points


def tell(ctx: Context, now: Seen, differ: set[str]) -> None:
    """Tell listeners that figures have changed; measurements are no part of the journal."""
    cards = {card.key: card for card in now.cards}
    for key, card in cards.items():
        changed = {name.rpartition(":")[2]: now.told.get(name) for name in differ if name.startswith(f"{key}:")}
        if changed:
            data = {"node": now.name, "uuid": card.uuid, **changed}
            ctx.services.feed.tell("gpus.changed", subject=card.label, data=data, at=ctx.clock.now())
    own = {name: now.told.get(name) for name in differ if name.partition(":")[0] not in cards}
    if own:
        ctx.services.feed.tell("nodes.changed", subject=now.name, data=own, at=ctx.clock.now())


def question_key(name: str, fingerprint: str) -> str:
    """What the question about a host key is known by."""
    return f"{TRUST}:{name}:{fingerprint}"


def ask_to_trust(ctx: Context, one: News) -> None:
    """Put the question into the inbox, once for each fingerprint."""
    shown = str(one.data["host_key"])
    try:
        ctx.enqueue(
            TRUST, {"name": one.subject, "fingerprint": shown}, title=f"Trust {one.subject} with {shown}",
            key=question_key(one.subject, shown),
        )  # fmt: skip
    except HydraError as error:
        log.warning("nodes.cannot_ask", node=one.subject, detail=error.detail)
