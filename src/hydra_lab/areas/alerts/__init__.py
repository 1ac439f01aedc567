"""Alerts: what fires in the lab, what is silenced and until when, and work that begins when an alert does.

Alerts and silences are kept by the system that gives them; here they are shown, foreseen and journaled.
"""

from pathlib import Path

from hydra_lab.areas.alerts import operations, pages, recurring, silences
from hydra_lab.areas.alerts.migrations import MIGRATIONS
from hydra_lab.areas.alerts.telling import BEATS, TILES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="alerts",
    title="Alerts",
    operations=(operations, silences, recurring),
    pages=pages.PAGES,
    contributions=(*BEATS, *TILES),
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
