"""Alerts: what fires in the lab, what is silenced and until when, and work that begins when an alert does.

Alerts and silences are kept by the system that gives them; here they are shown, foreseen and journaled.
"""

from hydra_lab.areas.alerts import operations, recurring, silences
from hydra_lab.areas.alerts.migrations import MIGRATIONS
from hydra_lab.areas.alerts.telling import BEATS
from hydra_lab.kernel.area import Area

AREA = Area(
    name="alerts",
    title="Alerts",
    operations=(operations, silences, recurring),
    contributions=BEATS,
    migrations=MIGRATIONS,
)
