"""Control: how much Hydra may do alone, pausing tiers, lanes or everything, and the emergency stop."""

from hydra_lab.areas.control import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="control", title="Control", operations=(operations,))
