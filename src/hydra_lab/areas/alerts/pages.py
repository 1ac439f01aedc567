"""The pages of alerts: what fires and what is kept quiet, and making a silence with a look at what it would mute."""

from datetime import datetime
from typing import Any

from hydra_lab.areas.alerts.asking import known_before
from hydra_lab.areas.alerts.model import AlertView, written
from hydra_lab.areas.alerts.operations import Alerts, Webhook
from hydra_lab.areas.alerts.silences import Silences, shown
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.capabilities import Matcher
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotConfigured

RANKS = {"critical": 0, "page": 0, "error": 1, "warning": 2, "info": 4}
LASTING = ((30, "30 minutes"), (60, "an hour"), (120, "2 hours"), (240, "4 hours"), (480, "8 hours"), (1440, "a day"),
           (4320, "3 days"), (10080, "a week"))  # fmt: skip
LOOKS = {"critical": ("bad", "octagon-alert"), "page": ("bad", "octagon-alert"), "info": ("", "info")}
# Labels that an alert is known by already.
SAID = ("alertname", "severity")
OVER = 10


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """What fires, what is suppressed, and the silences."""
    webhook: Webhook = ctx.call("alerts.webhook")
    try:
        found: Alerts = ctx.call("alerts.list")
        # A source that has just kept this page waiting is not waited for twice.
        silences: Silences = shown(known_before(ctx, found.problem)) if found.problem else ctx.call("alerts.silences")
    except NotConfigured as error:
        return {"missing": error, "webhook": webhook}
    alerts, kept = sorted(found.alerts or (), key=urgency), silences.silences or []
    return {
        "missing": None,
        "headline": headline(found),
        "found": found,
        "known": found.alerts is not None,
        "firing": [row(one) for one in alerts if one.state == "firing"],
        "quiet": [row(one) for one in alerts if one.state != "firing"],
        "silences": [one for one in kept if one.state != "expired"],
        "over": [one for one in kept if one.state == "expired"][:OVER],
        "recurring": [
            one.schedule for one in ctx.call("schedules.list").schedules
            if one.schedule.operation == "alerts.silence_window"
        ],
        "webhook": webhook,
    }  # fmt: skip


def urgency(one: AlertView) -> tuple[int, datetime]:
    """The gravest first, of the same gravity the latest."""
    return RANKS.get(one.severity or "", 3), one.starts_at


def headline(found: Alerts) -> str:
    """What fires, in a sentence; what is not known is said."""
    if found.alerts is None:
        return "What fires is unknown."
    firing = [one for one in found.alerts if one.state == "firing"]
    grave = sum(RANKS.get(one.severity or "", 3) == 0 for one in firing)
    quiet = len(found.alerts) - len(firing)
    words = f"{len(firing)} firing" if firing else "Nothing fires"
    words += f", {grave} of them critical" if grave else ""
    return f"{words}{f'; {quiet} kept quiet' if quiet else ''}."


def row(one: AlertView) -> dict[str, Any]:
    """An alert, how it looks, and what would silence just it."""
    return {
        "one": one,
        "look": LOOKS.get(one.severity or "", ("warn", "triangle-alert")),
        "labels": [(name, value) for name, value in sorted(one.labels.items()) if name not in SAID],
        "text": one.annotations.get("summary") or one.annotations.get("description") or "",
        "match": "\n".join(written(Matcher(name=name, value=value)) for name, value in sorted(one.labels.items())),
    }


def load_new(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The form of a silence; the address may say what it is to fit."""
    return {
        "match": request.query.get("match", ""),
        "lasting": LASTING,
        "me": ctx.actor.name,
        "zone_name": ctx.services.settings.current.time_zone,
    }


PAGES = (
    Page(
        path="/alerts", title="Alerts", template="list.html", load=load_list,
        nav=("Lab", 20, "triangle-alert", "Alerts"),
    ),
    Page(path="/alerts/new", title="New silence", template="new.html", load=load_new),
)  # fmt: skip
