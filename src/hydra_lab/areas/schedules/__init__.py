"""Schedules: recurring work by cron lines, with pause, run now, and what each did last."""

from pathlib import Path

from hydra_lab.areas.schedules import operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="schedules",
    title="Schedules",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
)
