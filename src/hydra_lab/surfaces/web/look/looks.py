"""How each state, hold and event looks: its icon, colour and word, in one place for all pages."""

from typing import NamedTuple


class Look(NamedTuple):
    """``s`` is the status colour (`data-s`), ``icon`` a name in the sprite, ``word`` what a person reads."""

    s: str
    icon: str
    word: str = ""


STATES = {
    "held": Look("held", "circle-pause", "Held"),
    "queued": Look("queued", "circle-dashed", "Ready"),
    "running": Look("running", "loader-circle", "Running"),
    "done": Look("done", "circle-check", "Done"),
    "failed": Look("failed", "circle-x", "Failed"),
    "cancelled": Look("cancelled", "circle-slash", "Cancelled"),
}

GLYPHS = {
    **{state: look.icon for state, look in STATES.items()},
    "ok": "circle-check",
    "warn": "triangle-alert",
    "bad": "octagon-alert",
    "unknown": "circle-question-mark",
    "off": "circle",
    "info": "info",
}

HOLDS = {
    "requirement": Look("held", "key-round", "Something it needs is missing"),
    "approval": Look("held", "shield-question-mark", "It waits for a person to approve"),
    "dependency": Look("held", "link", "It waits for other work"),
    "window": Look("held", "moon", "Its time window is closed"),
    "not_before": Look("held", "clock", "It is not to start yet"),
    "retry": Look("held", "rotate-cw", "It waits before the next try"),
    "resource": Look("held", "cpu", "What it needs is in use"),
    "budget": Look("held", "zap", "The day's budget is spent"),
    "paused": Look("held", "pause", "It is paused"),
    "plan": Look("held", "waypoints", "Nobody knows yet which operation does this"),
}

# In a sentence that counts them: "4 for the night, 3 for approval".
HOLD_COUNTS = {
    "requirement": "for something missing",
    "approval": "for approval",
    "dependency": "for other work",
    "window": "for their window",
    "not_before": "for their time",
    "retry": "to try again",
    "resource": "for a resource",
    "budget": "for tomorrow's budget",
    "paused": "paused",
    "plan": "to plan",
}

# By the last word of an event's name, whatever the area.
EVENTS = {
    "done": Look("done", "circle-check"),
    "started": Look("running", "play"),
    "created": Look("", "file-input"),
    "imported": Look("", "file-input"),
    "held": Look("held", "circle-pause"),
    "released": Look("", "circle-dashed"),
    "failed": Look("failed", "circle-x"),
    "cancelled": Look("cancelled", "circle-slash"),
    "retried": Look("warn", "rotate-cw"),
    "resumed": Look("running", "play"),
    "paused": Look("held", "pause"),
    "stopped": Look("bad", "octagon-x"),
    "fired": Look("", "calendar-clock"),
    "granted": Look("ok", "shield-check"),
    "hurried": Look("", "zap"),
    "mode_set": Look("info", "shield-check"),
    "planned": Look("", "waypoints"),
    "prioritised": Look("", "arrow-up"),
    "pruned": Look("", "archive"),
    "recovered": Look("warn", "rotate-cw"),
    "skipped": Look("", "clock"),
    "asked": Look("held", "shield-question-mark"),
    "rejected": Look("failed", "shield-x"),
    "denied": Look("failed", "shield-x"),
    "lapsed": Look("warn", "clock"),
    "lost": Look("unknown", "unplug"),
    "broken": Look("bad", "octagon-alert"),
    "back": Look("ok", "plug"),
    "configured": Look("", "plug"),
    "calling": Look("", "globe"),
    "concluded": Look("done", "circle-check"),
    "outcome_unknown": Look("unknown", "circle-question-mark"),
    "restarted": Look("running", "play"),
    "mode_ended": Look("info", "shield-check"),
    "changed": Look("", "settings"),
    "revised": Look("", "file-text"),
    "removed": Look("", "x"),
    "called": Look("", "square-terminal"),
    "opened": Look("", "user"),
    "closed": Look("", "log-out"),
    "connected": Look("ok", "plug"),
    "sent": Look("", "send"),
    "tested": Look("", "send"),
    "disabled": Look("bad", "unplug"),
    "enabled": Look("ok", "plug"),
    "refused": Look("failed", "shield-x"),
    "admin_reset": Look("warn", "key-round"),
    "revoked": Look("", "key-round"),
}

INTEGRATIONS = {
    "connected": Look("ok", "circle-check", "Connected"),
    "degraded": Look("warn", "triangle-alert", "Degraded"),
    "unreachable": Look("bad", "unplug", "Unreachable"),
    "denied": Look("bad", "unplug", "Refused"),
    "unknown": Look("unknown", "circle-question-mark", "Not probed yet"),
    "not_configured": Look("off", "circle", "Not configured"),
}

MODES = {
    "autonomous": Look("ok", "shield-check", "Autonomous"),
    "supervised": Look("info", "shield-question-mark", "Supervised"),
    "paused": Look("warn", "pause", "Paused"),
    "stopped": Look("bad", "octagon-x", "Stopped"),
}


def event_look(name: str) -> Look:
    """The look of a journal entry, from the last word of its name; plain when the word is new."""
    return EVENTS.get(name.rpartition(".")[2], Look("", "scroll-text"))
