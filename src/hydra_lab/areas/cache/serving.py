"""The cache at work: asked before a model is, told of what it answered, and noting what came of it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import IntegrityError

from hydra_lab.areas.cache import store
from hydra_lab.areas.cache.asking.answers import as_json, as_stream, read_answer, words
from hydra_lab.areas.cache.asking.keys import NEW, Key, key_of, unfit
from hydra_lab.areas.cache.model import Rule, Settings
from hydra_lab.areas.cache.store import Entry, Event
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.inference.caching import Asked, Fresh, Kept
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
SETTINGS = "settings"
FRESH_S = 5.0  # how soon what another node set counts here
WRITE_S = 1.0  # how much of what was noted a crash may lose
NOTED = 2000  # events that are kept
SHOWN = 4000  # letters of a question or answer that are noted


class Cache:
    """One for each process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._settings: Settings | None = None
        self._read_at = 0.0
        self._reading = False
        self._events: list[Event] = []
        self._used: dict[str, tuple[int, datetime]] = {}
        self._timer: threading.Timer | None = None
        self.counts: Counter[tuple[str, str]] = Counter()  # by model and what became of its questions
        self.passed_by: Counter[str] = Counter()

    def is_on(self, model: str, key: str) -> bool:
        """Whether a request is for the cache, from memory."""
        if self._settings is None:
            self._read_quietly()  # once for each process
        elif time.monotonic() - self._read_at > FRESH_S:
            self._read_aside()
        settings = self._settings
        return settings is not None and bool(settings.rules) and settings.rule(model, key) is not None

    def changed(self) -> None:
        """What is set was changed here."""
        self.read()

    def read(self) -> Settings:
        """Read what is set."""
        with self._services.database.read() as connection:
            settings = Settings.model_validate(store.document(connection, SETTINGS) or {})
        self._settings, self._read_at = settings, time.monotonic()
        return settings

    def _read_aside(self) -> None:
        """In a thread, once at a time; what is known serves meanwhile."""
        if not self._reading:
            self._reading, self._read_at = True, time.monotonic()
            threading.Thread(target=self._read_quietly, name="cache-settings", daemon=True).start()

    def _read_quietly(self) -> None:
        try:
            self.read()
        except Exception as error:  # a database that is gone for a while: what is known serves on
            log.warning("cache.settings_unread", error=repr(error))
        finally:
            self._reading = False

    async def look(self, ctx: Context, asked: Asked) -> Kept | None:
        """A kept answer, if there is one that fits."""
        return await asyncio.to_thread(self._exact, ctx, asked)

    def _exact(self, ctx: Context, asked: Asked) -> Kept | None:
        found = self._wanted(asked)
        if found is None or asked.wish == NEW:
            return None
        _, key = found
        with ctx.read() as connection:
            entry = store.by_exact(connection, key.exact, ctx.clock.now())
        if entry is None:
            self._count(asked.model, "miss")
            return None
        return self._given(ctx, asked, key, entry)

    def _wanted(self, asked: Asked, *, tell: bool = True) -> tuple[Rule, Key] | None:
        """The rule for a question and its key, ``None`` where it is not for the cache."""
        rule = (self._settings or self.read()).rule(asked.model, asked.key)
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

    def _given(self, ctx: Context, asked: Asked, key: Key, entry: Entry) -> Kept:
        """An entry as the answer, noted as given."""
        now = ctx.clock.now()
        self._count(asked.model, "exact")
        self.note(
            Event(
                id=ctx.new_id(), at=now, kind="exact", entry=entry.id, model=asked.model, key=asked.key,
                asked=shown(key.text), kept=shown(entry.text), answer=shown(words(entry.answer)),
            ),
            used=entry.id,
        )  # fmt: skip
        options = asked.read.get("stream_options")
        with_usage = isinstance(options, dict) and options.get("include_usage") is True
        body = as_stream(entry.answer, with_usage=with_usage) if asked.stream else as_json(entry.answer)
        media_type = "text/event-stream; charset=utf-8" if asked.stream else "application/json"
        return Kept(id=entry.id, kind="exact", model=entry.answered_by, media_type=media_type, body=body)

    def keep(self, ctx: Context, asked: Asked, fresh: Fresh) -> None:
        """Keep what a model answered, if it is whole."""
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
        settings = self._settings or self.read()
        try:
            with ctx.begin() as connection:
                store.keep(connection, entry)
                store.drop_least_used(connection, most=settings.entries, most_bytes=settings.mib << 20)
        except IntegrityError:  # another process kept an answer to the same question just now
            return
        self._count(asked.model, "kept")

    def _count(self, model: str, what: str) -> None:
        with self._lock:
            self.counts[model, what] += 1

    def note(self, event: Event, *, used: str | None = None) -> None:
        """Note what became of a question; it is written in a moment, together with others."""
        with self._lock:
            self._events.append(event)
            if used is not None:
                self._used[used] = (self._used.get(used, (0, event.at))[0] + 1, event.at)
            if self._timer is None:
                self._timer = threading.Timer(WRITE_S, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write what was noted since the last time."""
        with self._lock:
            events, used, self._events, self._used, self._timer = self._events[-NOTED:], self._used, [], {}, None
        if not events:
            return
        try:
            with self._services.database.begin() as connection:
                store.note(connection, events, most=NOTED)
                store.note_used(connection, used)
        except Exception as error:  # a full disk or a database that is gone; callers have their answers
            log.warning("cache.notes_unwritten", error=repr(error))


def clean(text: str) -> str:
    """A text that every database takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def shown(text: str) -> str:
    """As much of a text as is noted."""
    return clean(text[:SHOWN])
