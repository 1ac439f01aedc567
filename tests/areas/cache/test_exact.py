"""The same question is answered from the cache, to whom it may be, and only where that is wanted."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.areas.gateway.backend import Backend, until
from tests.areas.gateway.conftest import Lab, ToyServer


@pytest.fixture
def on(lab: Lab, backend: Backend) -> Iterator[Lab]:
    """A Hydra with one server, whose cache is on for every model and empty."""
    lab.serves(ToyServer("a", backend, ("alpha", "cut", "unended", "error200", "http500")))
    lab.client.put("/cache/settings", json={"rules": [{}]}).raise_for_status()
    yield lab
    lab.client.post("/cache/purge", json={"everything": True}).raise_for_status()
    lab.client.put("/cache/settings", json={}).raise_for_status()


def asked(lab: Lab, model: str = "alpha", *, by: httpx.Client | None = None, **more: Any) -> httpx.Response:
    """A question at temperature 0."""
    body = {"model": model, "messages": [{"role": "user", "content": "Who are you?"}], "temperature": 0, **more}
    headers = body.pop("headers", {})
    return (by or lab.client).post("/v1/chat/completions", json=body, headers=headers)


def kept(lab: Lab) -> list[dict[str, Any]]:
    """What is kept."""
    found: list[dict[str, Any]] = lab.client.get("/cache/entries").raise_for_status().json()["entries"]
    return found


def test_without_being_switched_on_nothing_is_kept(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    assert "x-hydra-cache" not in asked(lab).headers
    assert "x-hydra-cache" not in asked(lab).headers
    assert len(backend.asked) == 2
    assert kept(lab) == []


def test_the_second_time_the_answer_is_from_the_cache_and_counted_as_such(on: Lab, backend: Backend) -> None:
    first = asked(on)
    assert first.headers["x-hydra-cache"] == "miss"
    until(lambda: kept(on))
    second = asked(on, stream=False, user="somebody")
    assert second.headers["x-hydra-cache"] == f"exact; id={kept(on)[0]['id']}"
    assert second.json() == first.json()
    assert len(backend.asked) == 1
    (hit,) = on.client.get("/cache/hits").json()["events"][:1]
    assert (hit["asked"], hit["answer"]) == ("Who are you?", "I am alpha.")
    numbers = on.client.get("/metrics").text
    assert 'hydra_cache_questions_total{model="alpha",result="exact"} 1.0' in numbers
    assert 'model="alpha",server="cache"} 1.0' in numbers


def test_streams_are_kept_at_their_end_and_told_again_as_streams(on: Lab, backend: Backend) -> None:
    asked(on, stream=True)
    until(lambda: kept(on))
    again = asked(on, stream=True)
    assert again.headers["x-hydra-cache"].startswith("exact")
    assert again.headers["content-type"].startswith("text/event-stream")
    assert again.text.endswith("data: [DONE]\n\n")
    assert asked(on).json()["choices"][0]["message"]["content"] == "One two three"
    assert len(backend.asked) == 1


@pytest.mark.parametrize(
    ("why", "more"),
    [
        ("the temperature was too high", {"temperature": 0.9}),
        ("no temperature was named", {"temperature": None}),
        ("several answers were asked for", {"n": 2}),
        ("the last word is not the user’s", {"messages": [{"role": "tool", "content": "4", "tool_call_id": "x"}]}),
        ("the caller wanted none", {"headers": {"X-Hydra-Cache": "off"}}),
    ],
)
def test_what_may_come_out_otherwise_goes_past_the_cache(on: Lab, why: str, more: dict[str, Any]) -> None:
    assert asked(on, **more).status_code == 200
    passed = on.client.get("/cache/status").json()["passed_by"]
    assert why in [one["why"] for one in passed]
    assert kept(on) == []


@pytest.mark.parametrize(
    ("model", "stream"), [("cut", True), ("unended", True), ("error200", True), ("error200", False)]
)
def test_an_answer_that_is_not_whole_is_not_kept(on: Lab, model: str, stream: bool) -> None:
    try:
        asked(on, model, stream=stream)
    except httpx.RemoteProtocolError:
        assert stream
    asked(on)
    until(lambda: "alpha" in {one["model"] for one in kept(on)})
    assert {one["model"] for one in kept(on)} == {"alpha"}


def test_a_key_gets_what_another_asked_only_where_that_is_set(on: Lab, backend: Backend) -> None:
    other = on.key("other", "models")
    asked(on)
    until(lambda: kept(on))
    assert asked(on, by=other).headers["x-hydra-cache"] == "miss"
    on.client.post("/cache/switch", json={"shared": True, "model": "al*"}).raise_for_status()
    asked(on)
    until(lambda: len(kept(on)) == 3)
    assert asked(on, by=other).headers["x-hydra-cache"].startswith("exact")
    limits = {"limits": [{"key": "other", "models": []}]}
    on.client.put("/gateway/keys", json=limits).raise_for_status()
    assert asked(on, by=other).status_code == 403


def test_a_wrong_answer_is_not_given_again_and_what_is_purged_is_gone(on: Lab, backend: Backend) -> None:
    asked(on)
    until(lambda: kept(on))
    asked(on)
    (hit,) = on.client.get("/cache/hits").json()["events"]
    assert on.client.post("/cache/wrong", json={"id": hit["id"]}).json()["dropped"] == 1
    assert asked(on).headers["x-hydra-cache"] == "miss"
    until(lambda: kept(on))
    assert on.client.post("/cache/purge", json={"text": "who are"}).json()["dropped"] == 1
    assert on.client.post("/cache/purge", json={}).status_code == 422
    assert on.client.get("/cache/hits").json()["events"] == []
    assert asked(on).headers["x-hydra-cache"] == "miss"


def test_a_caller_may_have_an_answer_made_anew(on: Lab, backend: Backend) -> None:
    asked(on)
    until(lambda: kept(on))
    before = kept(on)[0]["id"]
    assert asked(on, headers={"X-Hydra-Cache": "refresh"}).headers["x-hydra-cache"] == "miss"
    until(lambda: [one["id"] for one in kept(on)] not in ([], [before]))
    assert asked(on).headers["x-hydra-cache"] == f"exact; id={kept(on)[0]['id']}"
    assert len(backend.asked) == 2


def test_another_model_behind_an_alias_is_another_question(on: Lab, backend: Backend) -> None:
    for target in ("alpha", "unended"):
        aliases = {"aliases": [{"name": "best", "targets": [{"model": target}]}]}
        on.client.put("/gateway/aliases", json=aliases).raise_for_status()
        assert asked(on, "best").headers["x-hydra-cache"] == "miss"
    assert backend.models == ["alpha", "unended"]
