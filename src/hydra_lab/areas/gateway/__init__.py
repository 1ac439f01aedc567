"""The gateway: one address for every model of the lab, in OpenAI's interface, with fair waiting and fail-over."""

from hydra_lab.areas.gateway import endpoints, operations
from hydra_lab.areas.gateway.feeds import CONTRIBUTIONS
from hydra_lab.areas.gateway.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(
    name="gateway",
    title="Gateway",
    operations=(endpoints, operations),
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
)
