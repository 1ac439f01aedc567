"""Proof that a container is well: without a break, for as long as its label says."""

import time
from dataclasses import dataclass
from typing import Any

from hydra_lab.areas.containers.probes.judging import Judge
from hydra_lab.areas.containers.work import POLL_S, do, told
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError

COME_UP_S = 120.0
MANY = 3  # so many starts by the host itself, and it is taken to be crashing again and again
NOT_SAID = ("conflict", "refused", "not_found", "denied")


@dataclass(frozen=True, kw_only=True)
class Came:
    """What a rung came to. ``detail`` is the end of a sentence."""

    well: bool
    detail: str


def restarted(ctx: Context, before: Container, prove_s: int) -> Came:
    """Restart a container and see what comes of it; it runs no rung twice after a crash."""
    try:
        do(ctx, before, "restart")
    except HydraError as error:
        return refused(error)
    return proved(ctx, before.id, prove_s)


def started(ctx: Context, id: str, prove_s: int) -> Came:
    """Start a container and see what comes of it."""
    try:
        ctx.capability(ContainerHost).start(id)
    except HydraError as error:
        return refused(error)
    return proved(ctx, id, prove_s)


def refused(error: HydraError) -> Came:
    """What the host said against it; raises what is the host's own trouble."""
    if error.code not in NOT_SAID:
        raise error
    return Came(well=False, detail=error.detail.rstrip("."))


def proved(ctx: Context, id: str, prove_s: float) -> Came:
    """Wait until a container was well without a break for ``prove_s``, or is seen not to become so."""
    judge = Judge(ctx, ctx.capability(ContainerHost).container(id))
    begun, first = time.monotonic(), 0
    since: float | None = None
    life: tuple[Any, ...] = ()
    while True:
        ctx.check_cancelled()
        now = judge.look(id)
        restarts = now.restarts or 0
        first = min(first, restarts) if life else restarts
        if not now.well:
            since = None
        elif since is None or (now.started_at, now.restarts) != life:
            since = time.monotonic()
        life = (now.started_at, now.restarts)
        if since is not None and time.monotonic() - since >= prove_s:
            return Came(well=True, detail=f"it was well for {prove_s:g} s without a break")
        if now.state == "exited" and now.exit_code == 0 and now.restart_policy in (None, "no"):
            return Came(well=True, detail="it ran to its end, with exit code 0")
        if restarts - first >= MANY:
            return Came(well=False, detail=f"it ended again and again; it {told(now)}")
        over = now.state in ("exited", "dead") and now.restart_policy in (None, "no")
        if now.health == "unhealthy" or over or time.monotonic() - begun > COME_UP_S + prove_s:
            said = f": {judge.detail.rstrip('.')}" if judge.detail and now.running else ""
            return Came(well=False, detail=f"it {told(now)}{said}")
        time.sleep(POLL_S)
