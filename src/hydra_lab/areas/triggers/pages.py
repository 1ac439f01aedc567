"""The pages of triggers and hooks: what starts what, what became of it, and the form of one trigger."""

from dataclasses import replace
from typing import Any

from hydra_lab.areas.triggers.composing import Composed, Kind, rows_of
from hydra_lab.areas.triggers.matching import PART, facts_of, guards, in_words, occasion
from hydra_lab.areas.triggers.measuring.asking import NEED
from hydra_lab.areas.triggers.measuring.model import MEASURED
from hydra_lab.areas.triggers.model import Trigger, TriggerView
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.journal import Event, Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.operation import Operation

# What became of the last event: how it looks, and its word.
LOOKS = {
    "started": ("done", "circle-check", "Started work"),
    "would start": ("info", "info", "Would have started work"),
    "cooling down": ("held", "clock", "Passed over: cooling down"),
    "known": ("off", "circle", "Passed over: started for this one before"),
    "too many": ("warn", "triangle-alert", "Passed over: too many within the hour"),
    "refused": ("bad", "shield-x", "Refused"),
    "own work": ("off", "circle", "Passed over: its own doing"),
}
SCHEMES = (
    ("token", "A token in a header", "Anything that can set a header, such as curl."),
    ("github", "A signature, as GitHub makes it", "GitHub, Gitea and Forgejo."),
    ("standard", "A signature by Standard Webhooks", "Many services; old calls are refused."),
)
EMPTY_ROWS = 2
LATELY = 500
GUARDS = ("cooldown_minutes", "once_per", "most_an_hour", "dry_run")
METRIC = ("above", "below", "for_minutes", "every_s")
OPTIONS = ("title", "priority", "window", "lane")


def load_list(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every trigger, what is offered, and the hooks."""
    starters = ctx.call("triggers.starters").starters
    return {
        "triggers": [row(view) for view in ctx.call("triggers.list").triggers],
        "offered": [one for one in starters if not one.adopted and not one.missing],
        "later": [one for one in starters if one.missing],
        "hooks": ctx.call("hooks.list").hooks if "hooks.list" in ctx.services.registry.verbs else None,
        "schemes": SCHEMES,
    }


def row(view: TriggerView) -> dict[str, Any]:
    """A trigger as its row shows it."""
    return {
        "one": view, "words": in_words(view.trigger), "occasion": occasion(view.trigger.when),
        "guards": guards(view.trigger), "look": LOOKS.get(view.last_outcome or ""),
    }  # fmt: skip


def load_new(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The form of a new trigger; without an operation, the choice of one."""
    name, words = request.query.get("operation", ""), request.query.get("q", "")
    registry = ctx.services.registry
    verbs = [verb for verb in registry.operations() if verb.queueable]
    verb = next((one for one in verbs if one.name == name), None)
    if name and verb is None:
        raise NotFound(f"{name} cannot be started by a trigger.", fix="Choose one of those that can be queued.")
    given = {name: request.query.get(name, "") for name in ("event", "subject", "by")}
    groups = [] if verb else registry.by_room(registry.workable(words))
    return {"q": words, "asked": given, "groups": groups, **form(ctx, verb, given)}


def load_one(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """One trigger, its form, and with ``?try`` what it would have made of what happened lately."""
    view: TriggerView = ctx.call("triggers.show", id=request.path["id"])
    trigger, verbs = view.trigger, ctx.services.registry.verbs
    tried = ctx.call("triggers.test", id=view.id) if "try" in request.query else None
    metric = trigger.when.metric
    values = {**trigger.model_dump(), **trigger.start.model_dump(), **trigger.when.model_dump()}
    values |= {**metric.model_dump(), "by": "metric", "id": view.id} if metric else {}
    values = {name: int(one) if isinstance(one, float) and one.is_integer() else one for name, one in values.items()}
    return {
        "title": view.id, "row": row(view), "tried": tried, "looks": LOOKS,
        **form(ctx, verbs.get(trigger.start.operation), values, trigger),
    }  # fmt: skip


def form(ctx: Context, verb: Operation | None, given: dict[str, Any], trigger: Trigger | None = None) -> dict[str, Any]:
    """What the form of a trigger is made of."""
    whole = Composed.model_json_schema()
    with ctx.read() as connection:
        names = journal.names_lately(connection, LATELY)
        wanted = given.get("event") or ""
        fitting = Filter(topics=(wanted[:-2],)) if wanted.endswith(".*") else Filter(names=(wanted,))
        fitting = replace(fitting, subject=given.get("id")) if wanted == MEASURED else fitting
        latest = journal.page(connection, fitting, before=None, limit=1) if wanted else []
    return {
        "verb": verb, "given": given, "conditions": list(rows_of(trigger.when)) if trigger else [],
        "kinds": list(Kind), "empty_rows": EMPTY_ROWS,
        "events": names,
        "example": facts_of(latest[0]) if latest else None, "paths": paths_in(latest[0]) if latest else [],
        "input_schema": input_schema(verb, given.get("input") or {}) if verb else None,
        "source": next((one.title for one in ctx.services.integrations.configured(NEED)), None),
        "metric_schema": narrowed(whole, METRIC), "guards_schema": narrowed(whole, GUARDS),
        "options_schema": narrowed(whole, OPTIONS),
    }  # fmt: skip


def narrowed(schema: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """A schema with only some of its fields, none of them required."""
    return {**schema, "properties": {name: schema["properties"][name] for name in names}, "required": []}


def input_schema(verb: Operation, given: dict[str, Any]) -> dict[str, Any]:
    """The operation's own fields below `input`, with room for a template where a number or a time would be typed."""
    schema = verb.input_schema()
    fields = {name: loosened(part, given.get(name)) for name, part in schema.get("properties", {}).items()}
    inner = {"type": "object", "properties": fields, "required": schema.get("required", [])}
    return {"type": "object", "properties": {"input": inner}, "$defs": schema.get("$defs", {})}


def loosened(part: dict[str, Any], given: Any) -> dict[str, Any]:
    """A field as text, where its own control would take no template or already holds one."""
    options = [one for one in part.get("anyOf", [part]) if one.get("type") != "null"]
    narrow = len(options) == 1 and (options[0].get("type") in ("integer", "number") or "format" in options[0])
    if narrow or (isinstance(given, str) and PART.search(given)):
        kept: dict[str, Any] = {
            name: part[name] for name in ("title", "description", "default", "examples") if name in part
        }
        return {"type": "string", **kept}
    return part


def paths_in(event: Event, most: int = 40) -> list[tuple[str, str]]:
    """The paths of an event that hold a plain value, with the value."""
    found: list[tuple[str, str]] = []
    waiting: list[tuple[str, Any]] = [("data", event.data), ("subject", event.subject)]
    while waiting and len(found) < most:
        path, value = waiting.pop(0)
        if isinstance(value, dict | list):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            waiting += [(f"{path}.{name}", one) for name, one in inner]
        elif value is not None:
            found.append((path, str(value)[:80]))
    return found


PAGES = (
    Page(
        path="/triggers", title="Triggers", template="list.html", load=load_list,
        nav=("Make", 86, "zap", "Triggers"),
    ),
    Page(path="/triggers/new", title="New trigger", template="new.html", load=load_new),
    Page(path="/triggers/{id}", title="Trigger", template="one.html", load=load_one),
)  # fmt: skip
