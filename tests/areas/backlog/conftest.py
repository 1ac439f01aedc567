"""A small Hydra that takes backlogs in; nothing in it runs by itself."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from hydra_lab.areas.backlog import AREA
from hydra_lab.kernel.area import Area
from hydra_lab.kernel.work import Item, Work
from hydra_lab.kernel.work.migrations import MIGRATIONS
from hydra_lab.kernel.work.tables import items
from tests.areas.backlog import later, verbs
from tests.lab import Lab

VERBS = Area(name="verbs", title="Verbs", operations=(verbs,))
LATER = Area(name="later", title="Later", operations=(later,))


class BacklogLab(Lab):
    """A lab with a queue that adds and shows work."""

    def __init__(self, data_dir: Path, *areas: Area, **options: Any) -> None:
        super().__init__(data_dir, areas=(AREA, VERBS, *areas), rooms={"work": MIGRATIONS}, **options)
        self.services.work = Work(self.services)

    def take(self, text: str, name: str = "lab") -> Any:
        """Import a document."""
        return self.call("backlog.import", text=text, name=name)

    def item(self, section: str, name: str = "lab") -> Item:
        """The work item an entry is now."""
        shown = self.call("backlog.show", name=name, limit=2000)
        return self.by_id(next(one.item for one in shown.entries if one.key == section))

    def by_id(self, id: str) -> Item:
        """A work item."""
        return self.services.work.get(id)

    def items(self) -> list[Item]:
        """All work there is."""
        return self.services.work.page(limit=500)[0]

    def set(self, id: str, **values: Any) -> None:
        """Have something happen to an item."""
        with self.services.database.begin() as connection:
            connection.execute(items.update().where(items.c.id == id).values(**values))


@pytest.fixture
def make_lab(data_dir: Path) -> Iterator[Callable[..., BacklogLab]]:
    """Make labs on the test's data directory, closed after the test."""
    with ExitStack() as stack:

        def make(*areas: Area, **options: Any) -> BacklogLab:
            one = BacklogLab(data_dir, *areas, **options)
            stack.callback(one.close)
            return one

        yield make


@pytest.fixture
def lab(make_lab: Callable[..., BacklogLab], database_url: str) -> BacklogLab:
    """A small Hydra, on each kind of database."""
    return make_lab(database_url=database_url)
