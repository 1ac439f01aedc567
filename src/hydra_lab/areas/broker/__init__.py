"""The broker of GPU memory: who holds what of which card, what may go when it is idle, and what goes for waiting work.

The ledger itself is the kernel's (`kernel/gpus`); whoever looks at cards and at model servers writes to it. This area
shows the accounts, keeps pins and rules of idleness, and has idle models unloaded as work: by rule, or for an item that
waits.
"""

from pathlib import Path

from hydra_lab.areas.broker import operations, rules
from hydra_lab.areas.broker.feeds import CONTRIBUTIONS
from hydra_lab.areas.broker.migrations import MIGRATIONS
from hydra_lab.areas.broker.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="broker",
    title="GPU memory",
    operations=(operations, rules),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
