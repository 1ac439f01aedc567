"""Health: every check that any part of Hydra offers, with what it saw and what to do about it."""

from hydra_lab.areas.health import operations
from hydra_lab.areas.health.feeds import CHECKS
from hydra_lab.kernel.area import Area

AREA = Area(name="health", title="Health", operations=(operations,), contributions=CHECKS)
