"""Which configuration was applied last, on both kinds of database."""

from collections.abc import Callable

from hydra_lab.areas.changes import AREA, store
from tests.lab import NOON, Lab


def test_the_last_configuration_of_each_project_is_kept(make_lab: Callable[..., Lab], database_url: str) -> None:
    with make_lab(areas=(AREA,), database_url=database_url).services.database.begin() as connection:
        for config in ("first", "second"):
            store.put_applied(connection, "", "shop", config, NOON)
        store.put_applied(connection, "nas", "shop", "other", NOON)
        assert store.last_applied(connection, "", "shop") == "second"
        assert store.last_applied(connection, "nas", "shop") == "other"
        assert store.last_applied(connection, "", "none") is None
