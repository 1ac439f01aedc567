"""The page of API keys: what each may do and when it was used, making one, and ending one."""

from typing import Any

from hydra_lab.areas.keys.operations import ShownKey
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context

# The scopes in words, in the order of how far they reach.
SCOPES = {
    "read": "look at everything but secrets",
    "write": "change things, within policy",
    "approve": "answer what waits for a person",
    "admin": "make keys, configure, change settings",
}
LIVES = ((30, "30 days"), (90, "90 days"), (365, "a year"), (None, "never"))
SOON_DAYS = 14


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every key in use, then those that ended."""
    keys: list[ShownKey] = ctx.call("keys.list").keys
    now = ctx.clock.now()
    ended = [key for key in keys if key.revoked_at or (key.expires_at and key.expires_at <= now)]
    soon = [key.id for key in keys if key.expires_at and 0 <= (key.expires_at - now).days < SOON_DAYS]
    return {
        "in_use": [key for key in keys if key not in ended], "ended": ended, "soon": soon, "scopes": SCOPES,
        "lives": LIVES,
    }  # fmt: skip


PAGES = (
    Page(path="/keys", title="API keys", template="keys.html", load=load, nav=("Hydra", 94, "key-round", "API keys")),
)
