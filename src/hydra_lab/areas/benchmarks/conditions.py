"""Under which conditions a run is made: the machine, its cards, and how busy it is. What nobody knows is null."""

from typing import Any

import psutil

from hydra_lab import __version__
from hydra_lab.areas.benchmarks.model import Load, Stamp
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import SuiteTarget
from hydra_lab.kernel.errors import HydraError

LOOK_S = 0.5  # so that a single busy moment is not taken for load
HERE = "this machine"


def stamp(ctx: Context, target: SuiteTarget) -> Stamp:
    """What the figures of a target depend on."""
    found: Stamp = {"hydra": __version__, "machine": target.node, **target.stamp}
    if is_here(ctx, target):
        found["cores"] = psutil.cpu_count()
    if target.uses_gpu:
        cards = cards_of(ctx, target)
        found["gpu"] = joined([one.name for one in cards])
        found["driver"] = joined(sorted({one.driver for one in cards if one.driver}))
        found["power_limit_w"] = joined(
            [one.power_limit_w and f"{one.power_limit_w.value:g}" for one in cards if one.current]
        )
    return found


def load_before(ctx: Context, target: SuiteTarget) -> Load:
    """How busy the target's machine is before a run."""
    uses = [one.utilisation_percent for one in cards_of(ctx, target) if one.current] if target.uses_gpu else []
    used, source = processor(ctx, target)
    gpu = max((one.value for one in uses if one), default=None)
    return Load(before=used, gpu_before=gpu, source=source)


def load_after(ctx: Context, target: SuiteTarget, before: Load) -> Load:
    """The load with what it is after the run. A card cools down slowly, so only the processor is looked at again."""
    return before.model_copy(update={"after": processor(ctx, target)[0]})


def processor(ctx: Context, target: SuiteTarget) -> tuple[float | None, str | None]:
    """How much of the processor is in use now, in percent, and who says so."""
    if is_here(ctx, target):
        return psutil.cpu_percent(interval=LOOK_S), HERE
    seen = asked(ctx, "nodes.show", name=target.node) if target.node else None
    used = seen.cpu_percent if seen and seen.state in ("up", "partly") else None
    return (used.value, used.source) if used else (None, None)


def is_here(ctx: Context, target: SuiteTarget) -> bool:
    """Whether the target is on the machine that Hydra runs on."""
    machine = ctx.services.settings.current.nodes.get(target.node or "")
    return target.node == HERE or (machine is not None and machine.is_local)


def cards_of(ctx: Context, target: SuiteTarget) -> list[Any]:
    """The cards that a target uses, as the nodes tell of them; empty where its owner did not say which."""
    found = asked(ctx, "gpus.list", node=target.node) if target.node else None
    return [one for one in (found.gpus if found else []) if not target.gpus or one.index in target.gpus]


def asked(ctx: Context, operation: str, **input: Any) -> Any:
    """What another room tells; ``None`` where there is no such room or it does not know."""
    try:
        return ctx.call(operation, **input)
    except HydraError:
        return None


def joined(values: list[Any]) -> str | None:
    """Values as one, ``None`` unless every one of them is known."""
    return ", ".join(map(str, values)) if values and all(values) else None
