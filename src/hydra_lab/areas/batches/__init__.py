"""Batches: questions to models as work, one or thousands, each answer kept when it comes.

OpenAI's files and batches are spoken, so that its clients and scripts work as they are.
"""

from hydra_lab.areas.batches import operations
from hydra_lab.areas.batches.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(name="batches", title="Batches", operations=(operations,), migrations=MIGRATIONS)
