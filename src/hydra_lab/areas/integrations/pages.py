"""The pages of integrations: which outside systems answer, and the form that sets one up."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hydra_lab.areas.integrations.operations import Detail, Known, Seen, Setting
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.integrations import Status
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.journal.spells import Spell, lasted, shares, spells
from hydra_lab.kernel.work import HoldKind
from hydra_lab.kernel.work.find import store as find
from hydra_lab.kernel.work.nodes import store as nodes

# Broken first, then what is missing, then fine.
ORDER = (Status.DENIED, Status.UNREACHABLE, Status.DEGRADED, Status.UNKNOWN, Status.NOT_CONFIGURED, Status.CONNECTED)
# What is told of an integration; named one by one, a few entries are found among many at once.
TOLD = ("integrations.configured", "integrations.connected", "integrations.lost", "integrations.back")
STATES = {"integrations.connected": "ok", "integrations.back": "ok", "integrations.lost": "bad"}
SHOWN, DAY, TOLD_MOST = 20, timedelta(hours=24), 1_000
WON = {
    "environment": "Set in the environment as {}, which wins over this field.",
    "file": "Set in hydra.toml, which wins over this field.",
}


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every integration, those that need a look first."""
    known: Known = ctx.call("integrations.list")
    wanted = request.query.get("status", "")
    shown = sorted(known.integrations, key=lambda one: (ORDER.index(one.status), one.title))
    waiting, days = waiting_counts(ctx, shown), last_day(ctx)
    counts = {status: sum(one.status is status for one in shown) for status in ORDER}
    return {
        "total": len(shown),
        "counts": {status.value: count for status, count in counts.items() if count},
        "status": wanted,
        "systems": [
            {"one": one, "waiting": waiting.get(one.name, 0), "day": days.get(one.name) if one.configured else None}
            for one in shown
            if not wanted or one.status == wanted
        ],
    }


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One integration: its state, its form, what waits for it and what happened to it."""
    one: Detail = ctx.call("integrations.show", name=request.path["name"])
    refs = (one.name, *one.provides)
    with ctx.read() as connection:
        events = journal.page(connection, Filter(subject=one.name, names=TOLD), before=None, limit=8)
        waiting = find.newest_on(connection, HoldKind.REQUIREMENT, refs, SHOWN)
        in_all = find.waiting_on(connection, HoldKind.REQUIREMENT, refs)
    return {
        "title": one.title,
        "one": one,
        "schema": form_schema(ctx, one.name, one.settings),
        "given": {field.name: field.value for field in one.settings if field.value is not None and not field.secret},
        "open_fields": [field.name for field in one.settings if not field.secret],
        "lists": [field.name for field in one.settings if isinstance(field.value or field.default, list | tuple)],
        "lost": one.status.lost,
        "stored": any(field.source == "stored" for field in one.settings),
        "day": last_day(ctx).get(one.name) if one.configured else None,
        "waiting": waiting,
        "waiting_in_all": in_all,
        "unlocks": [ctx.services.registry.operation(name) for name in one.unlocks],
        "events": events,
    }


def form_schema(ctx: Context, name: str, settings: list[Setting]) -> dict[str, Any]:
    """The schema of an integration's settings, as its form needs it: what is set already is not asked for again."""
    schema = ctx.services.registry.integrations[name].settings.model_json_schema()
    properties = dict(schema.get("properties", {}))
    required = []
    for field in settings:
        about = [properties[field.name].get("description", "")]
        if field.secret and field.is_set and field.source == "stored":
            about.append("It is set; leave this empty to keep it.")
        if field.source in WON:
            about.append(WON[field.source].format(field.variable))
        elif field.secret:
            about.append("Kept encrypted and shown to nobody again.")
        if field.problem:
            about.append(f"What is set there does not fit: {field.problem}.")
        properties[field.name] = {**properties[field.name], "description": " ".join(part for part in about if part)}
        if field.required and (not field.is_set or (field.source == "stored" and not field.secret)):
            required.append(field.name)
    return {**schema, "properties": properties, "required": required}


def last_day(ctx: Context) -> dict[str, dict[str, Any]]:
    """Whether each integration answered in the last 24 hours, or since Hydra began; unknown while nobody asked."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        first = journal.oldest_at(connection) or now
        since = max(first, now - DAY)
        told = journal.page(connection, Filter(names=TOLD), before=None, limit=TOLD_MOST)
        watched = [(begin, end or now) for begin, end in nodes.lives(connection, since)]
    named = {one.subject or "" for one in told}
    own = {name: [one for one in reversed(told) if one.subject == name] for name in named}
    return {name: in_parts(spells(changes(found), watched, since, now)) for name, found in own.items()}


def in_parts(found: Sequence[Spell]) -> dict[str, Any]:
    """A day as its page draws it and says it."""
    return {
        "segments": shares(found), "whole": sum((one.lasted for one in found), timedelta()),
        "ok": lasted(found, "ok"), "bad": lasted(found, "bad"), "dark": lasted(found, ""),
    }  # fmt: skip


def changes(told: Sequence[Event]) -> list[tuple[datetime, str]]:
    """From when on an integration answered or did not, as its entries tell, the oldest first.

    That it answers for the first time means that nobody knew since it was configured.
    """
    found: list[tuple[datetime, str]] = []
    configured: datetime | None = None
    for event in told:
        if event.name not in STATES:
            configured = configured or event.at
            continue
        if event.name == "integrations.connected" and configured:
            found.append((configured, ""))
        found.append((event.at, STATES[event.name]))
        configured = None
    return found


def waiting_counts(ctx: Context, known: Sequence[Seen]) -> dict[str, int]:
    """How many items wait for each integration or for what it provides."""
    with ctx.read() as connection:
        by_need = find.waiting_by_ref(connection, HoldKind.REQUIREMENT)
        needs = {one.name: sorted({one.name, *one.provides} & by_need.keys()) for one in known}
        return {name: find.waiting_on(connection, HoldKind.REQUIREMENT, refs) for name, refs in needs.items() if refs}


PAGES = (
    Page(
        path="/integrations", title="Integrations", template="list.html", load=load_list,
        nav=("Lab", 80, "plug", "Integrations"),
    ),
    Page(path="/integrations/{name}", title="Integration", template="one.html", load=load_one),
)  # fmt: skip
