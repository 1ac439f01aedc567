"""n8n: how robust its workflows are, making them more so with a way back, and repeating runs that failed."""

from pathlib import Path

from hydra_lab.areas.n8n import operations, pages
from hydra_lab.areas.n8n.failures import BEATS
from hydra_lab.areas.n8n.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(
    name="n8n",
    title="n8n",
    operations=(operations,),
    pages=pages.PAGES,
    contributions=BEATS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
