"""Reading the journal by topic and name: each finds its own, newest first, also together with other conditions."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hydra_lab.kernel.journal import Filter, store
from tests.lab import NOON, OWNER, Lab

NAMES = ("items.done", "items.failed", "items_of.other", "http.called", "items.done", "rare.one", "items.failed")


@pytest.fixture
def lab(make_lab: Callable[..., Lab], database_url: str) -> Lab:
    """A journal with a few entries, a minute apart."""
    lab = make_lab(database_url=database_url)
    rows = [
        lab.services.journal.row(name, actor=OWNER, subject=f"{place}") | {"at": NOON + timedelta(minutes=place)}
        for place, name in enumerate(NAMES)
    ]
    with lab.services.database.begin() as connection:
        lab.services.journal.write_many(connection, rows)
    return lab


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(topics=("items",)), "6410"),
        (Filter(topics=("rare",)), "5"),
        (Filter(topics=("none",)), ""),
        (Filter(topics=("rare", "http")), "53"),
        (Filter(names=("items.done",)), "40"),
        (Filter(names=("items.done",), topics=("rare",)), "540"),
        (Filter(topics=("items",), subject="4"), "4"),
        (Filter(topics=("items",), q="FAIL"), "61"),
        (Filter(topics=("items",), since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=6)), "41"),
    ],
)
def test_what_fits_is_found_counted_and_paged(lab: Lab, wanted: Filter, found: str) -> None:
    with lab.services.database.read() as connection:
        page = store.page(connection, wanted, before=None, limit=10)
        assert "".join(one.subject or "" for one in page) == found
        assert store.count(connection, wanted) == len(found)
        rest = store.page(connection, wanted, before=page[0].id, limit=2) if page else []
        assert "".join(one.subject or "" for one in rest) == found[1:3]
