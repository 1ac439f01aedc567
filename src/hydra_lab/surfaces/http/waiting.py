"""Waiting for work: until an item is over, or the caller's patience is."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import nullcontext

from anyio import to_thread

from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import Item
from hydra_lab.surfaces.http.streams import Streams

# Commits of other nodes wake nobody here, so now and then the item is looked at anyway.
LOOK_S = 1.0
# A busy queue commits hundreds of times a second; one look covers all that came within this time.
PAUSE_S = 0.02


async def looks(
    services: Services, item_id: str, wait_s: float, streams: Streams | None = None
) -> AsyncGenerator[Item]:
    """The item as it is now and after each commit, at least once a second, until it is over or the time has passed.

    With ``streams``, a server that is about to stop leaves no time either. Close it (``contextlib.aclosing``) when you
    leave before its end.
    """
    loop, changed = asyncio.get_running_loop(), asyncio.Event()
    ends = loop.time() + wait_s

    def wake() -> None:
        loop.call_soon_threadsafe(changed.set)

    unlisten = services.journal.listen(wake)
    try:
        with streams.waking(changed) if streams else nullcontext():
            while True:
                changed.clear()
                item = await to_thread.run_sync(services.work.get, item_id)
                left = ends - loop.time()
                yield item
                if item.state.is_over or left <= 0 or (streams and streams.is_closing):
                    return
                try:
                    await asyncio.wait_for(changed.wait(), min(LOOK_S, left))
                except TimeoutError:
                    continue
                await asyncio.sleep(min(PAUSE_S, max(0.0, ends - loop.time())))
    finally:
        unlisten()


async def wait_until_over(services: Services, item_id: str, wait_s: float, streams: Streams) -> Item:
    """The item once it is over, or as it is when the time has passed or the server is about to stop."""
    async for item in looks(services, item_id, wait_s, streams):
        last = item
    return last
