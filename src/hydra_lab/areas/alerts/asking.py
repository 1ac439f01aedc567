"""Asking for alerts and silences without waiting long; what was answered last stands in while there is no answer."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from hydra_lab.areas.alerts import store
from hydra_lab.kernel.capabilities import Alert, AlertSource, Silence, Silencer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotConfigured, Unavailable
from hydra_lab.kernel.integrations.soon import soon_from

NEED = "alert_source"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """All alerts and silences."""

    alerts: tuple[Alert, ...] = ()
    silences: tuple[Silence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of alerts: from where and when. ``answer`` is ``None`` while nothing was ever answered."""

    answer: Answer | None
    source: str
    asked_at: datetime | None
    problem: str | None = None


ADAPTER = TypeAdapter(Answer)


def title(ctx: Context) -> str:
    """What is asked. Raises ``NotConfigured``."""
    ctx.services.integrations.require((NEED,))
    return ctx.services.integrations.configured(NEED)[0].title


def asked(ctx: Context) -> Answer:
    """What the source says now. Raises ``Unavailable`` soon when it is silent, and whatever it raises."""
    alerts, silences = ctx.capability(AlertSource), ctx.capability(Silencer)
    return soon_from(
        ctx, NEED, lambda: Answer(alerts=tuple(alerts.alerts()), silences=tuple(silences.silences()))
    )  # fmt: skip


def known(ctx: Context) -> Known:
    """What the source says now, else what it said last and why that is all. Raises ``NotConfigured``.

    One that is lost is not asked here: the next look at all alerts finds out when it is back.
    """
    name = title(ctx)
    with ctx.read() as connection:
        row = store.of_source(connection)
    try:
        if row and row.lost_at:
            raise Unavailable(
                f"{name} has not answered since {row.lost_at:%H:%M} UTC; it is asked again and again.",
                fix=f"See whether {name} runs and can be reached from Hydra's machine.",
            )
        return Known(answer=asked(ctx), source=name, asked_at=ctx.clock.now())
    except NotConfigured:
        raise
    except HydraError as error:
        return known_before(ctx, error.detail)


def known_before(ctx: Context, problem: str) -> Known:
    """What the source said last, for who knows already why it does not answer now. Raises ``NotConfigured``."""
    name = title(ctx)
    with ctx.read() as connection:
        row = store.of_source(connection)
    last = ADAPTER.validate_python(row.answer) if row and row.answer else None
    return Known(answer=last, source=name, asked_at=row.asked_at if row and last else None, problem=problem)


def kept(answer: Answer) -> dict[str, object]:
    """An answer as JSON, to be kept."""
    found: dict[str, object] = ADAPTER.dump_python(answer, mode="json")
    return found
