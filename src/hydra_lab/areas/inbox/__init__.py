"""The inbox: what waits for a person, and what was decided."""

from hydra_lab.areas.inbox import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="inbox", title="Inbox", operations=(operations,))
