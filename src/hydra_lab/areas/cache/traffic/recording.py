"""Recording questions and their answers, where the owner wants it: noted in a moment, read and written aside."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from hydra_lab.areas.cache.asking.answers import read_answer, words
from hydra_lab.areas.cache.asking.keys import ANYWAY, hashed, key_of, unfit
from hydra_lab.areas.cache.model import Rule, Settings
from hydra_lab.areas.cache.noting import clean
from hydra_lab.areas.cache.traffic import store
from hydra_lab.areas.cache.traffic.store import Bounds, Question
from hydra_lab.areas.cache.wishes import Wishes
from hydra_lab.kernel.inference.caching import Asked, Fresh, Kept
from hydra_lab.kernel.services import Services

log = structlog.get_logger()
WRITE_S = 1.0  # how much of what was recorded a crash may lose
PRUNE_EVERY = 200  # questions
WAITING = 16 << 20  # bytes of answers that wait to be written; more are left out
UNDER_WAY = 1000  # questions that a model answers now; of more the seconds are not known
LONGEST = 8000  # letters of a question or answer that are recorded
ANY = Rule(temperature=2, unset=True, shared=True)  # whatever a cache may be set to answer


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A question with its answer, as they came."""

    at: datetime
    asked: Asked
    given_by: str
    body: bytes
    is_stream: bool
    seconds: float | None


class Recorder:
    """What is to be written."""

    def __init__(self, services: Services, wishes: Wishes) -> None:
        self._services = services
        self._wishes = wishes
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._began: OrderedDict[int, tuple[datetime, float]] = OrderedDict()
        self._heard: list[Heard] = []
        self._waiting = 0
        self._unpruned = 0
        self._timer: threading.Timer | None = None

    def looked(self, asked: Asked, kept: Kept | None) -> None:
        """A question that is recorded came; ``kept`` is its answer if it had one from the cache."""
        now = self._services.clock.now()
        if kept is not None:
            self._add(
                Heard(at=now, asked=asked, given_by=kept.kind, body=kept.body, is_stream=asked.stream, seconds=None)
            )
            return
        with self._lock:
            self._began[id(asked)] = now, time.monotonic()
            while len(self._began) > UNDER_WAY:
                self._began.popitem(last=False)

    def answered(self, asked: Asked, fresh: Fresh) -> None:
        """A model answered; noted if the question is recorded."""
        with self._lock:
            at, began = self._began.pop(id(asked), (None, 0.0))
        if at is None or not self._wishes.known().is_recorded(asked.model, asked.key):
            return
        self._add(
            Heard(at=at, asked=asked, given_by="model", body=fresh.body, is_stream=fresh.is_stream,
                  seconds=time.monotonic() - began)
        )  # fmt: skip

    def _add(self, one: Heard) -> None:
        with self._lock:
            if self._waiting + len(one.body) > WAITING:
                return
            self._heard.append(one)
            self._waiting += len(one.body)
            if self._timer is None:
                self._timer = threading.Timer(WRITE_S, self.write)
                self._timer.daemon = True
                self._timer.start()

    def write(self) -> None:
        """Write what was heard since the last time; when it returns, all of it is there."""
        with self._writing:
            with self._lock:
                heard, self._heard, self._waiting, self._timer = self._heard, [], 0, None
            found = [one for one in map(question_of, heard) if one is not None]
            if not found:
                return
            bounds = bounds_of(self._wishes.known(), self._services.clock.now())
            self._unpruned += len(found)
            try:
                with self._services.database.begin() as connection:
                    store.add(connection, found)
                    if self._unpruned >= PRUNE_EVERY:
                        store.prune(connection, bounds)
                        self._unpruned = 0
            except Exception as error:  # a full disk or a database that is gone; callers have their answers
                log.warning("cache.traffic_unwritten", error=repr(error))


def bounds_of(settings: Settings, now: datetime) -> Bounds:
    """How much of what was recorded stays."""
    since = now - timedelta(days=settings.record_days)
    return Bounds(since=since, questions=settings.record_questions, size=settings.record_mib << 20)


def question_of(heard: Heard) -> Question | None:
    """What is recorded of a question; ``None`` where no cache could answer it, or its caller wanted none."""
    asked = heard.asked
    key = None if unfit(asked, ANY) else key_of(asked, ANY)
    answer = read_answer(heard.body, is_stream=heard.is_stream) if key else None
    if key is None or answer is None:
        return None
    read = asked.read
    is_fixed = asked.wish == ANYWAY or isinstance(read.get("seed"), int)
    said = spoken(answer)
    text, told = clean(key.text[:LONGEST]), clean(said[:LONGEST])
    return Question(
        at=heard.at, model=asked.model, key=asked.key, exact=key.exact, family=key.family, hash=hashed(text),
        text=text, alike=key.only_text and bool(text.strip()) and len(key.text) <= LONGEST and said == words(answer),
        temperature=0.0 if is_fixed else temperature_of(read), given_by=heard.given_by, answer=told,
        tokens=tokens_of(answer) if heard.given_by == "model" else None, seconds=heard.seconds,
        size=len(text.encode()) + len(told.encode()),
    )  # fmt: skip


def temperature_of(read: dict[str, Any]) -> float | None:
    """The temperature that was named."""
    value = read.get("temperature")
    return float(value) if isinstance(value, int | float) else None


def tokens_of(answer: dict[str, Any]) -> int | None:
    """The tokens that a model read and wrote, as its server counted them."""
    usage = answer.get("usage")
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")] if isinstance(usage, dict) else []
    whole = [one for one in counts if isinstance(one, int)]
    return sum(whole) if whole and len(whole) == len(counts) else None


def spoken(answer: dict[str, Any]) -> str:
    """What an answer says, and the tools it calls, without what differs each time."""
    message = answer["choices"][0].get("message")
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    functions = [one.get("function") for one in calls or () if isinstance(one, dict)]
    return words(answer) + "".join(f"\n{json.dumps(one, sort_keys=True, ensure_ascii=False)}" for one in functions)
