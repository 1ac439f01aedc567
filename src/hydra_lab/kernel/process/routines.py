"""Recurring work that is on by default, kept as schedules that a person can see and pause."""

import structlog

from hydra_lab.kernel.contributions import Routine
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.schedules.model import Schedule

log = structlog.get_logger()


def keep_routines(services: Services) -> None:
    """Make the schedules of all routines say what the settings say; a person's pause stays.

    One that needs an outside system begins when that is configured.
    """
    kept = {one.id: one for one in services.work.schedules.all()}
    for routine in services.registry.contributions(Routine):
        try:
            keep(services, routine, kept.get(routine.id))
        except HydraError as error:
            log.warning("routine.refused", routine=routine.id, error=error.detail)


def keep(services: Services, routine: Routine, schedule: Schedule | None) -> None:
    """One routine's schedule: made, changed or removed as needed."""
    settings = services.settings.current
    cron = routine.cron(settings)
    if cron == "off":
        if schedule:
            services.work.schedules.remove(routine.id, HYDRA)
        return
    verb = services.registry.operation(routine.operation)
    if schedule is None and not all(services.integrations.configured(one) for one in verb.needs):
        return  # it would do nothing but wait
    wanted = (cron, settings.time_zone, routine.operation, routine.input)
    if schedule and (schedule.cron, schedule.time_zone, schedule.operation, schedule.input) == wanted:
        return
    services.work.schedules.create(
        id=routine.id, title=routine.title, verb=verb, input=routine.input, cron=cron, actor=HYDRA, keep=schedule
    )
