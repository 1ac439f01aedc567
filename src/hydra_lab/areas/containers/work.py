"""Starting, stopping and restarting a container, and seeing that it came to something."""

import time
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from hydra_lab.areas.containers.heal import store as healing
from hydra_lab.areas.containers.model import ContainerView, exit_words, masked, view
from hydra_lab.areas.containers.muting import Lease, Muted, quiet
from hydra_lab.areas.containers.probes.judging import Judge
from hydra_lab.kernel.capabilities import Container, ContainerHost
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict
from hydra_lab.kernel.journal import Filter
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.operation import Output

STEADY_S = 3.0  # how long a container must have run where nothing checks its health
POLL_S = 0.3
CLOCKS = timedelta(seconds=2)  # how far the host's clock and ours may be apart
FEW = 20
Act = Literal["start", "stop", "restart"]


class Acted(Output):
    """A container after something was done to it, and how that was seen."""

    container: ContainerView
    outcome: str
    took_s: float
    muted: Muted | None = Field(default=None, description="Which alerts were kept quiet meanwhile")


def act(ctx: Context, id: str, what: Act, wait_s: float) -> Acted:
    """Do it, and wait until it is seen to have worked. While it is restarted its alerts are kept quiet."""
    begun = ctx.clock.now()
    before = ctx.step("look", look, ctx, id)
    if what != "restart":
        return done(ctx, before, what, wait_s, begun)
    with quiet(ctx, [before], f"Hydra restarts {before.name}.", mute_by(ctx)) as lease:
        ended = done(ctx, before, what, wait_s, begun)
    return ended.model_copy(update={"muted": ctx.step("what was muted", reported, lease)})


def done(ctx: Context, before: Container, what: Act, wait_s: float, begun: datetime) -> Acted:
    """The steps of it."""
    ctx.step(what, do, ctx, before, what)
    ctx.progress(0.5, "waiting until it has stopped" if what == "stop" else "waiting until it is well")
    outcome = ctx.step("verify", verify, ctx, before.id, what, wait_s)
    after = ctx.step("look after", look, ctx, before.id)
    return Acted(container=view(after), outcome=outcome, took_s=round((ctx.clock.now() - begun).total_seconds(), 1))


def reported(lease: Lease) -> Muted:
    """What was muted."""
    return lease.report()


def mute_by(ctx: Context) -> list[str]:
    """The labels in which alerts have a container's name."""
    with ctx.read() as connection:
        return healing.healing_rules(connection).mute_by


def look(ctx: Context, id: str) -> Container:
    """The container now."""
    return ctx.capability(ContainerHost).container(id)


def do(ctx: Context, before: Container, what: Act) -> None:
    """Do it, unless it has been done since ``before``: after a crash nothing is restarted twice."""
    host = ctx.capability(ContainerHost)
    match what:
        case "start":
            host.start(before.id)
        case "stop":
            host.stop(before.id)
        case "restart":
            if host.container(before.id).started_at == before.started_at:
                host.restart(before.id)
            else:
                up_again(ctx, before.id)


def up_again(ctx: Context, id: str) -> None:
    """Start a container that has ended since it was started here, if its host was lost meanwhile: a daemon that comes
    back ends what it finds, with whatever exit code."""
    host = ctx.capability(ContainerHost)
    now = host.container(id)
    if now.state != "exited" or now.started_at is None:
        return
    lost = Filter(names=("containers.lost",), subject=now.node or None, since=now.started_at - CLOCKS)
    with ctx.read() as connection:
        found = journal.page(connection, lost, before=None, limit=FEW)
    if any((one.subject or "") == now.node for one in found):
        ctx.log(f"{now.name} ended when its host was lost; it is started again.", "warning")
        host.start(id)


def verify(ctx: Context, id: str, what: Act, wait_s: float) -> str:
    """Wait until the container is as it was wanted. Raises ``Conflict`` with what it is instead."""
    if what != "stop":
        up_again(ctx, id)
    deadline, since = time.monotonic() + wait_s, time.monotonic()
    judge = Judge(ctx, ctx.capability(ContainerHost).container(id))
    while True:
        ctx.check_cancelled()
        now = judge.look(id)
        outcome = seen(now, what, time.monotonic() - since)
        if outcome:
            return outcome
        if not now.running:
            since = time.monotonic()
        if time.monotonic() > deadline or (what != "stop" and now.state == "exited"):
            raise Conflict(
                f"{now.name} {told(now)}.", container=now.name, exit_code=now.exit_code, health=now.health,
                fix="What it wrote last tells why: `hydra containers logs " + now.name + "`.",
            )  # fmt: skip
        time.sleep(POLL_S)


def seen(now: Container, what: Act, steady_s: float) -> str | None:
    """What was seen when it is as it was wanted; ``None`` while it is not."""
    if what == "stop":
        return "stopped" if not now.running and now.state not in ("restarting", "removing") else None
    if now.running and now.health == "healthy":
        return "running and healthy"
    if now.running and now.health is None and steady_s >= STEADY_S:
        return f"running for {STEADY_S:.0f} s; nothing checks its health"
    if now.state == "exited" and now.exit_code == 0 and now.restart_policy in (None, "no"):
        return "ran to its end, with exit code 0"
    return None


def told(now: Container) -> str:
    """How a container is, as the end of a sentence."""
    if now.running:
        said = f": {masked(now.check).rstrip('.')}" if now.check and now.health == "unhealthy" else ""
        return f"runs but is {now.health}{said}" if now.health else "has not run for long enough"
    killed = ", killed because memory ran out" if now.oom_killed else ""
    if now.error and now.state == "created":
        return f"could not be started: {now.error.rstrip('.')}"
    if now.exit_code is None:
        return f"is {now.state}"
    how = "has ended" if now.state == "exited" else f"is {now.state}, ended"
    return f"{how} with {exit_words(now.exit_code, oom_killed=now.oom_killed)}{killed}"
