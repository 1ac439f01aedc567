"""Settings: what is set about this Hydra, where each value came from, and changing those that may change."""

from pathlib import Path

from hydra_lab.areas.settings import feeds, operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="settings",
    title="Settings",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
    contributions=feeds.CONTRIBUTIONS,
)
