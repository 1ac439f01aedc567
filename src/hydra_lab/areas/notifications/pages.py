"""The page of notifications: the channels and how they are, what was sent and what was not, and the rules."""

from typing import Any

from hydra_lab.areas.notifications import channels
from hydra_lab.areas.notifications.model import Message, Rule, State
from hydra_lab.areas.notifications.operations import ChannelState, Outbox
from hydra_lab.areas.notifications.rules import ListedRule
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.capabilities import Severity
from hydra_lab.kernel.context import Context

LOOKS = {
    State.WAITING: ("held", "clock", "Waiting"),
    State.SENDING: ("running", "send", "Sending"),
    State.SENT: ("done", "circle-check", "Sent"),
    State.DROPPED: ("off", "circle", "Not needed any more"),
    State.DEAD: ("failed", "circle-x", "Given up"),
}
TONES = {Severity.INFO: "", Severity.SUCCESS: "ok", Severity.WARNING: "warn", Severity.CRITICAL: "bad"}


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Channels and outbox; what is shown of the outbox is in the address."""
    state = request.query.get("state", "")
    state = state if state in list(State) else ""
    outbox: Outbox = ctx.call(
        "notifications.list", state=state or None, before=request.query.get("before") or None, limit=30
    )
    off = {one.name for one in outbox.channels if not one.on}
    return {
        "channels": [channel_row(one) for one in outbox.channels],
        "messages": [row(one, off) for one in outbox.messages],
        "counts": [(name, LOOKS[name], outbox.counts[name]) for name in State if outbox.counts.get(name)],
        "total": sum(outbox.counts.values()),
        "state": state,
        "next": outbox.next,
        "before": request.query.get("before", ""),
        "public": bool(ctx.services.settings.current.public_url),
        "offers": [
            {"name": one.name, "title": one.title, "what": one.what}
            for one in ctx.services.registry.integrations.values()
            if channels.NEED in one.provides and not ctx.services.integrations.state(one.name).configured
        ],
    }


def channel_row(one: ChannelState) -> dict[str, Any]:
    """A channel and how it is."""
    if not one.on:
        look = ("bad", "unplug", "Off")
    elif one.paused_until:
        look = ("held", "clock", "Pausing")
    else:
        look = ("ok", "circle-check", "On")
    return {"one": one, "look": look}


def row(one: Message, off: set[str]) -> dict[str, Any]:
    """A message and how it is; ``off`` are the channels that are off."""
    waits_for_channel = one.state is State.WAITING and one.channel in off
    return {
        "one": one, "look": LOOKS[one.state], "tone": TONES[one.severity],
        "can_retry": one.state is State.DEAD or (
            one.state is State.WAITING and one.error is not None and not waits_for_channel
        ),
        "waits_for_channel": waits_for_channel,
        "path": one.parts[0].path if one.count == 1 and one.parts else "",
    }  # fmt: skip


def load_rules(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """The rules, each with its form."""
    listed: list[ListedRule] = ctx.call("notifications.rules").rules
    schema = Rule.model_json_schema()
    there = channels.available(ctx)
    return {
        "rules": [
            {"one": one, "given": one.model_dump(mode="json"), "where": where(one), "when": when(one)} for one in listed
        ],
        "schema": {**schema, "properties": without(schema, "id")},
        "new_schema": schema,
        "channels": [one.name for one in there],
        "zone_name": ctx.services.settings.current.time_zone,
        "overnight": ctx.services.settings.current.overnight,
    }


def without(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """The properties of a schema but for one."""
    properties: dict[str, Any] = schema["properties"]
    return {key: value for key, value in properties.items() if key != name}


def where(rule: Rule) -> str:
    """Where a rule sends, in words."""
    return ", ".join(rule.channels) if rule.channels else "every channel"


def when(rule: Rule) -> str:
    """When a rule sends, in words."""
    words = ["at once" if not rule.group_min else f"together, after {spoken(rule.group_min)}"]
    if rule.quiet:
        words.append(f"kept through the quiet hours ({rule.quiet})")
    if rule.dedupe_min:
        words.append(f"the same again at most every {spoken(rule.dedupe_min)}")
    return "; ".join(words)


def spoken(minutes: int) -> str:
    """``5 min``, ``6 h``, ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)


PAGES = (
    Page(
        path="/notifications", title="Notifications", template="list.html", load=load,
        nav=("Hydra", 85, "bell", "Notifications"),
    ),
    Page(path="/notifications/rules", title="Notification rules", template="rules.html", load=load_rules),
)  # fmt: skip
