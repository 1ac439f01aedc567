"""Alike questions: whose answer may be given, asking the model anyway as often as the bound wants, and learning."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from array import array
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.alike.judging import vectors_in
from hydra_lab.areas.cache.alike.learning import Observation, ask_anyway
from hydra_lab.areas.cache.alike.searching import Index, signs_of
from hydra_lab.areas.cache.asking.answers import calls_tools
from hydra_lab.areas.cache.asking.keys import Key, hashed
from hydra_lab.areas.cache.model import Settings
from hydra_lab.areas.cache.noting import shown
from hydra_lab.areas.cache.store import Entry
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.inference import ask_async
from hydra_lab.kernel.inference.openai import EMBEDDINGS
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
PATIENCE_S = 2.0  # that a question waits for its vector
FAILURES, REST_S = 3, 30.0  # after so many in a row the embedding model is left alone for a while
CLOSEST = 5  # kept questions that are compared with one
LONGEST = 8000  # letters of a question that a vector is made of


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A kept answer to a question that is alike. ``why`` says why it is not given, ``None`` where it may be."""

    entry: Entry
    similarity: float
    why: str | None = None
    compare: bool = False  # what the model answers now is to be compared with it


class Semantic:
    """Vectors of questions, and what is near."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._index = Index()
        self._lock = threading.Lock()
        self._failed = 0
        self._rests_until = 0.0
        self._chance = random.SystemRandom()

    async def vector(self, model: str, text: str) -> array[float] | None:
        """A question's vector; ``None`` where the embedding model does not give one in time."""
        if time.monotonic() < self._rests_until or not text.strip():
            return None
        ctx = Context(services=self._services, actor=HYDRA)
        try:
            async with asyncio.timeout(PATIENCE_S):
                answered = await ask_async(ctx, {"model": model, "input": [text[:LONGEST]]}, EMBEDDINGS)
            found: array[float] | None = vectors_in(answered.body, 1)[0] if answered.ok else None
        except (HydraError, TimeoutError) as error:
            found = None
            log.info("cache.no_vector", model=model, error=repr(error))
        self._failed = 0 if found is not None else self._failed + 1
        if self._failed >= FAILURES:
            self._failed, self._rests_until = 0, time.monotonic() + REST_S
        return found

    def nearest(self, ctx: Context, settings: Settings, key: Key, vector: array[float]) -> Candidate | None:
        """The kept answer to the most alike question that the guard lets pass, else the most alike that it does not.

        ``why`` is set where it is not to be given, and ``compare`` where that is only until more is known of it.
        """
        from hydra_lab.areas.cache.guard import difference  # its words are read when a semantic cache is first used

        refused: Candidate | None = None
        with self._lock, ctx.read() as connection:
            found = self._index.most_alike(connection, key.family, str(settings.embedder), vector)
        for similarity, id in found[:CLOSEST]:
            if similarity < settings.alike:
                break
            with ctx.read() as connection:
                entry, seen = store.entry(connection, id), store.observed(connection, id)
            if entry is None or entry.ends_at <= ctx.clock.now() or calls_tools(entry.answer):
                continue
            why = difference(key.text, entry.text)
            if why is not None:
                refused = refused or Candidate(entry=entry, similarity=similarity, why=f"They differ in {why}")
                continue
            if any(asked == hashed(shown(key.text)) and not one.right for one, asked in seen):
                refused = refused or Candidate(
                    entry=entry, similarity=similarity, why="The answer was wrong for this question"
                )
                continue
            needed = ask_anyway([one for one, _ in seen], similarity, settings.errors)
            if self.by_chance(needed):
                why = f"Too little is known of it yet, after {plural(len(seen))}"
                return Candidate(entry=entry, similarity=similarity, why=why, compare=True)
            return Candidate(entry=entry, similarity=similarity)
        return refused

    def by_chance(self, share: float) -> bool:
        """Yes in that share of the cases."""
        return self._chance.random() < share

    def observe(self, ctx: Context, entry: str, similarity: float, text: str, *, right: bool, source: str) -> None:
        """Keep that an answer was right or wrong for a question."""
        with ctx.begin() as connection:
            if store.entry(connection, entry) is not None:
                one = Observation(similarity=similarity, right=right)
                store.observe(connection, entry, one, asked=hashed(shown(text)), source=source, at=ctx.clock.now())


def place(connection: Connection, entry: str, family: str, embedder: str, vector: array[float]) -> None:
    """Have a kept answer found by alike questions."""
    store.put_vector(connection, entry, family, embedder, signs_of(vector), vector.tobytes())


def plural(count: int) -> str:
    """So many comparisons, in words."""
    return f"{count} comparison{'' if count == 1 else 's'}"
