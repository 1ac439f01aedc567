"""Presence: whether anybody is at home, awake or away for long, and what that changes in the lab.

Sources are followed (`PresenceSource`), rules make a state of what they tell, and a state sets the power limits of
graphics cards (`GpuHost`) and opens or closes heavy lanes. What is not known is never taken for “away”.
"""

from pathlib import Path

from hydra_lab.areas.presence import operations, setting
from hydra_lab.areas.presence.eco import applying, using
from hydra_lab.areas.presence.feeds import CONTRIBUTIONS
from hydra_lab.areas.presence.migrations import MIGRATIONS
from hydra_lab.areas.presence.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="presence",
    title="Presence",
    operations=(operations, setting, applying, using),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
