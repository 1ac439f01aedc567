"""The inbox: what waits for a person, and what was decided."""

from pathlib import Path

from hydra_lab.areas.inbox import operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="inbox",
    title="Inbox",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
)
