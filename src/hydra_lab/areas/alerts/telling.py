"""Telling once of each alert that begins and ends, whether a webhook or a look at all alerts finds it first."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from hydra_lab.areas.alerts import asking, store
from hydra_lab.areas.alerts.model import News, Told, polled
from hydra_lab.kernel.capabilities import Alert
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Beat, Listening, Measured, Sources, Tile
from hydra_lab.kernel.errors import HydraError, NotConfigured

REMEMBERED = timedelta(days=7)
EVERY_S = 15.0


def look(ctx: Context) -> None:
    """Ask for all alerts, and journal what is news; that the source is lost or back is journaled once."""
    begun = ctx.clock.now()
    try:
        answer = asking.asked(ctx)
    except NotConfigured:
        return
    except HydraError as error:
        lost(ctx, error)
        return
    with ctx.begin() as connection:
        store.take_turn(connection)
        row, now = store.of_source(connection), ctx.clock.now()
        tell(ctx, connection, polled(answer.alerts, store.known(connection), begun), "poll")
        if row.lost_at:
            ctx.emit(connection, "alerts.source_back", subject=asking.title(ctx),
                     data={"after_s": round((now - row.lost_at).total_seconds())})  # fmt: skip
        store.note_source(connection, asked_at=now, answer=asking.kept(answer), lost_at=None)
        store.forget(connection, now - REMEMBERED)


def lost(ctx: Context, error: HydraError) -> None:
    """Journal once that the source is lost."""
    with ctx.read() as connection:
        row = store.of_source(connection)
    if row and row.lost_at:
        return
    with ctx.begin() as connection:
        store.take_turn(connection)
        store.note_source(connection, lost_at=ctx.clock.now())
        ctx.emit(connection, "alerts.source_lost", subject=asking.title(ctx), data={"detail": error.detail})


def tell(ctx: Context, connection: Connection, news: News, source: Literal["webhook", "poll"]) -> None:
    """Journal what is news, and remember that it was."""
    now = ctx.clock.now()
    for one in news.fired:
        ctx.emit(connection, "alerts.fired", subject=name_of(one), data=data_of(one) | {"url": one.url})
    for told in news.resolved:
        lasted_s = round((now - told.starts_at).total_seconds())
        ctx.emit(connection, "alerts.resolved", subject=name_of(told), data=data_of(told) | {"lasted_s": lasted_s})
    fired = [as_told(one, source, now) for one in news.fired]
    store.keep(connection, [*fired, *(replace(one, firing=False, source=source, changed_at=now) for one in
                                      news.resolved)])  # fmt: skip


def as_told(one: Alert, source: Literal["webhook", "poll"], now: datetime) -> Told:
    """An alert that was told of just now."""
    return Told(
        fingerprint=one.fingerprint, labels=one.labels, annotations=one.annotations, starts_at=one.starts_at,
        firing=True, source=source, changed_at=now,
    )  # fmt: skip


def name_of(one: Alert | Told) -> str:
    """What an alert is called."""
    return one.labels.get("alertname", one.fingerprint)


def data_of(one: Alert | Told) -> dict[str, object]:
    """What an entry says about an alert."""
    return {
        "fingerprint": one.fingerprint, "labels": one.labels, "annotations": one.annotations,
        "severity": one.labels.get("severity"), "starts_at": one.starts_at.isoformat(),
        "message": one.annotations.get("summary") or one.annotations.get("description"),
    }  # fmt: skip


def tile(ctx: Context) -> Measured | None:
    """How many alerts fire, by what was told last."""
    if not ctx.services.integrations.configured("alert_source"):
        return None
    with ctx.read() as connection:
        row, firing = store.of_source(connection), [one for one in store.known(connection).values() if one.firing]
    if row is None or row.lost_at:
        return Measured(value="Unknown", text=f"{asking.title(ctx)} does not answer.", s="unknown",
                        at=row and row.lost_at)  # fmt: skip
    critical = {name_of(one) for one in firing if one.labels.get("severity") == "critical"}
    names = sorted(critical) + sorted({name_of(one) for one in firing} - critical)
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return Measured(
        value=f"{len(firing)} firing" if firing else "None fires", text=", ".join(names[:2]) + more,
        s="bad" if critical else "warn" if firing else "ok", at=row.asked_at,
    )  # fmt: skip


def sources(ctx: Context) -> list[Listening]:
    """The system that alerts come from."""
    if not ctx.services.integrations.configured("alert_source"):
        return []
    with ctx.read() as connection:
        row = store.of_source(connection)
    lost_at, heard_at = (row.lost_at, row.asked_at) if row else (None, None)
    detail = f"{asking.title(ctx)} does not answer." if lost_at else None
    return [
        Listening(
            name=asking.title(ctx), topics=("alerts",), how=f"asked every {EVERY_S:g} s, besides its webhook",
            state="lost" if lost_at else "there" if heard_at else "unknown", heard_at=heard_at, lost_at=lost_at,
            detail=detail,
        )
    ]  # fmt: skip


TILES = (Tile(name="alerts", title="Alerts", icon="triangle-alert", path="/alerts", measure=tile),)
BEATS = (
    Sources(name="alerts", find=sources),
    Beat(name="alerts", every_s=EVERY_S, run=look, on=("integrations.configured", "integrations.back",
                                                       "integrations.lost")),
)  # fmt: skip
