"""The gateway: one address for every model of the lab, in OpenAI's interface, with fair waiting and fail-over."""

from pathlib import Path

from hydra_lab.areas.gateway import endpoints, operations, trying
from hydra_lab.areas.gateway.feeds import CONTRIBUTIONS
from hydra_lab.areas.gateway.migrations import MIGRATIONS
from hydra_lab.areas.gateway.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="gateway",
    title="Gateway",
    operations=(endpoints, operations, trying),
    pages=PAGES,
    templates=str(Path(__file__).parent / "templates"),
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
)
