"""Schedules: recurring work by cron lines, with pause, run now, and what each did last."""

from hydra_lab.areas.schedules import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="schedules", title="Schedules", operations=(operations,))
