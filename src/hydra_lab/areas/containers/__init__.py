"""Containers: what runs in the lab, how it is, what it wrote, and what happens to it.

What happens is followed by one thread and journaled as `containers.*`, for the event stream, triggers and
notifications. Needs a `ContainerHost`.
"""

from pathlib import Path

from hydra_lab.areas.containers import operations
from hydra_lab.areas.containers.feeds import CONTRIBUTIONS
from hydra_lab.areas.containers.heal import operations as healing
from hydra_lab.areas.containers.migrations import MIGRATIONS
from hydra_lab.areas.containers.pages import PAGES
from hydra_lab.areas.containers.probes import operations as probing
from hydra_lab.kernel.area import Area

AREA = Area(
    name="containers",
    title="Containers",
    operations=(operations, healing, probing),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
