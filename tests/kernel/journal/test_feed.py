"""The live journal: every follower gets every entry once, in order, whoever is slow."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from hydra_lab.kernel.journal.feed import KEPT, Feed
from hydra_lab.kernel.operation import Frame
from tests.lab import OWNER, Lab


@pytest.fixture
def feed(lab: Lab) -> Iterator[Feed]:
    """A feed that runs."""
    feed = Feed(lab.services.database, lab.services.journal)
    feed.start()
    yield feed
    feed.stop()


def write(lab: Lab, count: int = 1, name: str = "items.created") -> None:
    """Journal some entries."""
    with lab.services.database.begin() as connection:
        row = lab.services.journal.row(name, actor=OWNER)
        lab.services.journal.write_many(connection, [row] * count)


async def take(frames: AsyncIterator[Frame], count: int) -> list[Frame]:
    """The next frames."""
    async with asyncio.timeout(10):
        return [await anext(frames) for _ in range(count)]


async def following(feed: Feed, count: int = 1) -> None:
    """Wait until so many follow."""
    async with asyncio.timeout(10):
        while feed.followers < count:
            await asyncio.sleep(0.005)


def run(scene: Callable[[], Any]) -> None:
    """Play an asynchronous scene."""
    asyncio.run(scene())


def test_new_entries_come_as_they_are_committed(lab: Lab, feed: Feed) -> None:
    async def scene() -> None:
        write(lab)
        frames = feed.follow()
        first = asyncio.ensure_future(anext(frames))
        await following(feed)
        await asyncio.to_thread(write, lab, 1, "policy.loaded")
        frame = await first
        assert (frame.id, frame.event) == ("2", "policy.loaded")
        assert frame.data["actor_name"] == "owner"
        assert frame.wire.startswith(b"id: 2\nevent: policy.loaded\ndata: {")

    run(scene)


def test_after_a_reconnect_nothing_is_missed_and_nothing_comes_twice(lab: Lab, feed: Feed) -> None:
    async def scene() -> None:
        write(lab, 1200)
        frames = feed.follow(after=3)
        begin = await take(frames, 10)
        await asyncio.to_thread(write, lab, 300)
        rest = await take(frames, 1500 - 3 - 10)
        assert [one.id for one in begin + rest] == [str(id) for id in range(4, 1501)]

    run(scene)


def test_a_follower_gets_its_topics_only(lab: Lab, feed: Feed) -> None:
    async def scene() -> None:
        write(lab, 1, "items.created")
        write(lab, 1, "policy.loaded")
        frames = feed.follow(["policy"], after=0)
        [old] = await take(frames, 1)
        await asyncio.to_thread(write, lab, 1, "itemsx.created")
        await asyncio.to_thread(write, lab, 1, "policy.broken")
        [new] = await take(frames, 1)
        assert (old.event, new.event) == ("policy.loaded", "policy.broken")

    run(scene)


def test_an_id_from_the_future_means_from_now(lab: Lab, feed: Feed) -> None:
    async def scene() -> None:
        frames = feed.follow(after=10**9)
        first = asyncio.ensure_future(anext(frames))
        await following(feed)
        await asyncio.to_thread(write, lab)
        assert (await first).id == "1"

    run(scene)


def test_a_follower_that_is_too_slow_is_dropped_and_counted(lab: Lab, feed: Feed) -> None:
    async def scene() -> None:
        slow, quick = feed.follow(), feed.follow()
        firsts = [asyncio.ensure_future(anext(one)) for one in (slow, quick)]
        await following(feed, 2)
        await asyncio.to_thread(write, lab)
        await asyncio.gather(*firsts)
        for _ in range(KEPT // 100 + 2):
            await asyncio.to_thread(write, lab, 100)
            await take(quick, 100)
        [last] = await take(slow, 1)
        assert last.event == "dropped"
        assert last.id is None
        with pytest.raises(StopAsyncIteration):
            await anext(slow)
        assert (feed.dropped, feed.followers) == (1, 1)

    run(scene)


def test_who_leaves_is_forgotten(lab: Lab, feed: Feed) -> None:
    async def scene() -> None:
        write(lab)
        frames = feed.follow(after=0)
        await take(frames, 1)
        assert feed.followers == 1
        await frames.aclose()  # type: ignore[attr-defined]
        assert feed.followers == 0

    run(scene)


def test_five_hundred_followers_share_one_reading_and_one_encoding(lab: Lab, feed: Feed) -> None:
    async def scene() -> None:
        streams = [feed.follow() for _ in range(500)]
        firsts = [asyncio.ensure_future(anext(one)) for one in streams]
        await following(feed, 500)
        began = time.monotonic()
        await asyncio.to_thread(write, lab)
        frames = await asyncio.gather(*firsts)
        assert time.monotonic() - began < 2  # the budget is for the benchmark, on a quiet machine
        assert len({id(one) for one in frames}) == 1

    run(scene)


def test_entries_of_another_node_come_too(postgres_url: str, make_lab: Callable[..., Lab]) -> None:
    here, there = make_lab(database_url=postgres_url), make_lab(database_url=postgres_url)
    feed = Feed(here.services.database, here.services.journal)
    feed.start()

    async def scene() -> None:
        frames = feed.follow()
        first = asyncio.ensure_future(anext(frames))
        await following(feed)
        await asyncio.to_thread(write, there)
        async with asyncio.timeout(5):
            assert (await first).id == "1"

    try:
        run(scene)
    finally:
        feed.stop()
