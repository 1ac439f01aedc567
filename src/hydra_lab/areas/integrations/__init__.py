"""Integrations: which outside systems Hydra knows, whether they answer, and setting them up.

What each one is stands in its own folder; the kernel's `integrations` package keeps their settings and probes them.
"""

from hydra_lab.areas.integrations import feeds, operations
from hydra_lab.kernel.area import Area

AREA = Area(name="integrations", title="Integrations", operations=(operations,), contributions=feeds.CONTRIBUTIONS)
