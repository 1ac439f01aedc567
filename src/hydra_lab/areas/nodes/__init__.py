"""Nodes: the lab's machines and their graphics cards, how they are now and were over the last hours.

One thread looks at all of them; what changed for good is journaled as `nodes.*` and `gpus.*`, and listeners are told of
measurements that moved. Figures come from a `MetricsSource` where it has them, else from the nodes themselves.
"""

from pathlib import Path

from hydra_lab.areas.nodes import gpu_operations, operations
from hydra_lab.areas.nodes.feeds import CONTRIBUTIONS
from hydra_lab.areas.nodes.migrations import MIGRATIONS
from hydra_lab.areas.nodes.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="nodes",
    title="Nodes",
    operations=(operations, gpu_operations),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
