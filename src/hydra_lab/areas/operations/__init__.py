"""Operations: the list of everything this Hydra can do, from which commands, tools and forms are made."""

from hydra_lab.areas.operations import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="operations", title="Operations", operations=(operations,))
