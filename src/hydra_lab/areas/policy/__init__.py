"""Policy: the rules that say what may happen alone, what asks a person and what never happens.

The rules themselves are the kernel's (`kernel/policy`); here they are shown, tried out and changed.
"""

from hydra_lab.areas.policy import feeds, operations
from hydra_lab.kernel.area import Area

AREA = Area(name="policy", title="Policy", operations=(operations,), contributions=feeds.CONTRIBUTIONS)
