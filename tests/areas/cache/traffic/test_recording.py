"""Questions are recorded only where that is wanted, only so long, and go when they are purged."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hydra_lab.areas.cache import AREA
from hydra_lab.areas.cache.serving import Cache
from hydra_lab.areas.cache.traffic import store
from hydra_lab.areas.cache.traffic.store import Bounds, Question
from tests.areas.gateway.backend import Backend, until
from tests.areas.gateway.conftest import Lab, ToyServer
from tests.lab import NOON
from tests.lab import Lab as Small

SECRET = "my neighbour’s door code"
QUESTION = Question(
    at=NOON, model="m", key="k", exact="x", family="f", hash="h", text="Who? 100%", alike=True, temperature=None,
    given_by="model", answer="I.", tokens=12, seconds=0.5, size=11,
)  # fmt: skip


@pytest.fixture
def on(lab: Lab, backend: Backend) -> Iterator[Lab]:
    """A Hydra with one server and no cache that records what is asked of one model."""
    lab.serves(ToyServer("a", backend, ("alpha", "beta", "cut", "error200")))
    lab.client.post("/cache/record", json={"model": "al*"}).raise_for_status()
    yield lab
    lab.client.put("/cache/settings", json={}).raise_for_status()
    lab.client.post("/cache/purge", json={"everything": True}).raise_for_status()


def asked(lab: Lab, model: str = "alpha", said: str = SECRET, **more: Any) -> str | None:
    """A question; what the answer says of the cache."""
    headers = more.pop("headers", {})
    body = {"model": model, "messages": [{"role": "user", "content": said}], **more}
    answer = lab.client.post("/v1/chat/completions", json=body, headers=headers)
    assert answer.status_code == 200
    return answer.headers.get("x-hydra-cache")


def recorded(lab: Lab) -> list[Question]:
    """What is recorded."""
    lab.services.lasting(Cache).recorder.write()
    with lab.services.database.read() as connection:
        return list(store.all_of(connection))


def test_what_is_asked_is_recorded_where_it_is_wanted_and_nobody_is_told_of_a_cache(on: Lab, backend: Backend) -> None:
    assert asked(on) is None
    assert asked(on, stream=True, seed=7) is None
    for more in ({"model": "beta"}, {"headers": {"X-Hydra-Cache": "off"}}, {"n": 2}, {"model": "cut", "stream": True}):
        with contextlib.suppress(httpx.RemoteProtocolError):
            asked(on, **more)
    until(lambda: len(recorded(on)) == 2)
    first, second = recorded(on)
    assert (first.text, first.answer, first.given_by) == (SECRET, "I am alpha.", "model")
    assert first.exact != second.exact
    assert (first.temperature, second.temperature) == (None, 0.0)
    assert first.seconds is not None
    assert first.seconds > 0
    assert len(backend.asked) == 6
    assert SECRET not in str(on.client.get("/events", params={"limit": 200}).json())


def test_answers_from_the_cache_are_recorded_as_such(on: Lab, backend: Backend) -> None:
    on.client.post("/cache/switch", json={"model": "alpha"}).raise_for_status()
    assert asked(on, temperature=0) == "miss"
    until(lambda: on.client.get("/cache/entries").json()["entries"])
    assert str(asked(on, temperature=0)).startswith("exact")
    until(lambda: len(recorded(on)) == 2)
    assert [(one.given_by, one.answer) for one in recorded(on)] == [("model", "I am alpha."), ("exact", "I am alpha.")]


def test_what_is_purged_is_not_recorded_any_more_and_recording_ends(on: Lab, backend: Backend) -> None:
    asked(on)
    until(lambda: recorded(on))
    assert on.client.post("/cache/purge", json={"text": "door", "recorded": True}).json()["recorded"] == 1
    assert recorded(on) == []
    on.client.post("/cache/record", json={"model": "al*", "on": False}).raise_for_status()
    asked(on)
    assert not on.services.lasting(Cache).wishes.is_on("alpha", "owner")
    assert recorded(on) == []


def test_what_is_recorded_is_bounded_by_age_number_and_size(make_lab: Callable[..., Small], database_url: str) -> None:
    ctx = make_lab(areas=[AREA], database_url=database_url).context()
    rows = [replace(QUESTION, at=NOON + timedelta(hours=n), hash=f"h{n}") for n in range(6)]
    wide = Bounds(since=NOON, questions=100, size=1000)
    with ctx.begin() as connection:
        store.add(connection, rows)
        store.put_vectors(connection, "e", {"h0": b"0", "h5": b"5", "gone": b"x"})
        store.put_vectors(connection, "e", {"h5": b"55"})
        store.put_verdict(connection, "pair", same=True, at=NOON)
        assert store.said(connection) == {"pair": True}
        store.prune(connection, wide)
        assert [replace(one, number=0) for one in store.all_of(connection)] == rows
        assert store.vectors(connection, "e") == {"h0": b"0", "h5": b"55"}
        for bounds, left in (
            (replace(wide, since=NOON + timedelta(minutes=1)), 5), (replace(wide, questions=4), 4),
            (replace(wide, size=33), 3),
        ):  # fmt: skip
            store.prune(connection, bounds)
            assert [one.hash for one in store.all_of(connection)] == [one.hash for one in rows[-left:]]
        assert store.vectors(connection, "e") == {"h5": b"55"}
        assert store.said(connection) == {}
        assert store.models(connection) == [("m", 3)]
        assert store.drop(connection, key="other") == 0
        assert store.drop(connection, text="0%") == 3
        assert store.totals(connection).last is None
