"""The cache: questions that were answered before are answered again without asking a model, where that is wanted."""

from pathlib import Path

from hydra_lab.areas.cache import operations
from hydra_lab.areas.cache.feeds import CONTRIBUTIONS
from hydra_lab.areas.cache.migrations import MIGRATIONS
from hydra_lab.areas.cache.pages import PAGES
from hydra_lab.areas.cache.traffic import operations as traffic
from hydra_lab.kernel.area import Area

AREA = Area(
    name="cache",
    title="Cache",
    operations=(operations, traffic),
    pages=PAGES,
    templates=str(Path(__file__).parent / "templates"),
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
)
