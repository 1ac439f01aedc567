"""Evidence of an attempt to heal: how the container was, what happened to it, and what it wrote, before and after."""

import json
from datetime import timedelta
from typing import Any

from hydra_lab.areas.containers.model import masked
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal

LINES = 100
SHOWN = 5
EVENTS = 50
BACK = timedelta(minutes=30)


def state_of(one: Container) -> dict[str, Any]:
    """What is kept of how a container is."""
    return {
        "state": one.state, "health": one.health, "check": masked(one.check) if one.check else None,
        "exit_code": one.exit_code, "oom_killed": one.oom_killed,
        "error": one.error, "restarts": one.restarts, "image": one.image, "image_id": one.image_id,
        "started_at": one.started_at.isoformat() if one.started_at else None,
        "finished_at": one.finished_at.isoformat() if one.finished_at else None,
    }  # fmt: skip


def keep(ctx: Context, when: str, name: str) -> list[str]:
    """Keep how a container is, what happened to it lately and the end of what it wrote; the last of its lines."""
    host, scrub = ctx.capability(ContainerHost), ctx.services.scrubber.text
    told = {**state_of(host.container(name)), "happened": happened(ctx, name)}
    ctx.artifact(f"{when}.json", json.dumps(told, indent=2).encode(), "application/json")
    try:
        lines = [(one.at, masked(scrub(one.text))) for one in host.logs(name, tail=LINES)]
    except HydraError as error:
        if error.code in ("unavailable", "busy"):
            raise
        lines = [(None, f"What it wrote cannot be read: {error.detail}")]
    text = "\n".join([f"{at:%Y-%m-%d %H:%M:%S} {line}" if at else line for at, line in lines] + [""])
    ctx.artifact(f"{when}.log", text.encode(), "text/plain")
    return [line[:300] for _, line in lines if line.strip()][-SHOWN:]


def happened(ctx: Context, name: str) -> list[dict[str, Any]]:
    """What the journal has of it, oldest first."""
    wanted = Filter(topics=("containers",), subject=name, since=ctx.services.clock.now() - BACK)
    with ctx.read() as connection:
        found = journal.page(connection, wanted, before=None, limit=EVENTS)
    return [
        {"at": one.at.isoformat(), "name": one.name, **{key: one.data[key] for key in KEPT if key in one.data}}
        for one in reversed(found)
    ]


KEPT = ("exit_code", "oom_killed", "health", "signal", "error", "detail")
