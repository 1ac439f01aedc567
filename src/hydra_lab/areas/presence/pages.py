"""The page of presence: the state and why, who is where, what would happen, what each state changes, energy."""

from typing import Any

from hydra_lab.areas.presence.judging import spoken
from hydra_lab.areas.presence.model import MODES, Applied, Mode, Rule, Seen
from hydra_lab.areas.presence.operations import Status
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context

ICONS: dict[Mode | None, str] = {"home": "house", "away": "log-out", "sleep": "moon", "vacation": "sun"}
KINDS = {"person": "user", "zone": "map"}
OUTCOMES = {"set": ("ok", "circle-check"), "already so": ("", "check"), "failed": ("bad", "circle-x"),
            "skipped": ("held", "circle-slash")}  # fmt: skip
RESULTS = {"applied": ("ok", "circle-check"), "in part": ("warn", "triangle-alert"), "failed": ("bad", "circle-x"),
           "overtaken": ("", "circle-slash"), "not applied": ("warn", "triangle-alert")}  # fmt: skip
DAYS, SHOWN = 7, 12


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Everything about presence."""
    status: Status = ctx.call("presence.status")
    integrations = ctx.services.integrations
    days = ctx.call("presence.energy", days=DAYS).days
    most = max((day.kwh for day in days), default=0.0)
    return {
        "status": status, "modes": MODES, "icons": ICONS, "outcomes": OUTCOMES, "results": RESULTS,
        "people": people(status),
        "rules": [(judged, words(rule)) for judged, rule in paired(ctx, status)],
        "changes": ctx.call("presence.history", limit=SHOWN).changes,
        "days": [(day, day.kwh / most * 100 if most else 0, missing(day)) for day in days],
        "titles": {one.name: one.title for one in integrations.configured("presence_source")},
        "has_cards": bool(integrations.configured("gpu_host")),
        "asked": asked(request), "tried": tried(ctx, request), "result_of": result_of, "spoken": spoken,
    }  # fmt: skip


def people(status: Status) -> list[tuple[Seen, str]]:
    """What is followed, persons first, each with its icon."""
    ordered = sorted(status.seen, key=lambda one: (not one.id.startswith("person."), one.id))
    return [(one, KINDS.get(one.id.partition(".")[0], "settings")) for one in ordered]


def paired(ctx: Context, status: Status) -> list[tuple[Any, Rule]]:
    """What each rule comes to, with the rule itself."""
    rules = {rule.id: rule for rule in ctx.call("presence.rules").rules}
    return [(judged, rules[judged.id]) for judged in status.verdict.rules if judged.id in rules]


def words(rule: Rule) -> str:
    """What a rule wants, in words."""
    said = []
    for one in rule.when:
        who = ("every " if one.every else "any ") + one.of if "*" in one.of or "?" in one.of else one.of
        values = ", ".join(one.is_one_of) if one.is_one_of else "not " + ", ".join(one.is_none_of)
        said.append(f"{who} is {values}" + (f" for {one.for_minutes:g} min" if one.for_minutes else ""))
    return " and ".join(said) + (f", {rule.hours}" if rule.hours else "")


def missing(day: Any) -> float:
    """How many seconds of a day are missing, of the card of which most are."""
    return 0.0 if day.complete else max(one.missing_s for one in day.cards)


def asked(request: PageRequest) -> dict[str, str]:
    """What the form asks to assume."""
    return {name: value for name, value in request.query.items() if name in ("minutes", "as") or name[:3] == "at."}


def tried(ctx: Context, request: PageRequest) -> Any:
    """What would happen, if that was asked."""
    if "try" not in request.query:
        return None
    seen = {
        name[3:]: None if value == "unknown" else value
        for name, value in asked(request).items()
        if name[:3] == "at." and value
    }
    minutes = request.query.get("minutes") or "60"
    state = request.query.get("as") or None
    return ctx.call("presence.test", seen=seen, for_minutes=minutes, state=state)


def result_of(applied: Applied) -> str:
    """What a change came to, in words."""
    good = sum(one.outcome in ("set", "already so") for one in applied.cards)
    closed = f", closed {', '.join(applied.lanes_closed)}" if applied.lanes_closed else ""
    if applied.cards and applied.outcome in ("applied", "in part"):
        return f"{good} of {len(applied.cards)} cards as they should be{closed}"
    return applied.outcome + closed


PAGES = (
    Page(path="/presence", title="Presence", template="presence.html", load=load, nav=("Lab", 60, "house", "Presence")),
)
