"""Triggers: rules that start work when something happens.

A trigger waits for entries of the journal, whoever wrote them: a hook that was called, a disk that runs full, work that
failed. What it starts is work like any other: judged by policy, shown with its cause, undone by nobody's crash.
"""

from pathlib import Path

from hydra_lab.areas.triggers import composing, operations, pages, starters
from hydra_lab.areas.triggers.feeds import CONTRIBUTIONS
from hydra_lab.areas.triggers.migrations import MIGRATIONS
from hydra_lab.kernel.area import Area

AREA = Area(
    name="triggers",
    title="Triggers",
    operations=(operations, starters, composing),
    pages=pages.PAGES,
    templates=str(Path(__file__).parent / "templates"),
    contributions=CONTRIBUTIONS,
    migrations=MIGRATIONS,
)
