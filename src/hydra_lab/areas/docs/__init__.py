"""Docs: references of APIs that say what changed, and a troubleshooting guide from real incidents."""

from hydra_lab.areas.docs import operations
from hydra_lab.areas.docs.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(name="docs", title="Docs", operations=(operations,), migrations=MIGRATIONS)
