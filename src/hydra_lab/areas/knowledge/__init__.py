"""Knowledge: looking after folders of notes without touching them."""

from hydra_lab.areas.knowledge import operations
from hydra_lab.kernel.area import Area

AREA = Area(name="knowledge", title="Knowledge", operations=(operations,))
