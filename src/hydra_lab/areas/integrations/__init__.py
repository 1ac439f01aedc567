"""Integrations: which outside systems Hydra knows, whether they answer, and setting them up.

What each one is stands in its own folder; the kernel's `integrations` package keeps their settings and probes them.
"""

from pathlib import Path

from hydra_lab.areas.integrations import feeds, operations, pages
from hydra_lab.kernel.area import Area

AREA = Area(
    name="integrations",
    title="Integrations",
    operations=(operations,),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
    contributions=feeds.CONTRIBUTIONS,
)
