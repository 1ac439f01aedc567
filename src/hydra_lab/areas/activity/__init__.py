"""Activity: everything that changed, who or what did it and why, as pages of the journal and as a live stream."""

from pathlib import Path

from hydra_lab.areas.activity import operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="activity",
    title="Activity",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
)
