"""What is kept of images, on both kinds of database."""

from collections.abc import Callable
from datetime import timedelta

from hydra_lab.areas.images import AREA, store
from hydra_lab.areas.images.model import Rules, Run
from hydra_lab.kernel.capabilities import CachePiece, Sizes, Stored, StoredContainer, StoredImage
from tests.lab import NOON, Lab

STORED = Stored(
    sizes=Sizes(images=5, volumes=None), images=(StoredImage(id="sha256:1", names=("a:1",), came_at=NOON),),
    containers=(StoredContainer(id="c", name="web", image="a:1", image_id="sha256:1", state="running"),),
    build_cache=(CachePiece(id="p", what="RUN", built_on=("q",)),),
)  # fmt: skip


def test_measurements_rules_and_runs_come_back_as_they_were(make_lab: Callable[..., Lab], database_url: str) -> None:
    with make_lab(areas=(AREA,), database_url=database_url).services.database.begin() as connection:
        assert (store.last_measured(connection), store.the_rules(connection)) == (None, Rules())
        for at in (NOON, NOON + timedelta(hours=1)):
            store.put_measured(connection, STORED, at)
        assert store.last_measured(connection) == (STORED, NOON + timedelta(hours=1))
        store.put_rules(connection, Rules(keep=["a"], unused_days=2))
        assert store.the_rules(connection) == Rules(keep=["a"], unused_days=2)
        store.note_run(connection, "web", "sha256:1", NOON, well=True)
        store.note_run(connection, "web", "sha256:1", NOON - timedelta(days=1))
        store.note_run(connection, "job", "a:1", NOON - timedelta(days=9))
        assert store.all_runs(connection)[0] == Run(container="web", ref="sha256:1", last_at=NOON, well_at=NOON)
        store.forget_runs(connection, NOON - timedelta(days=2))
        assert [one.container for one in store.all_runs(connection)] == ["web"]
