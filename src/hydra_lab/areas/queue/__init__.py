"""The queue: everything Hydra has to do, does and did.

Work is added, shown, explained (`why`), paused, retried, approved and cancelled here; the kernel's `work` package holds
the rules.
"""

from pathlib import Path

from hydra_lab.areas.queue import operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="queue",
    title="Queue",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
)
