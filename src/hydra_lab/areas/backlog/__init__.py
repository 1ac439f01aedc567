"""The backlog: the owner's document of what is to be done, read, planned, worked through and written back.

Each item becomes work as soon as it is known which operation does it. What the document blocks, what asks a person and
what no operation does yet is held with its reason, and looked at again at every start.
"""

from pathlib import Path

from hydra_lab.areas.backlog import operations, pages
from hydra_lab.areas.backlog.classifying import feeds
from hydra_lab.areas.backlog.classifying import operations as classifying
from hydra_lab.areas.backlog.intake.again import look_again
from hydra_lab.areas.backlog.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.contributions import Beat

AREA = Area(
    name="backlog",
    title="Backlog",
    operations=(operations, classifying),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
    contributions=(Beat(name="backlog.look_again", every_s=86_400, run=look_again), feeds.BEAT),
    migrations=MIGRATIONS,
)
