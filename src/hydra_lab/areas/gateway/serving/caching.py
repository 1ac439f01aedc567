"""Answers that are kept: where a cache is on, it is asked before any server, and told of what a server answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import structlog
from pydantic_core import from_json

from hydra_lab.areas.gateway.model import Target
from hydra_lab.areas.gateway.reading import Question
from hydra_lab.areas.gateway.serving.counting import Counting, Record
from hydra_lab.areas.gateway.serving.passing import Passing
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import AnswerCache
from hydra_lab.kernel.inference.caching import CACHE, SAID, Asked, Fresh, Kept
from hydra_lab.kernel.inference.openai import EMBEDDINGS
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
MISS = "miss"
LONGEST = 4 << 20  # bytes of an answer that is offered to the cache


class Caching:
    """The cache of this Hydra, if there is one."""

    def __init__(self, services: Services, counting: Counting) -> None:
        self._services = services
        self._counting = counting
        self._cache = next(iter(services.registry.contributions(AnswerCache)), None)
        self._telling: set[asyncio.Task[None]] = set()

    def is_on(self, question: Question, actor: Actor) -> bool:
        """Whether the cache is to be asked; for most requests all there is to do."""
        return (
            self._cache is not None
            and question.path != EMBEDDINGS
            and self._cache.is_on(self._services, question.model, actor.name)
        )

    async def answer(
        self, question: Question, actor: Actor, headers: Mapping[str, str], targets: tuple[Target, ...],
        fresh: Callable[[], Awaitable[Passing]], ends: float,
    ) -> Passing:  # fmt: skip
        """A kept answer, else a server's, of which the cache is told if the preferred of the ``targets`` gave it."""
        asked = Asked(
            path=question.path, model=question.model, key=actor.name, stream=question.stream,
            targets=tuple(f"{one.server or ''}/{one.model}" for one in targets),
            read=from_json(question.body), wish=headers.get(SAID, "").strip().lower(),
        )  # fmt: skip
        began = time.monotonic()
        kept = await self._found(actor, asked)
        if kept is None:
            passing = await fresh()
            if passing.model == targets[0].model:
                self._follow(passing, actor, asked)
            return passing
        passing = Passing(Answer(kept), server=CACHE, model=kept.model, ends=ends, queued_s=0.0, began=began)
        await passing.begin()
        passing.headers[SAID] = f"{kept.kind}; id={kept.id}"
        passing.when_over(lambda: self._count(passing, actor))
        return passing

    async def _found(self, actor: Actor, asked: Asked) -> Kept | None:
        if self._cache is None:
            return None
        try:
            return await self._cache.look(Context(services=self._services, actor=actor), asked)
        except Exception as error:  # a cache that fails is none
            log.warning("gateway.cache_failed", error=repr(error))
            return None

    def _count(self, passing: Passing, actor: Actor) -> None:
        """A request as any other, but no tokens: no model read or wrote any."""
        self._counting.add(
            Record(key=actor.name, model=passing.model, server=CACHE, seconds=passing.seconds, queued_s=0.0,
                   failure=passing.failure)
        )  # fmt: skip

    def _follow(self, passing: Passing, actor: Actor, asked: Asked) -> None:
        if self._cache is not None and self._cache.answers(self._services, asked.model, asked.key):
            passing.headers[SAID] = MISS
        passing.copies(LONGEST)
        passing.when_over(lambda: self._over(passing, actor, asked))

    def _over(self, passing: Passing, actor: Actor, asked: Asked) -> None:
        copy = passing.copy
        if self._cache is None or copy is None or passing.status != 200 or passing.failure is not None:
            return
        fresh = Fresh(model=passing.model, is_stream=passing.watched is not None, body=copy)
        keep, ctx = self._cache.keep, Context(services=self._services, actor=actor)

        async def tell() -> None:
            try:
                await asyncio.to_thread(keep, ctx, asked, fresh)
            except Exception as error:  # the caller has the answer; nobody waits for this
                log.warning("gateway.answer_unkept", error=repr(error))

        task = asyncio.get_running_loop().create_task(tell())
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)


class Answer:
    """A kept answer in the form of a server's."""

    def __init__(self, kept: Kept) -> None:
        self.status = 200
        self.headers: Mapping[str, str] = {"content-type": kept.media_type}
        self._body = kept.body

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it."""
        yield self._body
