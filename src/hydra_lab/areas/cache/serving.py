"""The cache at work: asked before a model is, told of what it answered, and noting what came of it."""

from __future__ import annotations

import asyncio
import threading
from array import array
from collections import Counter, OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.alike.auditing import audit
from hydra_lab.areas.cache.alike.judging import mean_the_same
from hydra_lab.areas.cache.alike.semantic import Candidate, Semantic, place
from hydra_lab.areas.cache.asking.answers import as_json, as_stream, read_answer, words
from hydra_lab.areas.cache.asking.keys import NEW, Key, key_of, unfit
from hydra_lab.areas.cache.model import Rule
from hydra_lab.areas.cache.noting import Notes, clean, shown
from hydra_lab.areas.cache.store import Entry, Event
from hydra_lab.areas.cache.traffic.recording import Recorder
from hydra_lab.areas.cache.wishes import Wishes
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.inference.caching import Asked, Fresh, Kept
from hydra_lab.kernel.policy.model import HYDRA
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
UNDER_WAY = 1000  # questions that a model answers now; more are not compared
WAITING = 100  # comparisons that wait for their turn; more are left out


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What was found out about a question while it was looked up, for when the model has answered."""

    asked: Asked
    vector: array[float]
    embedder: str
    candidate: Candidate | None
    event: str | None


class Cache:
    """One for each process."""

    def __init__(self, services: Services) -> None:
        self.wishes = Wishes(services)
        self.notes = Notes(services)
        self.recorder = Recorder(services, self.wishes)
        self.semantic = Semantic(services)
        self._services = services
        self._lock = threading.Lock()
        self._looked: OrderedDict[int, Looked] = OrderedDict()
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="cache-comparing")
        self._waiting = 0
        self.counts: Counter[tuple[str, str]] = Counter()  # by model and what became of its questions
        self.passed_by: Counter[str] = Counter()

    async def look(self, ctx: Context, asked: Asked) -> Kept | None:
        """A kept answer, if there is one that fits."""
        known = self.wishes.known()
        kept = await self._found(ctx, asked) if known.rule(asked.model, asked.key) is not None else None
        if known.is_recorded(asked.model, asked.key):
            self.recorder.looked(asked, kept)
        return kept

    async def _found(self, ctx: Context, asked: Asked) -> Kept | None:
        found = await asyncio.to_thread(self._exact, ctx, asked)
        if not isinstance(found, Key):
            return found
        settings, vector = self.wishes.known(), None
        if settings.embedder is not None and found.only_text and found.text:
            vector = await self.semantic.vector(settings.embedder, found.text)
        if vector is not None:
            kept = await asyncio.to_thread(self._alike, ctx, asked, found, vector)
            if kept is not None:
                return kept
        self._count(asked.model, "miss")
        return None

    def _exact(self, ctx: Context, asked: Asked) -> Kept | Key | None:
        """The answer to the very question, else its key where alike ones are to be looked at."""
        found = self._wanted(asked)
        if found is None or asked.wish == NEW:
            return None
        rule, key = found
        with ctx.read() as connection:
            entry = store.by_exact(connection, key.exact, ctx.clock.now())
        if entry is not None:
            return self._given(ctx, asked, key, entry, None)
        if rule.mode == "semantic":
            return key
        self._count(asked.model, "miss")
        return None

    def _alike(self, ctx: Context, asked: Asked, key: Key, vector: array[float]) -> Kept | None:
        """The answer to an alike question; where it is not to be given, why is noted."""
        settings = self.wishes.known()
        candidate = self.semantic.nearest(ctx, settings, key, vector)
        if candidate is not None and candidate.why is None:
            return self._given(ctx, asked, key, candidate.entry, candidate)
        event = self._note(ctx, asked, key, candidate.entry, candidate) if candidate else None
        looked = Looked(
            asked=asked, vector=vector, embedder=str(settings.embedder), event=event,
            candidate=candidate if candidate and candidate.compare else None,
        )  # fmt: skip
        with self._lock:
            self._looked[id(asked)] = looked
            while len(self._looked) > UNDER_WAY:
                self._looked.popitem(last=False)
        return None

    def _wanted(self, asked: Asked, *, tell: bool = True) -> tuple[Rule, Key] | None:
        """The rule for a question and its key, ``None`` where it is not for the cache."""
        rule = self.wishes.known().rule(asked.model, asked.key)
        if rule is None:
            return None
        why = unfit(asked, rule)
        key = None if why else key_of(asked, rule)
        if key is None:
            if tell:
                with self._lock:
                    self.passed_by[why or "the question was too long"] += 1
            return None
        return rule, key

    def _note(self, ctx: Context, asked: Asked, key: Key, entry: Entry, candidate: Candidate | None) -> str:
        """Note that an answer was given, or nearly; the note's id."""
        given = candidate is None or candidate.why is None
        event = Event(
            id=ctx.new_id(), at=ctx.clock.now(), entry=entry.id, model=asked.model, key=asked.key,
            kind="exact" if candidate is None else "semantic" if given else "near_miss",
            similarity=candidate.similarity if candidate else None, why=candidate.why if candidate else None,
            asked=shown(key.text), kept=shown(entry.text), answer=shown(words(entry.answer)),
        )  # fmt: skip
        self._count(asked.model, event.kind)
        self.notes.add(event, used=entry.id if given else None)
        return event.id

    def _given(self, ctx: Context, asked: Asked, key: Key, entry: Entry, candidate: Candidate | None) -> Kept:
        """An entry as the answer; a share of them is asked again, aside."""
        event = self._note(ctx, asked, key, entry, candidate)
        if self.semantic.by_chance(self.wishes.known().audit):
            similarity = candidate.similarity if candidate else None
            self.later(lambda ctx: audit(ctx, self, asked, key, entry, event, similarity))
        options = asked.read.get("stream_options")
        with_usage = isinstance(options, dict) and options.get("include_usage") is True
        body = as_stream(entry.answer, with_usage=with_usage) if asked.stream else as_json(entry.answer)
        media_type = "text/event-stream; charset=utf-8" if asked.stream else "application/json"
        return Kept(
            id=entry.id, kind="semantic" if candidate else "exact", model=entry.answered_by, media_type=media_type,
            body=body,
        )  # fmt: skip

    def keep(self, ctx: Context, asked: Asked, fresh: Fresh) -> None:
        """Keep what a model answered, if it is whole, and learn from it."""
        self.recorder.answered(asked, fresh)
        with self._lock:
            looked = self._looked.pop(id(asked), None)
        found = self._wanted(asked, tell=False)
        answer = read_answer(fresh.body, is_stream=fresh.is_stream) if found else None
        if found is None or answer is None:
            return
        (rule, key), now = found, ctx.clock.now()
        question = {name: value for name, value in asked.read.items() if name not in ("stream", "stream_options")}
        entry = Entry(
            id=ctx.new_id(), exact=key.exact, family=key.family, path=asked.path, model=asked.model,
            answered_by=fresh.model, key=asked.key, text=clean(key.text), question=question, answer=answer,
            size=len(as_json(answer)) + len(as_json(question)), made_at=now, used_at=now,
            ends_at=now + timedelta(hours=rule.hours),
        )  # fmt: skip
        settings = self.wishes.known()
        try:
            with ctx.begin() as connection:
                store.keep(connection, entry)
                if looked is not None and looked.candidate is None:
                    place(connection, entry.id, key.family, looked.embedder, looked.vector)
                store.drop_least_used(connection, most=settings.entries, most_bytes=settings.mib << 20)
        except IntegrityError:  # another process kept an answer to the same question just now
            return
        self._count(asked.model, "kept")
        if looked is not None and looked.candidate is not None:
            self.later(lambda ctx: self._compare(ctx, looked, key, entry))

    def _compare(self, ctx: Context, looked: Looked, key: Key, entry: Entry) -> None:
        """Learn whether the kept answer would have been right; where it was not, the new one stands for itself."""
        candidate = looked.candidate
        assert candidate is not None
        one, other = words(candidate.entry.answer), words(entry.answer)
        right = mean_the_same(ctx, self.wishes.known(), key.text, one, other)
        if not right:
            with ctx.begin() as connection:
                if store.entry(connection, entry.id) is not None:
                    place(connection, entry.id, key.family, looked.embedder, looked.vector)
        if right is None:
            return
        self.semantic.observe(
            ctx, candidate.entry.id, candidate.similarity, key.text, right=right, source="comparison"
        )  # fmt: skip
        if looked.event is not None:
            self.notes.write()
            with ctx.begin() as connection:
                store.judge(connection, looked.event, right=right, other=shown(other), judged_by="comparison")

    def later(self, work: Callable[[Context], None]) -> None:
        """Do something aside, one after another; what goes wrong there is nobody's trouble."""
        with self._lock:
            if self._waiting >= WAITING:
                return
            self._waiting += 1

        def run() -> None:
            try:
                work(Context(services=self._services, actor=HYDRA))
            except Exception as error:
                log.warning("cache.comparison_failed", error=repr(error))
            finally:
                with self._lock:
                    self._waiting -= 1

        self._aside.submit(run)

    def _count(self, model: str, what: str) -> None:
        with self._lock:
            self.counts[model, what] += 1
