"""Alike questions get each other's answers once it is learned that they may, and opposites never."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hydra_lab.areas.cache.serving import Cache
from tests.areas.cache.knowing import Knowing
from tests.areas.gateway.backend import until
from tests.areas.gateway.conftest import Lab, ToyServer
from tests.areas.gateway.conftest import lab as lab

SETTINGS = {"rules": [{"mode": "semantic"}], "embedder": "embed", "errors": 0.5, "audit": 0}
STRICT = {**SETTINGS, "errors": 0.001}
RESTART = (
    "How do I restart the nginx container?",
    "What is the way to restart the nginx container?",
    "Please tell me how to restart the nginx container",
    "I want to restart the nginx container, how?",
)


@pytest.fixture
def models() -> Iterator[Knowing]:
    """A server that knows how to restart a container."""
    one = Knowing("alpha", "embed")
    one.knows = dict.fromkeys(RESTART, "docker restart nginx")
    yield one
    one.close()


@pytest.fixture
def on(lab: Lab, models: Knowing, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A Hydra whose semantic cache is on and empty; what is more likely than not happens."""
    monkeypatch.setattr(lab.services.lasting(Cache).semantic, "by_chance", lambda share: share >= 0.5)
    lab.serves(ToyServer("a", models, ("alpha", "embed")))
    lab.client.put("/cache/settings", json=STRICT).raise_for_status()
    lab.client.post("/cache/purge", json={"everything": True}).raise_for_status()
    yield lab
    lab.client.put("/cache/settings", json={}).raise_for_status()


def asked(lab: Lab, question: str, **more: Any) -> httpx.Response:
    """A question at temperature 0."""
    messages = [{"role": "user", "content": question}]
    body = {"model": "alpha", "messages": messages, "temperature": 0, **more}
    answer = lab.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    return answer


def near(lab: Lab) -> list[dict[str, Any]]:
    """Near misses."""
    found: list[dict[str, Any]] = lab.client.get("/cache/near-misses").raise_for_status().json()["events"]
    return found


def kept(lab: Lab) -> int:
    """How many answers are kept."""
    return int(lab.client.get("/cache/status").raise_for_status().json()["entries"])


def taught(lab: Lab) -> None:
    """A question is kept, and two alike ones were compared and right."""
    asked(lab, RESTART[0])
    until(lambda: kept(lab) == 1)
    for number, question in enumerate(RESTART[1:3], start=1):
        asked(lab, question)
        until(lambda number=number: [one["verdict"] for one in near(lab)].count("right") == number)  # type: ignore[misc]
    lab.client.put("/cache/settings", json=SETTINGS).raise_for_status()


def test_an_alike_question_is_compared_first_and_then_answered_from_the_cache(on: Lab, models: Knowing) -> None:
    taught(on)
    assert models.questions == list(RESTART[:3])
    answer = asked(on, RESTART[3], stream=True)
    assert answer.headers["x-hydra-cache"].startswith("semantic; id=")
    assert "docker restart nginx" in answer.text
    assert models.questions == list(RESTART[:3])
    (hit,) = on.client.get("/cache/hits").json()["events"]
    assert (hit["kind"], hit["asked"], hit["kept"]) == ("semantic", RESTART[3], RESTART[0])
    assert hit["similarity"] > 0.8


def test_an_opposite_is_never_answered_however_alike_it_is(on: Lab, models: Knowing) -> None:
    taught(on)
    for question in ("How do I not restart the nginx container?", "How do I restart the nginx container in 5 minutes?"):
        assert asked(on, question).headers["x-hydra-cache"] == "miss"
    assert [one["why"] for one in near(on)[:2]] == ["They differ in numbers", "They differ in a negation"]
    assert (
        asked(on, RESTART[3], tools=[{"type": "function", "function": {"name": "f"}}]).headers["x-hydra-cache"]
        == "miss"
    )


def test_what_the_owner_calls_wrong_is_not_given_again(on: Lab, models: Knowing) -> None:
    taught(on)
    asked(on, RESTART[3])
    (hit,) = on.client.get("/cache/hits").json()["events"]
    assert on.client.post("/cache/wrong", json={"id": hit["id"]}).json() == {"dropped": False}
    assert asked(on, RESTART[3]).headers["x-hydra-cache"] == "miss"
    assert near(on)[0]["why"] == "The answer was wrong for this question"
    assert asked(on, RESTART[0]).headers["x-hydra-cache"].startswith("exact")


def test_without_vectors_the_same_question_still_has_its_answer_and_nobody_gets_an_error(
    on: Lab, models: Knowing
) -> None:
    taught(on)
    models.embeds = False
    assert asked(on, RESTART[3]).json()["choices"][0]["message"]["content"] == "docker restart nginx"
    assert asked(on, RESTART[0]).headers["x-hydra-cache"].startswith("exact")


def test_a_share_of_the_answers_is_asked_again_and_the_wrong_ones_are_found(on: Lab, models: Knowing) -> None:
    taught(on)
    on.client.put("/cache/settings", json={**SETTINGS, "audit": 1}).raise_for_status()
    models.knows[RESTART[3]] = "It cannot be restarted, it was removed"
    assert asked(on, RESTART[3]).headers["x-hydra-cache"].startswith("semantic")
    until(lambda: on.client.get("/cache/status").json()["semantic_audit"]["compared"])
    found = on.client.get("/cache/status").json()["semantic_audit"]
    assert (found["compared"], found["wrong"], found["share"]) == (1, 1, 1.0)
    assert 0.2 < found["low"] < found["high"] <= 1
    assert 'hydra_cache_audited{kind="semantic",verdict="wrong"} 1.0' in on.client.get("/metrics").text
    assert asked(on, RESTART[3]).headers["x-hydra-cache"] == "miss"
