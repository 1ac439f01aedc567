"""Containers and their healing in words that a person understands at night."""

from collections.abc import Sequence
from typing import Any

from hydra_lab.areas.containers.heal.judging import protects
from hydra_lab.areas.containers.heal.model import Climbed, Healing, Remediation
from hydra_lab.areas.containers.heal.wishes import care_of, in_words
from hydra_lab.areas.containers.model import TOLD, ContainerView, exit_words
from hydra_lab.kernel.errors import Invalid

# How a state looks where no health check speaks: the name of its look, and its icon.
LOOKS = {"running": ("ok", "circle-check"), "exited": ("", "circle-dashed"), "created": ("", "circle-dashed"),
         "paused": ("held", "circle-pause"), "restarting": ("warn", "rotate-cw"), "dead": ("bad", "circle-x"),
         "removing": ("", "circle-dashed")}  # fmt: skip
HEALTH = {"healthy": ("ok", "circle-check"), "unhealthy": ("bad", "triangle-alert"), "starting": ("warn", "rotate-cw")}
OUTCOMES = {"recovered": ("ok", "circle-check"), "failed": ("bad", "circle-x"), "running": ("", "rotate-cw"),
            "refused": ("held", "circle-pause"), "would have": ("", "info"), "waits": ("held", "clock")}  # fmt: skip
WORDS = {"recovered": "Healed", "failed": "Not healed", "running": "Being healed", "refused": "Left alone",
         "would have": "Only watched", "waits": "Waits"}  # fmt: skip
RUNGS = {"restart": "Restart it", "recreate": "Make it anew", "dependencies": "Restart what it depends on",
         "rollback": "Go back to the last image that was healthy"}  # fmt: skip
STEPS = {
    "helped": ("done", "helped"),
    "did not help": ("failed", "did not help"),
    "left out": ("cancelled", "left out"),
}


def row(one: ContainerView, rules: Healing, last: Remediation | None) -> dict[str, Any]:
    """A container, how it looks, and whether it is healed."""
    look = HEALTH.get(one.health or "") if one.state == "running" else None
    failed = (one.state == "exited" and one.exit_code not in (0, None, *TOLD)) or (one.state == "created" and one.error)
    return {
        "one": one,
        "look": look or (("bad", "circle-x") if failed else LOOKS.get(one.state, ("", "circle-dashed"))),
        "ill": bool(failed or one.state in ("dead", "restarting") or one.health == "unhealthy"),
        "said": said(one),
        "care": care(one),
        "protected": protects(one.name, one.labels, rules),
        "asks": last.item if last and last.asks else None,
    }


def said(one: ContainerView) -> str:
    """A container's state in words."""
    words = ["could not be started" if one.state == "created" and one.error else one.state]
    if one.state == "running" and one.health:
        words.append(one.health)
    if one.state in ("exited", "dead") and one.exit_code is not None:
        words.append(exit_words(one.exit_code, oom_killed=one.oom_killed))
    if one.oom_killed:
        words.append("out of memory")
    if one.restarts:
        words.append(f"started again {one.restarts} times" if one.restarts > 1 else "started again once")
    return ", ".join(words)


def care(one: ContainerView) -> str:
    """What its labels ask for, in words; what makes no sense says so."""
    try:
        return in_words(care_of(one.labels))
    except Invalid as error:
        return error.detail


def tries(past: Sequence[Remediation]) -> list[dict[str, Any]]:
    """Attempts as a list shows them."""
    return [{"one": one, "look": OUTCOMES[one.outcome], "word": WORDS[one.outcome]} for one in past]


def attempt(one: Remediation) -> dict[str, Any]:
    """The newest attempt in full: each rung with what it came to, and what was known before and after."""
    return {
        "one": one, "look": OUTCOMES[one.outcome], "word": WORDS[one.outcome],
        "steps": [step(each) for each in one.ladder], "before": state(one.before), "after": state(one.after),
        "quiet": one.muted.words if one.muted else None, "image": changed_image(one),
    }  # fmt: skip


def step(one: Climbed) -> dict[str, Any]:
    """A rung, as a line."""
    glyph, word = STEPS[one.came]
    return {"title": RUNGS[one.rung], "s": glyph, "word": word, "one": one}


def state(kept: dict[str, Any] | None) -> str | None:
    """How a container was, in words."""
    if not kept:
        return None
    words = [str(kept.get("state"))]
    if kept.get("state") == "running":
        said = (
            f" (its check said: {kept['check'].rstrip('.')})"
            if kept.get("check") and kept["health"] == "unhealthy"
            else ""
        )
        words += [f"{kept['health']}{said}"] if kept.get("health") else []
    elif kept.get("exit_code") is not None:
        words.append(exit_words(kept["exit_code"], oom_killed=kept.get("oom_killed")))
    if kept.get("oom_killed"):
        words.append("killed because its memory ran out")
    if kept.get("error"):
        words.append(str(kept["error"]))
    return ", ".join(words)


def changed_image(one: Remediation) -> str | None:
    """From which image to which it went, if it did."""
    before, after = one.before or {}, one.after or {}
    if not after or before.get("image_id") == after.get("image_id"):
        return None
    return f"{before.get('image')} → {after.get('image')}"
