"""Sessions: which browsers are signed in, by what way and from where, and signing them out."""

from hydra_lab.areas.sessions import operations
from hydra_lab.areas.sessions.feeds import CONTRIBUTIONS
from hydra_lab.kernel.area import Area

AREA = Area(name="sessions", title="Sessions", operations=(operations,), contributions=CONTRIBUTIONS)
