"""What is kept of reconciling, on both kinds of database."""

from collections.abc import Callable

from hydra_lab.areas.reconcile import AREA, store
from hydra_lab.areas.reconcile.model import Bad, Came, Ran, Revision
from tests.lab import NOON, Lab


def test_revisions_runs_and_what_did_not_work_come_back_as_they_were(
    make_lab: Callable[..., Lab], database_url: str
) -> None:
    with make_lab(areas=(AREA,), database_url=database_url).services.database.begin() as connection:
        assert (store.last_number(connection), store.revision(connection, 1)) == (0, None)
        for number in (1, 2):
            one = Revision(number=number, at=NOON, author="person:owner", note=None, diff="+ web")
            store.add_revision(connection, one, "sealed", f"digest {number}")
        assert store.last_number(connection) == 2
        assert store.revision(connection, 2) == (one, "sealed", "digest 2")
        assert [each.number for each in store.all_revisions(connection, 1)] == [2]
        came = Came(kind="container", name="web", what="recreate", became="rolled back", detail="it has ended")
        ran = Ran(id="a", at=NOON, revision=2, author="person:owner", item="a", outcome="rolled back", done=[came])
        for _ in range(2):
            store.put_run(connection, ran)
        assert store.all_runs(connection, 9) == [ran]
        bad = Bad(name="web", digest="d", revision=2, at=NOON, why="it has ended")
        for _ in range(2):
            store.put_bad(connection, bad)
        assert store.all_bad(connection) == [bad]
        store.forget_bad(connection, "web", "d")
        assert store.all_bad(connection) == []
        assert store.watched(connection) == ({}, {})
        for on in (True, False):
            store.put_watched(connection, {"on": on}, {"drift": ""})
        assert store.watched(connection) == ({"on": False}, {"drift": ""})
