"""The queue: everything Hydra has to do, does and did.

Work is added, shown, explained (`why`), paused, retried, approved and cancelled here; the kernel's `work` package holds
the rules.
"""

from hydra_lab.areas.queue import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="queue", title="Queue", operations=(operations,))
