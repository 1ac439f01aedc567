"""HTTP: calling addresses of hosts that the owner allowed, and no others."""

from hydra_lab.areas.http import operations
from hydra_lab.areas.http.feeds import CONTRIBUTIONS
from hydra_lab.kernel.area import Area

AREA = Area(name="http", title="HTTP", operations=(operations,), contributions=CONTRIBUTIONS)
