"""Settings: what is set about this Hydra, where each value came from, and changing those that may change."""

from hydra_lab.areas.settings import feeds, operations
from hydra_lab.kernel.area import Area

AREA = Area(name="settings", title="Settings", operations=(operations,), contributions=feeds.CONTRIBUTIONS)
