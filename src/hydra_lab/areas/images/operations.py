"""See what containers take on the disk, remove what nobody needs, and say what must always stay."""

from datetime import timedelta

from pydantic import Field

from hydra_lab.areas.images import measuring, store, work
from hydra_lab.areas.images.model import Cleanup, Rules, Usage
from hydra_lab.areas.images.views import usage as usage_of
from hydra_lab.kernel.capabilities.containers import placed, reaching
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, Nothing, operation

HOST = ("image_host",)
DELETES = "deletes data"


class UsageWanted(Input):
    """Whether to measure."""

    node: str = Field(
        default="", max_length=63, description="The node whose Docker is meant; left out, the one set here"
    )
    measure: bool = Field(default=True, description="Measure now; otherwise what was measured last, if anything was")


class ToClean(Input):
    """What to clean up, and whether to do it."""

    node: str = Field(
        default="", max_length=63, description="The node whose Docker is meant; left out, the one set here"
    )
    dry_run: bool = Field(default=True, description="Only show what would go and what would stay")
    older_than_days: float | None = Field(
        default=None, ge=0, le=3650, description="Days without use before something may go, in place of the rules'"
    )
    build_cache: bool = Field(default=True, description="Build cache too")
    volumes: bool = Field(
        default=False, description="Volumes too, but only those that nobody named and no container refers to"
    )


@operation("images.usage", effect=Effect.READ, needs=HOST)
def usage(ctx: Context, input: UsageWanted) -> Usage:
    """Show what images, containers, volumes and build cache take, when each was used last, and who refers to it."""
    with ctx.read() as connection:
        last = None if input.measure else store.last_measured(connection, input.node)
    stored, at = last or measuring.measure(ctx, input.node, tell=False)
    return usage_of(measuring.known(ctx, stored, at, input.node)[0])


@operation("images.cleanup", effect=Effect.DANGER, needs=HOST, shows=True,
           common=True, durable=Durable(attempts=3, timeout=timedelta(hours=2)))  # fmt: skip
def cleanup(ctx: Context, input: ToClean) -> Cleanup:
    """Clean up images, build cache and volumes that nobody needs, after showing them.

    It is a dry run unless `dry_run: false` is said. What a container refers to stays, even one that does not run, and
    so does what a container may have to go back to, what a compose file names, what has the label `hydra.keep`, what
    your rules keep and what is too new. The disk's use is measured by the host before and after; one thing that cannot
    be removed does not stop the others.
    """
    wanted = (input.older_than_days, input.volumes, input.build_cache, input.node)
    with reaching(placed("", input.node), HOST[0]):
        plan = ctx.step("look", work.look, ctx, *wanted)
        if input.dry_run or not plan.goes:
            return work.told(plan).model_copy(update={"dry_run": input.dry_run})
        volumes = any(one.kind == "volume" for one in plan.goes)
        ctx.ask(work.preview(plan), floor=DELETES if volumes else None)
        return work.carry_out(ctx, plan, ctx.step("look again", work.look, ctx, *wanted))


@operation("images.rules", effect=Effect.READ)
def rules(ctx: Context, input: Nothing) -> Rules:
    """Show what is never removed, and how long something must be unused before it may be."""
    with ctx.read() as connection:
        return store.the_rules(connection)


@operation("images.set_rules", effect=Effect.WRITE, path="PUT /images/rules", scope="admin", queueable=False)
def set_rules(ctx: Context, input: Rules) -> Rules:
    """Say which images are never removed, and how long something must be unused before it may be."""
    with ctx.begin() as connection:
        store.put_rules(connection, input)
        ctx.emit(connection, "images.rules_set", data=input.model_dump(mode="json"))
    return input
