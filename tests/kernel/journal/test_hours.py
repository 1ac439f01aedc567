"""The journal by the hour, as the activity page draws it."""

from collections.abc import Callable
from datetime import timedelta

from hydra_lab.kernel.journal import store
from tests.lab import NOON, OWNER, Lab


def test_each_hour_counts_its_own_entries_and_its_failures(make_lab: Callable[..., Lab], database_url: str) -> None:
    lab = make_lab(database_url=database_url)
    for hours, name in (
        (-0.1, "items.failed"),
        (0, "items.done"),
        (0.99, "items.failed"),
        (1, "items.failed"),
        (5, "x"),
    ):
        with lab.services.database.begin() as connection:
            row = lab.services.journal.row(name, actor=OWNER) | {"at": NOON + timedelta(hours=hours)}
            lab.services.journal.write_many(connection, [row])
    with lab.services.database.read() as connection:
        assert store.by_hour(connection, NOON, "items.failed") == {0: (2, 1), 1: (1, 1), 5: (1, 0)}
