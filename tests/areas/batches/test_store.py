"""Batches and files in the database, on each kind of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hydra_lab.areas.batches import AREA, store
from hydra_lab.areas.batches.files import store as files
from hydra_lab.areas.batches.model import OF_ERRORS, Counts, Ended, Request, RequestState, Wrong
from hydra_lab.kernel.work.add import admit, insert
from hydra_lab.kernel.work.changes.store import delete_items
from hydra_lab.kernel.work.model import NewItem
from tests.lab import NOON, OWNER, Lab

ITEM = "01999999-0000-7000-8000-000000000001"
BODY = '{"model":"m"}'


@pytest.fixture
def lab(make_lab: Callable[..., Lab], database_url: str) -> Lab:
    """A small Hydra with one batch of five requests, the fourth of which is none."""
    lab = make_lab(areas=[AREA], database_url=database_url)
    new = NewItem(actor=OWNER, operation="inference.batch", input={"prompts": ["x"], "model": "m"})
    found: list[Request | Wrong] = [
        Request(number=number, custom_id=f"r{number}", url="/v1/chat/completions", model="m", body=BODY)
        for number in (1, 2, 3, 5)
    ]
    with lab.services.database.begin() as connection:
        insert(lab.services, connection, [admit(lab.services, connection, ITEM, new, set())])
        store.begin(connection, ITEM, NOON)
        store.add(connection, ITEM, [*found, Wrong(number=4, code="invalid_url", problem="url is wrong", param="url")])
        store.read(connection, ITEM, total=5, wrong=1)
    return lab


def answered(number: int, **more: int) -> Ended:
    """An answer."""
    return Ended(number=number, state=RequestState.DONE, status=200, answer='{"ok": "ä"}', excerpt="ä", **more)


def test_an_answer_is_kept_once_with_the_numbers(lab: Lab) -> None:
    first, second = answered(1, prompt_tokens=3, completion_tokens=4), answered(2)
    counts = Counts().plus(first).plus(second)
    with lab.services.database.begin() as connection:
        store.keep(connection, ITEM, [first, second], counts)
        late = Ended(number=1, state=RequestState.FAILED, error={"code": "late"})
        store.keep(connection, ITEM, [late], counts)
        assert store.counted(connection, ITEM) == counts
        assert counts == Counts(done=2, prompt_tokens=3, completion_tokens=4, uncounted=1)
        found = store.batch(connection, ITEM)
        assert found is not None
        assert found.counts == counts
        assert store.waiting(connection, ITEM, 0) == [3, 5]
        assert [one.answer for one in store.written(connection, ITEM, [RequestState.DONE], 1)] == ['{"ok": "ä"}']


def test_what_is_left_is_marked_and_nothing_is_kept_twice_at_the_end(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        store.keep(connection, ITEM, [answered(1)], Counts(done=1))
        store.stop(connection, ITEM, "expired", RequestState.EXPIRED, {"code": "batch_expired"})
        assert [one.number for one in store.written(connection, ITEM, OF_ERRORS, 0)] == [2, 3, 5]
        store.finish(connection, ITEM, NOON + timedelta(hours=1))
        found = store.batch(connection, ITEM)
        assert found is not None
        assert (found.stopped, found.counts.left_out, found.counts.done) == ("expired", 3, 1)
        assert [one.answer for one in store.written(connection, ITEM, [RequestState.DONE], 0)] == [None]
        assert [one.excerpt for one in store.asked(connection, ITEM, limit=1)] == ["ä"]


def test_a_batch_goes_with_its_work(lab: Lab) -> None:
    with lab.services.database.begin() as connection:
        delete_items(connection, [ITEM])
        assert store.batch(connection, ITEM) is None
        assert store.asked(connection, ITEM) == []


def test_a_file_comes_in_parts_and_is_there_when_it_is_whole(lab: Lab) -> None:
    file = files.File(id="file-1", filename="in.jsonl", purpose="batch", size=0, owner="person:owner", made_at=NOON,
                      expires_at=NOON + timedelta(days=30))  # fmt: skip
    with lab.services.database.begin() as connection:
        files.begin(connection, file)
        files.add_part(connection, "file-1", 0, b"\x00one")
        files.add_part(connection, "file-1", 1, b"two")
        assert files.file(connection, "file-1") is None
        files.complete(connection, "file-1", 7)
        kept = files.file(connection, "file-1")
        assert kept is not None
        assert (kept.size, kept.expires_at) == (7, file.expires_at)
        assert [files.part(connection, "file-1", number) for number in range(3)] == [b"\x00one", b"two", None]
        assert files.past(connection, NOON + timedelta(days=29), NOON) == []
        assert files.past(connection, NOON + timedelta(days=31), NOON) == ["file-1"]
        assert files.forget(connection, ["file-1"]) == 1
        assert files.part(connection, "file-1", 0) is None
