"""News: clients that asked are told that a resource, or the list of resources, has changed.

Two generations of the protocol are served: the newer asks with one `subscriptions/listen` stream, the older by
`resources/subscribe`, and hears of it on the stream that its session keeps open.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import mcp_types as types
import structlog
from anyio import to_thread
from mcp.server.context import ServerRequestContext
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus, ListenHandler
from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated, ServerEvent

from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.mcp.resources import open_items

log = structlog.get_logger()

SESSION = "mcp-session-id"
# What comes in quick succession is told once.
PAUSE_S = 0.5
# A session without an open stream hears nothing; one that stays so is forgotten.
FORGOTTEN_S = 300.0
ITEM = ("", "/why", "/steps", "/log")
WITH_ITEMS = ("hydra://queue", "hydra://queue/stats", "hydra://inbox", "hydra://state")


@dataclass(kw_only=True)
class Listener:
    """A session of the older protocol and what it wants to hear of."""

    session: ServerSession
    uris: set[str] = field(default_factory=set)
    list: bool = False


class News:
    """Follows the journal while anybody listens, and passes on what it means for resources."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._bus = InMemorySubscriptionBus()
        self.listen = ListenHandler(self._bus)
        self._listeners: dict[str, Listener] = {}
        self._streams: Counter[str] = Counter()
        self._seen: dict[str, float] = {}
        self._task: asyncio.Task[None] | None = None
        self._open: list[str] = []
        self._changed: set[str] = set()
        self._news = asyncio.Event()

    # What clients ask for

    async def on_listen(
        self, context: ServerRequestContext[Any, Any], params: types.SubscriptionsListenRequestParams
    ) -> types.SubscriptionsListenResult:
        """One stream of news, in the newer protocol."""
        self._begin()
        return await self.listen(context, params)

    async def subscribe(
        self, context: ServerRequestContext[Any, Any], params: types.SubscribeRequestParams
    ) -> types.EmptyResult:
        """Tell a session of changes to a resource, in the older protocol."""
        if listener := self._listener(context):
            listener.uris.add(str(params.uri))
        return types.EmptyResult()

    async def unsubscribe(
        self, context: ServerRequestContext[Any, Any], params: types.UnsubscribeRequestParams
    ) -> types.EmptyResult:
        """Tell it no longer."""
        if listener := self._listeners.get(session_of(context) or ""):
            listener.uris.discard(str(params.uri))
        return types.EmptyResult()

    def listed(self, context: ServerRequestContext[Any, Any]) -> None:
        """Tell a session that has seen the list when the list changes."""
        if listener := self._listener(context):
            listener.list = True

    def _listener(self, context: ServerRequestContext[Any, Any]) -> Listener | None:
        id = session_of(context)
        if id is None:
            return None
        self._begin()
        self._seen[id] = time.monotonic()
        return self._listeners.setdefault(id, Listener(session=context.session))

    # What is known of sessions

    def opened(self, session: str) -> None:
        """A session has opened its stream."""
        self._streams[session] += 1

    def closed(self, session: str) -> None:
        """A session's stream has ended."""
        self._streams[session] -= 1
        self._seen[session] = time.monotonic()

    def gone(self, session: str) -> None:
        """A session was ended by its client."""
        self._listeners.pop(session, None)
        self._streams.pop(session, None)
        self._seen.pop(session, None)

    # Passing on

    def close(self) -> None:
        """End every stream and stop to follow."""
        self.listen.close()
        if self._task:
            self._task.cancel()

    def _begin(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        """Follow the journal until the server stops."""
        self._open = await self._listed_now()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._gather())
            both.create_task(self._spread())

    async def _gather(self) -> None:
        """Collect what changes; a follower that fell behind starts again."""
        while True:
            async for frame in self._services.feed.follow():
                if frame.data.get("id", 0) is None:
                    continue  # a measurement: no resource tells of it
                self._changed |= changed_by(frame.data)
                self._news.set()
            await asyncio.sleep(PAUSE_S)

    async def _spread(self) -> None:
        """Tell of what was collected, at most every so often."""
        while True:
            await self._news.wait()
            await asyncio.sleep(PAUSE_S)
            self._news.clear()
            uris, self._changed = self._changed, set()
            try:
                await self._tell(uris)
            except HydraError:  # the database is gone for a moment; the next change is told of again
                log.warning("mcp.news_missed", exc_info=True)

    async def _tell(self, uris: set[str]) -> None:
        """Tell everybody who wants to know that these resources have changed, and the list if it has."""
        self._forget()
        events: list[ServerEvent] = [ResourceUpdated(uri=uri) for uri in sorted(uris)]
        if "hydra://queue" in uris and (now := await self._listed_now()) != self._open:
            self._open = now
            events.append(ResourcesListChanged())
        for event in events:
            await self._bus.publish(event)
            for one in list(self._listeners.values()):
                if isinstance(event, ResourceUpdated) and event.uri in one.uris:
                    await one.session.send_resource_updated(event.uri)
                elif isinstance(event, ResourcesListChanged) and one.list:
                    await one.session.send_resource_list_changed()

    async def _listed_now(self) -> list[str]:
        """The items in the list of resources, and how each is shown there."""
        items = await to_thread.run_sync(open_items, self._services)
        return [f"{one.id} {one.state.value}" for one in items]

    def _forget(self) -> None:
        """Drop sessions that have had no stream for a while."""
        now = time.monotonic()
        for id in [one for one in self._listeners if self._streams[one] <= 0]:
            if now - self._seen.get(id, 0.0) > FORGOTTEN_S:
                self.gone(id)


def session_of(context: ServerRequestContext[Any, Any]) -> str | None:
    """The session a request of the older protocol belongs to."""
    return context.request.headers.get(SESSION) if context.request is not None else None


def changed_by(event: Any) -> set[str]:
    """The resources that a journal entry has changed."""
    uris = {"hydra://activity"}
    if item := event.get("item"):
        uris |= {f"hydra://queue/{item}{part}" for part in ITEM}
    if item or str(event.get("name", "")).partition(".")[0] in ("items", "control", "integrations", "policy"):
        uris |= set(WITH_ITEMS)
    return uris
