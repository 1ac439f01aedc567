"""Seeing that a container is well after something was done to it."""

import time
from dataclasses import dataclass

from hydra_lab.areas.reconcile.tended import judge
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context

STEADY_S = 3.0  # how long it must have run where nothing checks its health
POLL_S = 0.3
MANY = 3  # so many starts by the host itself, and it is taken to crash again and again


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Whether a container is well, and how that was seen."""

    well: bool
    detail: str


def proved(ctx: Context, id: str, wait_s: float) -> Proof:
    """Wait until a container is healthy or has run for a while without a break, or is seen not to become so."""
    host = ctx.capability(ContainerHost)
    own = judge(ctx, host.container(id))
    deadline = time.monotonic() + wait_s
    since, life = time.monotonic(), None
    first = host.container(id).restarts or 0
    while True:
        ctx.check_cancelled()
        now = own.look(id)
        if not now.running or (now.started_at, now.restarts) != life:
            since, life = time.monotonic(), (now.started_at, now.restarts)
        if now.running and now.health == "healthy":
            return Proof(well=True, detail="it runs and is healthy")
        if now.running and now.health is None and time.monotonic() - since >= STEADY_S:
            return Proof(well=True, detail=f"it has run for {STEADY_S:.0f} s; nothing checks its health")
        over = now.state in ("exited", "dead") and now.restart_policy in (None, "no")
        crashes = (now.restarts or 0) - first >= MANY
        if over or crashes or now.health == "unhealthy" or time.monotonic() > deadline:
            said = f": {own.detail.rstrip('.')}" if own.detail and now.running else ""
            return Proof(well=False, detail=said_of(now, crashes=crashes) + said)
        time.sleep(POLL_S)


def said_of(now: Container, *, crashes: bool) -> str:
    """How a container is, that is not well."""
    killed = ", killed because memory ran out" if now.oom_killed else ""
    ended = f"with exit code {now.exit_code}{killed}" if now.exit_code is not None else ""
    if crashes:
        return f"it ended again and again {ended}".rstrip()
    if now.running:
        return f"it runs but is {now.health}" if now.health else "it did not run for long enough"
    return f"it has ended {ended}".rstrip() if now.state == "exited" else f"it is {now.state} {ended}".rstrip()
