"""Notifications: telling people something outside Hydra, through whatever integration can.

Verbs here need a `Notifier`; while none is configured, work that wants to tell something waits for one.
"""

from hydra_lab.areas.notifications import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="notifications", title="Notifications", operations=(operations,))
