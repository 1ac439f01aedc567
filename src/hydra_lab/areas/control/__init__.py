"""Control: how much Hydra may do alone, pausing tiers, lanes or everything, and the emergency stop."""

from pathlib import Path

from hydra_lab.areas.control import operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="control",
    title="Control",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
)
