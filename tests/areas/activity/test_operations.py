"""Activity: the journal by filter and page, along its causes, and live."""

import asyncio
from collections.abc import Callable

import pytest

from hydra_lab.areas.activity import AREA, operations
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.journal import store
from hydra_lab.kernel.journal.feed import Feed
from tests.lab import NOON, OWNER, Lab


@pytest.fixture
def house(make_lab: Callable[..., Lab]) -> Lab:
    """A Hydra in which something happened."""
    lab = make_lab(areas=[AREA])
    with lab.services.database.begin() as connection:
        journal = lab.services.journal
        root = journal.write(connection, "alerts.received", actor=OWNER, subject="web")
        asked = journal.write(connection, "policy.asked", actor=OWNER, cause=root, item="i1")
        journal.write(connection, "items.created", actor=OWNER, cause=asked, item="i1", data={"operation": "x"})
        journal.write(connection, "alerts.received", actor=OWNER, subject="db")
    return lab


def ids(lab: Lab, **wanted: object) -> list[int]:
    """The ids of the entries that fit."""
    return [one.id for one in lab.call("activity.list", **wanted).events]


def test_entries_come_newest_first_and_by_page(house: Lab) -> None:
    first = house.call("activity.list", limit=3)
    assert ([one.id for one in first.events], first.total, first.cursor) == ([4, 3, 2], 4, 2)
    rest = house.call("activity.list", limit=3, cursor=first.cursor)
    assert ([one.id for one in rest.events], rest.cursor) == ([1], None)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"topic": ["alerts"]}, [4, 1]),
        ({"topic": ["alerts", "items"]}, [4, 3, 1]),
        ({"name": ["policy.asked"]}, [2]),
        ({"item": "i1"}, [3, 2]),
        ({"subject": "db"}, [4]),
        ({"cause": 1}, [2]),
        ({"q": "RECEIVED"}, [4, 1]),
        ({"actor": "agent"}, []),
        ({"since": "2026-01-01T00:00:00Z"}, []),
        ({"until": "2026-01-01T00:00:00+01:00"}, [4, 3, 2, 1]),
    ],
)
def test_entries_are_filtered(house: Lab, wanted: dict[str, object], found: list[int]) -> None:
    assert ids(house, **wanted) == found


def test_words_are_looked_for_a_part_at_a_time_and_everything_is_found(
    make_lab: Callable[..., Lab], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = make_lab(areas=[AREA], database_url=database_url)
    monkeypatch.setattr(store, "SEARCHED", 3)
    with lab.services.database.begin() as connection:
        for subject in ("web", "db", "web", "db", "db", "db", "web", "db"):
            lab.services.journal.write(connection, "alerts.received", actor=OWNER, subject=subject)
    first = lab.call("activity.list", q="web")
    assert ([one.id for one in first.events], first.total, first.searched_to, first.cursor) == ([7], 1, 6, 6)
    second = lab.call("activity.list", q="web", cursor=first.cursor)
    assert ([one.id for one in second.events], second.total, second.cursor) == ([3], 1, 3)
    last = lab.call("activity.list", q="web", cursor=second.cursor)
    assert ([one.id for one in last.events], last.searched_to, last.cursor) == ([1], None, None)
    none_newer = lab.call("activity.list", q="web", until=NOON)
    assert (none_newer.events, none_newer.cursor) == ([], None)
    assert lab.call("activity.list", q="db", limit=1).cursor == 8
    assert lab.call("activity.list", subject="web").total == 3


def test_a_story_is_told_from_its_root_whichever_entry_is_asked_for(house: Lab) -> None:
    for id in (1, 2, 3):
        story = house.call("activity.show", id=id)
        assert story.event.id == id
        assert [one.name for one in story.chain] == ["alerts.received", "policy.asked", "items.created"]


def test_an_entry_that_is_not_there_is_not_found(house: Lab) -> None:
    with pytest.raises(NotFound):
        house.call("activity.show", id=99)


def test_the_stream_goes_on_after_the_last_id(house: Lab) -> None:
    house.services.feed = Feed(house.services.database, house.services.journal)

    async def scene() -> list[str | None]:
        wanted = operations.Followed(topics=["alerts"], last_event_id=1)
        async for frame in operations.events(house.context(), wanted):
            return [frame.id, frame.event]
        return []

    assert asyncio.run(scene()) == ["4", "alerts.received"]
