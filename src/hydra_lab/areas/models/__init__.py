"""Models: what the lab's model servers have, what is loaded where, and changing it without losing a request.

One thread asks every server; what changed is journaled as `models.*`. Loads, switches and fetches are work with a way
back. Needs a `ModelBackend`.
"""

from pathlib import Path

from hydra_lab.areas.models import operations
from hydra_lab.areas.models.feeds import CONTRIBUTIONS
from hydra_lab.areas.models.migrations import MIGRATIONS
from hydra_lab.areas.models.pages import PAGES
from hydra_lab.areas.models.steering import operations as steering
from hydra_lab.kernel.area import Area

AREA = Area(
    name="models",
    title="Models",
    operations=(operations, steering),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
