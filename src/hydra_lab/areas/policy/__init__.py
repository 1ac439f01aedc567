"""Policy: the rules that say what may happen alone, what asks a person and what never happens.

The rules themselves are the kernel's (`kernel/policy`); here they are shown, tried out and changed.
"""

from pathlib import Path

from hydra_lab.areas.policy import feeds, operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="policy",
    title="Policy",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
    contributions=feeds.CONTRIBUTIONS,
)
