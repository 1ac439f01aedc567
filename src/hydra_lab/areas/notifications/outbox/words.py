"""What happened, in words for a message: a title, a sentence, a few facts, and the page that shows more."""

from typing import Any
from urllib.parse import quote

from hydra_lab.areas.notifications.model import Happening, Part, Rule
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.work import Item

TITLES = {
    "items.done": "Done: {s}",
    "items.failed": "Failed: {s}",
    "approvals.asked": "Approval wanted: {s}",
    "approvals.granted": "Approved: {s}",
    "approvals.rejected": "Rejected: {s}",
    "approvals.lapsed": "Nobody answered: {s}",
    "integrations.lost": "{s} does not answer",
    "integrations.back": "{s} answers again",
    "integrations.connected": "{s} answers",
    "alerts.fired": "Alert: {s}",
    "alerts.resolved": "Alert over: {s}",
    "alerts.source_lost": "Alerts cannot be read: {s} does not answer",
    "alerts.source_back": "Alerts can be read again: {s} answers",
    "benchmarks.regressed": "Worse than before: {s}",
    "containers.oom": "{s} ran out of memory",
    "containers.healed": "{s} was healed",
    "containers.healing_failed": "{s} could not be healed",
    "nodes.lost": "{s} does not answer",
    "nodes.back": "{s} answers again",
    "nodes.key_changed": "{s} has another host key",
    "nodes.disk_filling": "A disk of {s} is filling",
    "nodes.disk_well": "A disk of {s} has room again",
    "gpus.lost": "{s} is gone",
    "gpus.found": "{s} is there again",
    "gpus.hot": "{s} is hot",
    "gpus.cool": "{s} is cool again",
    "n8n.run_failed": "A run of {s} failed in n8n",
    "disk.low": "The disk is nearly full",
    "disk.recovered": "There is room on the disk again",
    "policy.broken": "policy.yaml cannot be read",
    "sessions.paused": "Too many failed sign-ins from {s}",
    "keys.admin_reset": "The admin token was replaced",
    "http.outcome_unknown": "Nobody knows whether the call of {s} arrived",
}
# Data of machines and their cards that is worth a line, and what it is called.
OF_MACHINES = {
    "node": "Machine", "mount": "Disk", "used_percent": "Used in %", "temperature_c": "Temperature in °C",
    "host_key": "Host key", "expected": "Host key before",
}  # fmt: skip
LONGEST, MOST_FACTS = 1500, 8
SAID_ELSEWHERE = {"alertname", "severity"}  # labels of an alert that are its title and its colour


def part_of(ctx: Context, one: Happening, rule: Rule) -> Part:
    """What a message tells of one happening."""
    event, item = one.event, one.item
    asks = event.item if event.name == "approvals.asked" else None
    return Part(
        event=event.id, name=event.name, at=event.at, title=title_of(ctx, one), text=text_of(one)[:LONGEST],
        fields=tuple(fields_of(ctx, one)), severity=rule.severity or one.severity, item=event.item, asks=asks,
        linked=rule.links, path=path_of(one, item),
    )  # fmt: skip


def title_of(ctx: Context, one: Happening) -> str:
    """The happening in one line."""
    event = one.event
    subject = event.subject or (one.item.title if one.item else "")
    manifest = ctx.services.registry.integrations.get(subject) if event.topic == "integrations" else None
    subject = manifest.title if manifest else subject
    if event.name in TITLES:
        return TITLES[event.name].format(s=subject or "something")
    if event.name == "containers.health_status":
        return f"{subject} is {event.data.get('health') or 'not known to be well'}"
    words = event.name.replace(".", " ").replace("_", " ")
    words = words[:1].upper() + words[1:]
    return f"{words}: {subject}" if subject else words


def text_of(one: Happening) -> str:
    """Why, or what came of it."""
    data = one.event.data
    error = data.get("error")
    if isinstance(error, dict):
        return " ".join(str(error[name]) for name in ("detail", "fix") if error.get(name))
    if one.event.name == "items.done" and one.item is not None:
        result = one.item.result
        found = result.get("summary") if isinstance(result, dict) else result
        return found if isinstance(found, str) else ""
    if one.event.topic == "containers":
        told = "; ".join(str(data[name]) for name in ("reason", "detail") if data.get(name))
        return told[:1].upper() + told[1:]
    for name in ("reason", "detail", "problem", "message"):
        if isinstance(data.get(name), str):
            return str(data[name])
    return ""


def fields_of(ctx: Context, one: Happening) -> list[tuple[str, str]]:
    """A few facts: which operation, how long, from where; and of a result its plain values."""
    data, item = one.event.data, one.item
    facts: list[tuple[str, str]] = []
    if one.event.name == "approvals.asked":
        facts += asked_facts(ctx, one)
    elif one.operation:
        facts.append(("Operation", one.operation))
    if item and item.section:
        facts.append(("Item", item.section))
    if isinstance(data.get("seconds"), int | float):
        facts.append(("Took", spoken_s(float(data["seconds"]))))
    if isinstance(data.get("after_s"), int | float):
        facts.append(("Away for", spoken_s(float(data["after_s"]))))
    if one.event.topic == "alerts":
        facts += alert_facts(data)
    if one.event.topic in ("nodes", "gpus"):
        facts += [(word, plain) for name, word in OF_MACHINES.items() if (plain := plainly(data.get(name)))]
    if isinstance(data.get("recovery_s"), int | float):
        facts.append(("Well again after", spoken_s(float(data["recovery_s"]))))
    if one.event.name == "items.done" and item:
        facts += result_facts(item)
    return facts[:MOST_FACTS]


def asked_facts(ctx: Context, one: Happening) -> list[tuple[str, str]]:
    """What would be done, who wants it, and which rule asks."""
    verb = ctx.services.registry.verbs.get(one.operation)
    facts = [("Would", f"{verb.summary.rstrip('.')} ({verb.name})" if verb else one.operation or "be done")]
    if one.item:
        kind, _, name = one.item.created_by.partition(":")
        facts.append(("Asked by", f"{kind} {name}".strip()))
    if isinstance(one.event.data.get("rule"), str):
        facts.append(("Rule", one.event.data["rule"]))
    return facts


def alert_facts(data: dict[str, Any]) -> list[tuple[str, str]]:
    """How bad it is, how long it lasted, and what it is about: its labels."""
    labels = data.get("labels")
    facts = [("Severity", str(data["severity"]))] if data.get("severity") else []
    if isinstance(data.get("lasted_s"), int | float):
        facts.append(("Lasted", spoken_s(float(data["lasted_s"]))))
    if isinstance(labels, dict):
        facts += [(name, str(value)) for name, value in sorted(labels.items()) if name not in SAID_ELSEWHERE]
    return facts


def result_facts(item: Item) -> list[tuple[str, str]]:
    """The plain values of a result, such as scores."""
    result = item.result if isinstance(item.result, dict) else {}
    return [
        (name.replace("_", " ").capitalize(), plain)
        for name, value in result.items()
        if name != "summary" and (plain := plainly(value))
    ]


def plainly(value: Any) -> str:
    """A number, a yes or a short text; nothing for what is deeper."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value) if isinstance(value, int) or (isinstance(value, str) and len(value) <= 100) else ""


def spoken_s(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``5 min``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def path_of(one: Happening, item: Item | None) -> str:
    """The page that shows it, below ``/ui``."""
    event = one.event
    if event.name == "approvals.asked":
        return "/inbox"
    if event.item:
        return f"/queue/{event.item}"
    if event.topic == "alerts":
        return "/alerts"
    if event.topic == "containers":
        return f"/containers/{quote(event.subject, safe='')}" if event.subject else "/containers"
    if event.topic == "nodes":
        return f"/nodes/{quote(event.subject, safe='')}" if event.subject else "/nodes"
    if event.topic in ("gpus", "n8n"):
        return "/nodes" if event.topic == "gpus" else "/n8n"
    if event.topic == "integrations" and event.subject:
        return f"/integrations/{event.subject}"
    return "/policy" if event.topic == "policy" else "/activity"
