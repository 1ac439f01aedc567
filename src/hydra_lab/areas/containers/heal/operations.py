"""Heal containers, see what was tried and what came of it, and say what holds for all of it."""

from datetime import timedelta

from pydantic import AwareDatetime, Field

from hydra_lab.areas.containers.heal import ladder, store
from hydra_lab.areas.containers.heal.model import Healing, HealthyImage, Remediation, figures
from hydra_lab.areas.containers.operations import HOST, ContainerId
from hydra_lab.kernel.capabilities.containers import reaching
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation


class ToHeal(ContainerId):
    """Which container, and what is wrong with it."""

    reason: str = Field(default="somebody asked", max_length=300)
    at: AwareDatetime | None = Field(default=None, description="When it became ill; now if left out")


class RemediationsWanted(Input):
    """Which attempts."""

    container: str | None = Field(default=None, max_length=128)
    limit: int = Field(default=50, ge=1, le=500)


class Remediations(Output):
    """Attempts to heal, newest first, and what they came to. Figures are unknown without an attempt that ended."""

    remediations: list[Remediation]
    success_rate: float | None = Field(description="Recovered, of all that were tried; from 0 to 1")
    recovery_s: float | None = Field(description="Median seconds from the event to proved recovery")
    rules: Healing


@operation("containers.heal", effect=Effect.WRITE, path="POST /containers/{id}/heal", needs=HOST, subject="id",
           durable=Durable(attempts=3, timeout=timedelta(hours=2)))  # fmt: skip
def heal(ctx: Context, input: ToHeal) -> Remediation:
    """Heal a container: restart it, make it anew, restart what it depends on, go back to an older image, or ask.

    Its `hydra.heal` labels say which of these are allowed, how often and when. It is healed when it was well without a
    break for as long as `hydra.heal.prove` says (30s).
    """
    with reaching(input.id):
        return ladder.heal(ctx, input.id, input.reason, input.at or ctx.clock.now())


@operation("containers.remediations", effect=Effect.READ, path="GET /containers/remediations")
def remediations(ctx: Context, input: RemediationsWanted) -> Remediations:
    """Show what was tried to heal containers, what was refused and why, and how often it worked."""
    with ctx.read() as connection:
        found = store.past(connection, container=input.container, limit=input.limit)
        rules = store.healing_rules(connection)
    rate, took = figures(found)
    return Remediations(remediations=found, success_rate=rate, recovery_s=took, rules=rules)


@operation("containers.heal_rules", effect=Effect.WRITE, path="PUT /containers/remediations", scope="admin",
           queueable=False)  # fmt: skip
def heal_rules(ctx: Context, input: Healing) -> Healing:
    """Say which containers are never touched, how much healing there may be at once, or only shadow it."""
    with ctx.begin() as connection:
        store.put_healing_rules(connection, input)
        ctx.emit(connection, "containers.heal_rules_set", data=input.model_dump(mode="json"))
    return input


class HealthyImages(Output):
    """Images with which containers were proved to be well, the last one first."""

    images: list[HealthyImage]


@operation("containers.healthy_images", effect=Effect.READ, path="GET /containers/healthy-images")
def healthy_images(ctx: Context) -> HealthyImages:
    """Show the images that healing may go back to: those with which containers were seen to be well."""
    with ctx.read() as connection:
        return HealthyImages(images=store.healthy_images(connection))
