"""Asking for alerts and silences without waiting long; what was answered last stands in while there is no answer."""

import threading
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from hydra_lab.areas.alerts import store
from hydra_lab.kernel.capabilities import Alert, AlertSource, Silence, Silencer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, NotConfigured, Unavailable

NEED = "alert_source"
# Pages show it: a source that says nothing must not hold them up.
PATIENCE_S = 2.0


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
    one = ctx.services.integrations.configured(NEED)
    if one and (state := ctx.services.integrations.state(one[0].name)).status.lost:
        raise Unavailable(f"{state.title} is lost: {state.detail}", fix=f"See /ui/integrations/{state.name}.")
    alerts, silences = ctx.capability(AlertSource), ctx.capability(Silencer)
    found: list[Answer | BaseException] = []

    def ask() -> None:
        try:
            found.append(Answer(alerts=tuple(alerts.alerts()), silences=tuple(silences.silences())))
        except HydraError as error:
            found.append(error)

    thread = threading.Thread(target=ask, name="alerts-asked", daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if not found:
        raise Unavailable(f"{title(ctx)} did not answer within {PATIENCE_S:.0f} s.", fix="See whether it runs.")
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


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
        last = ADAPTER.validate_python(row.answer) if row and row.answer else None
        return Known(answer=last, source=name, asked_at=row.asked_at if last else None, problem=error.detail)


def kept(answer: Answer) -> dict[str, object]:
    """An answer as JSON, to be kept."""
    found: dict[str, object] = ADAPTER.dump_python(answer, mode="json")
    return found
