"""State: STATE.json, the document other programs and people read to know how Hydra is and what it did.

It is a projection of what is measured, brought up to date after each item that ends, at most once a second.
"""

from hydra_lab.areas.state import operations
from hydra_lab.areas.state.feeds import CONTRIBUTIONS
from hydra_lab.areas.state.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(name="state", title="State", operations=(operations,), contributions=CONTRIBUTIONS, migrations=MIGRATIONS)
