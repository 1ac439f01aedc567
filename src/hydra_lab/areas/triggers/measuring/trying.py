"""What a trigger's measurement is now, and what it would start; nothing is started or kept."""

from hydra_lab.areas.triggers.firing import as_told, work_of
from hydra_lab.areas.triggers.matching import is_for
from hydra_lab.areas.triggers.measuring import store as looks
from hydra_lab.areas.triggers.measuring.asking import asked, reason
from hydra_lab.areas.triggers.measuring.judging import event_data, judged
from hydra_lab.areas.triggers.measuring.model import MEASURED, Measured, Metric, SeriesSeen
from hydra_lab.areas.triggers.model import Outcome, Trial, Tried, Trigger
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.secrets.sealed import shown

MOST = 50


def trial(ctx: Context, id: str, trigger: Trigger, metric: Metric) -> Trial:
    """Ask now, and show what each series beyond the limit would start."""
    with ctx.read() as connection:
        before = looks.of(connection, id)
    try:
        found = judged(metric, before, asked(ctx, metric.query), ctx.clock.now())
    except HydraError as error:
        known = before or Measured()
        return Trial(looked_at=0, fitting=[], measured=known.model_copy(update={"problem": reason(error)}))
    beyond = [one for one in found.series if one.since]
    tried = [of_series(ctx, id, trigger, metric, one) for one in beyond[:MOST]]
    return Trial(looked_at=0, fitting=[one for one in tried if one], measured=found)


def of_series(ctx: Context, id: str, trigger: Trigger, metric: Metric, one: SeriesSeen) -> Tried | None:
    """What one series beyond the limit would start; ``None`` for one that other conditions leave out."""
    event = Event(
        id=0, at=ctx.clock.now(), name=MEASURED, actor=HYDRA.kind, actor_name=HYDRA.name, subject=id,
        data=event_data(metric, one),
    )  # fmt: skip
    if not is_for(id, trigger.when, event):
        return None
    subject = ", ".join(f"{name}={value}" for name, value in one.labels.items()) or None
    try:
        new = work_of(id, trigger, event)
        ctx.services.gate.parse(ctx.services.registry.operation(trigger.start.operation), new.input)
    except HydraError as error:
        return Tried(name=MEASURED, subject=subject, outcome="refused", detail=as_told(error))
    outcome: Outcome = "known" if one.told else "would start"
    return Tried(name=MEASURED, subject=subject, outcome=outcome, input=shown(new.input), detail=new.title)
