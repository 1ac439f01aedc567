"""The settings page: everything that is set, where each value came from, and a field for what may change."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from hydra_lab.areas.settings.operations import Everything, Shown
from hydra_lab.kernel.area import Page, PageRequest
from hydra_lab.kernel.context import Context

# Settings that stand together, by the beginnings of their names, in the order a person looks for them.
GROUPS = (
    ("Time", "When the night is, and which clock schedules go by.", ("time_zone", "overnight")),
    ("Work", "How much runs at once, and what may be spent a day.",
     ("lanes.", "budgets.", "aging_h", "approval_lapse_h", "disk_free_min_mib")),
    ("Keeping", "How long what is over is kept, and backups.", ("retention.", "backup.")),
    ("Reach", "Under which addresses Hydra answers, and which it may call.",
     ("public_url", "base_path", "allowed_hosts", "trusted_proxies", "http.")),
    ("Agents", "What agents' clients may answer.", ("mcp.",)),
    ("Reading backlogs", "Which model finds operations for items that no rule knows.", ("classify.",)),
    ("Identity provider", "Sign-in with OpenID Connect.", ("oidc.",)),
    ("Sign-in by a proxy", "Headers of a reverse proxy that knows who comes.", ("forward_auth.",)),
)  # fmt: skip
# Folded away until something in them is set: many fields, for few labs.
FOLDED = ("Identity provider", "Sign-in by a proxy")
# Groups whose parts the owner names: what one is called, and an example of a name and a value.
OPEN = {
    "Work": (
        ("lanes.", "lane", "lanes.gpu:forge:0", "1", "How many items it runs at once"),
        ("budgets.", "budget", "budgets.tokens", "200000", "How much a day"),
    )
}
REST = "Read at start"
ELSEWHERE = ("nodes", "host_keys")  # they have a page of their own
UNITS = {"h": "hours", "days": "days", "mib": "MiB"}
GROUP_WORDS = {
    "lanes": "slots of lane", "budgets": "daily", "retention": "keep", "http": "HTTP", "backup": "backups:",
    "oidc": "", "forward_auth": "", "mcp": "", "classify": "",
}  # fmt: skip
SPELLED = {"url": "URL", "json": "JSON", "dir": "folder", "min": "least"}


def load(ctx: Context, request: PageRequest) -> dict[str, Any]:
    """Every setting by group."""
    everything: Everything = ctx.call("settings.show")
    left = {one.name: one for one in everything.settings if not one.name.startswith(ELSEWHERE)}
    groups = []
    for title, words, beginnings in GROUPS:
        names = [
            name
            for begin in beginnings
            for name in left
            if name == begin or (begin[-1] == "." and name.startswith(begin))
        ]
        rows = [row(left.pop(name)) for name in names]
        groups.append(
            {
                "title": title, "words": words, "settings": rows, "open": OPEN.get(title, ()),
                "folded": title in FOLDED and all(one["source"] == "default" for one in rows),
            }
        )  # fmt: skip
    rest = "Change these in the environment or in hydra.toml, then start Hydra again."
    groups.append(
        {"title": REST, "words": rest, "settings": [row(one) for one in left.values()], "open": (), "folded": False}
    )
    now = ctx.clock.now().astimezone(ctx.services.settings.current.zone)
    return {
        "groups": [group for group in groups if group["settings"]],
        "file": everything.file,
        "unknown": everything.unknown,
        "zones": zones(),
        "clock": f"{now:%A, %H:%M} ({now:%Z})",
    }


@cache
def zones() -> list[str]:
    """Every time zone this machine knows; it looks through a folder of files."""
    return sorted(available_timezones())


def row(one: Shown) -> dict[str, Any]:
    """A setting as the page shows it; ``fixed_by`` names what wins over the page."""
    fixed_by = {"environment": one.variable, "file": "hydra.toml", "command line": "the command line"}.get(
        str(one.source)
    )
    label = label_of(one.name)
    return {
        "name": one.name,
        "label": label,
        "about": one.about,
        "text": text_of(one.value),
        "default": text_of(one.default),
        "stored": one.source == "stored",
        "settable": one.settable and fixed_by is None,
        "may_be_set": one.settable,
        "set_by": one.set_by,
        "set_at": one.set_at,
        "ignored": text_of(one.ignored).replace("\n", ", "),
        "fixed_by": fixed_by,
        "variable": one.variable,
        "source": str(one.source),
        "kind": "number" if isinstance(one.value, int | float) and not isinstance(one.value, bool) else "text",
        "is_list": isinstance(one.value, list | tuple),
    }


def label_of(name: str) -> str:
    """A setting's name in words, with its unit: ``retention.items_days`` is ``Keep items (days)``."""
    group, _, last = name.rpartition(".")
    stem, _, unit = last.rpartition("_")
    words = f"{stem or last} ({UNITS[unit]})" if unit in UNITS else last
    words = f"{GROUP_WORDS.get(group, group)} {words}".strip().replace("_", " ")
    words = " ".join(SPELLED.get(word, word) for word in words.split(" "))
    return words[:1].upper() + words[1:]


def text_of(value: Any) -> str:
    """A value as a field shows it: a list in lines, nothing for nothing."""
    if isinstance(value, list | tuple):
        return "\n".join(str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


PAGES = (
    Page(
        path="/settings", title="Settings", template="list.html", load=load, nav=("Hydra", 95, "settings", "Settings")
    ),
)
