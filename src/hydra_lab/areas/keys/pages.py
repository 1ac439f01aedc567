"""The page of ways in: API keys, what each may do and when it was used; and browsers that are signed in."""

import re
from typing import Any

from hydra_lab.areas.keys.operations import ShownKey
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context

# The scopes in words, in the order of how far they reach.
SCOPES = {
    "models": "ask models through the gateway",
    "read": "look at everything but secrets",
    "write": "change things, within policy",
    "approve": "answer what waits for a person",
    "admin": "make keys, configure, change settings",
}
LIVES = ((30, "30 days"), (90, "90 days"), (365, "a year"), (None, "never"))
SOON_DAYS = 14

WAYS = {
    "token": "with a token", "link": "by a sign-in link", "oidc": "by single sign-on", "proxy": "by the reverse proxy",
}  # fmt: skip
# What browsers and systems call themselves. Most name others too, so the first that fits counts.
BROWSERS = {
    "Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "FxiOS": "Firefox", "HeadlessChrome": "Headless Chromium",
    "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS X": "macOS",
    "CrOS": "ChromeOS", "Linux": "Linux",
}  # fmt: skip


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every key in use, then those that ended, and open sessions. Keys are shown to administrators only."""
    sessions = ctx.call("sessions.list").sessions
    keys: list[ShownKey] = ctx.call("keys.list").keys if ctx.actor.may("admin") else []
    now = ctx.clock.now()
    ended = [key for key in keys if key.revoked_at or (key.expires_at and key.expires_at <= now)]
    soon = [key.id for key in keys if key.expires_at and 0 <= (key.expires_at - now).days < SOON_DAYS]
    return {
        "in_use": [key for key in keys if key not in ended], "ended": ended, "soon": soon, "scopes": SCOPES,
        "lives": LIVES, "may_see_keys": ctx.actor.may("admin"), "may_end": ctx.actor.may("write"), "ways": WAYS,
        "sessions": [{"one": one, "browser": browser_of(one.agent)} for one in sorted(sessions, key=here_first)],
        "others": sum(one.name == ctx.actor.name and not one.current for one in sessions),
    }  # fmt: skip


def here_first(session: Any) -> bool:
    """Sorts the browser that asks before the others."""
    return not session.current


def browser_of(agent: str | None) -> str:
    """What a browser calls itself, in short: ``Firefox on Linux``; its own words where it is no known one."""
    if not agent:
        return "An unknown browser"
    browser = next((name for sign, name in BROWSERS.items() if re.search(rf"\b{sign}\w*/", agent)), None)
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), None)
    return f"{browser} on {system}" if browser and system else browser or agent[:60]


PAGES = (
    Page(path="/keys", title="API keys", template="keys.html", load=load, nav=("Hydra", 94, "key-round", "API keys")),
)
