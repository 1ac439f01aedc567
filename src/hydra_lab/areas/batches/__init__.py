"""Batches: questions to models as work, one or thousands, each answer kept when it comes.

OpenAI's files and batches are spoken, so that its clients and scripts work as they are.
"""

from pathlib import Path

from hydra_lab.areas.batches import endpoints, looking, operations, starting
from hydra_lab.areas.batches.feeds import CONTRIBUTIONS
from hydra_lab.areas.batches.files import endpoints as files
from hydra_lab.areas.batches.migrations import MIGRATIONS
from hydra_lab.areas.batches.pages import PAGES
from hydra_lab.kernel.area import Area

AREA = Area(
    name="batches",
    title="Batches",
    operations=(operations, looking, starting, endpoints, files),
    pages=PAGES,
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
    templates=str(Path(__file__).parent / "templates"),
)
