"""Hooks: addresses that other systems call when something happens there.

A hook only journals what came (`hooks.received`). What follows from it is for triggers to say, and for policy to allow.
"""

from hydra_lab.areas.hooks import operations
from hydra_lab.areas.hooks.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(name="hooks", title="Hooks", operations=(operations,), migrations=MIGRATIONS)
