"""Images: what containers take on the disk, who refers to it, and removing what nobody needs.

Which image each container ran from is kept from `containers.*`, so that what was used last, and what a container may
have to go back to, is known beyond what the host tells. Needs an `ImageHost`.
"""

from pathlib import Path

from hydra_lab.areas.images import operations
from hydra_lab.areas.images.feeds import CONTRIBUTIONS
from hydra_lab.areas.images.migrations import MIGRATIONS
from hydra_lab.areas.images.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="images",
    title="Images",
    operations=(operations,),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
