"""Maintenance: Hydra keeps itself in order.

Verified backups with rotation, rehearsed restores, disks and when they fill, pruning, and health, by one operation
whose actions also run by themselves at night.
"""

from hydra_lab.areas.maintenance import operations
from hydra_lab.areas.maintenance.feeds import CONTRIBUTIONS
from hydra_lab.areas.maintenance.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(
    name="maintenance",
    title="Maintenance",
    operations=(operations,),
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
)
