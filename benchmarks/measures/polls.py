"""How often the journal is read for its listeners: as often for 500 as for one."""

import asyncio
from contextlib import suppress
from typing import Any

from sqlalchemy import event

from benchmarks.place import Place
from benchmarks.result import Result
from hydra_lab.app import Application, layers
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services

ENTRIES = 20
BETWEEN_S = 0.02


def measure(place: Place) -> list[Result]:
    """Count the queries for new entries while one listener, then many, hear the same number of entries."""
    application = Application(layers(overrides={"data_dir": place.folder / "polls"})).open()
    services = application.services
    services.feed.start()
    alone = asyncio.run(reads(services, 1))
    together = asyncio.run(reads(services, place.sizes.clients))
    application.stop()
    note = f"{alone} for one client; {ENTRIES} entries"
    what = f"reads of the journal for {place.sizes.clients} clients"
    return [Result(what=what, measured=together, unit="queries", budget=max(alone, ENTRIES) + 2, note=note)]


async def reads(services: Services, clients: int) -> int:
    """How many queries for new entries it took until every client had heard all."""
    followers = [asyncio.create_task(hear(services)) for _ in range(clients)]
    while services.feed.followers < clients:
        await asyncio.sleep(0.01)
    queries = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal queries
        queries += "FROM journal_events" in statement

    with services.database.read() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", count)
    for _ in range(ENTRIES):
        await asyncio.to_thread(write, services)
        await asyncio.sleep(BETWEEN_S)
    with suppress(TimeoutError):
        async with asyncio.timeout(30):
            await asyncio.gather(*followers)
    event.remove(engine, "before_cursor_execute", count)
    return queries


async def hear(services: Services) -> None:
    """One client: it leaves when it has heard all entries."""
    heard = 0
    async for _ in services.feed.follow():
        heard += 1
        if heard == ENTRIES:
            return


def write(services: Services) -> None:
    """One entry."""
    with services.database.begin() as connection:
        services.journal.write(connection, "bench.happened", actor=HYDRA)
