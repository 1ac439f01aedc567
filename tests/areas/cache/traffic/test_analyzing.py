"""Recorded traffic is analyzed as work, and the setting that came out of it is taken over."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hydra_lab.areas.cache.traffic import store
from tests.areas.cache.knowing import Knowing
from tests.areas.cache.traffic.test_recording import QUESTION
from tests.areas.gateway.conftest import Lab, ToyServer

SETTINGS = {"embedder": "embed", "record_days": 365, "errors": 0.5}
KNOWN = ("How do I restart the nginx container?", "How do I list open ports on the router?")
LIGHT = "Turn the kitchen lights on"


@pytest.fixture
def models() -> Iterator[Knowing]:
    """A server that makes vectors."""
    one = Knowing("alpha", "embed")
    yield one
    one.close()


@pytest.fixture
def on(lab: Lab, models: Knowing) -> Iterator[Lab]:
    """A Hydra that has nothing recorded."""
    lab.serves(ToyServer("a", models, ("alpha", "embed")))
    lab.client.put("/cache/settings", json=SETTINGS).raise_for_status()
    yield lab
    lab.client.post("/cache/purge", json={"everything": True}).raise_for_status()
    lab.client.put("/cache/settings", json={}).raise_for_status()


def recorded(lab: Lab, texts: list[tuple[str, str]]) -> None:
    """Questions with their answers, one each minute of a past day."""
    began = lab.services.clock.now() - timedelta(hours=20)
    rows = [
        replace(QUESTION, at=began + timedelta(minutes=n), model="alpha", exact=text, hash=text, text=text,
                answer=answer, temperature=0.0, tokens=100, seconds=3.0)
        for n, (text, answer) in enumerate(texts)
    ]  # fmt: skip
    with lab.services.database.begin() as connection:
        store.add(connection, rows)


def analyzed(lab: Lab, **more: Any) -> tuple[dict[str, Any], str]:
    """What came of an analysis, and where its item is."""
    answer = lab.client.post("/cache/analyze", json={"model": "alpha", **more}, params={"wait": 60}, timeout=90)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.headers["location"]


def test_an_analysis_recommends_a_setting_that_is_taken_over(on: Lab) -> None:
    always = [(KNOWN[n % 2], ("docker restart nginx", "ss -tulpn")[n % 2]) for n in range(160)]
    others = [(f"{KNOWN[0]}{'.' * n}", "docker restart nginx") for n in range(1, 60)]
    opposite = [(f"{LIGHT}", "done"), ("Turn the kitchen lights off", "done too")]
    recorded(on, [*always, *others, *opposite])
    found, item = analyzed(on)
    assert (found["questions"], found["allowed"]) == (221, 0.05)
    ways = {one["id"]: one for one in found["options"]}
    assert list(ways)[:2] == ["off", "exact-24h"]
    assert (ways["exact-24h"]["exact"], ways["exact-24h"]["wrong_hits"]) == (158, 0)
    assert (ways["exact-24h"]["tokens"], ways["exact-24h"]["seconds"]) == (15800, 474)
    assert ways["semantic-50-24h"]["alike"] > ways["semantic-1-24h"]["alike"]
    assert found["recommended"] == "semantic-50-24h"
    kept = on.client.get(item).json()
    assert {one["name"] for one in kept["artifacts"]} == {"analysis.md", "analysis.json"}
    texts = {one["name"]: on.client.get(one["url"]).text for one in kept["artifacts"]}
    assert "Recommended: Alike questions" in texts["analysis.md"]
    assert json.loads(texts["analysis.json"]) == found == on.client.get("/cache/analysis").json()
    known = json.dumps([kept, on.client.get("/events", params={"limit": 500}).json(), texts])
    assert "nginx" not in known
    assert "kitchen" not in known
    stale = on.client.post("/cache/adopt", json={"setting": "exact-24h", "analysis": "another"})
    assert stale.status_code == 409
    adopted = {"setting": found["recommended"], "analysis": found["id"]}
    rules = on.client.post("/cache/adopt", json=adopted).raise_for_status().json()["rules"]
    assert [(one["model"], one["mode"], one["hours"]) for one in rules] == [("alpha", "semantic", 24.0)]
    on.client.post("/cache/adopt", json={**adopted, "setting": "off"}).raise_for_status()
    assert on.client.get("/cache/status").json()["on"] is False


def test_too_little_is_said_to_be_too_little_and_a_model_without_vectors_does_not_stop_it(
    on: Lab, models: Knowing
) -> None:
    models.embeds = False
    recorded(on, [("Who are you?", "I am alpha."), ("Who are you?", "I am beta.")])
    found, _ = analyzed(on)
    assert found["recommended"] is None
    assert "Too little was recorded" in found["why"]
    assert found["remarks"][0].startswith("Alike questions were not looked for")
    (exact,) = found["options"][1:]
    assert (exact["hits"], exact["compared"], exact["unknown"], exact["wrong"]) == (1, 0, 1, None)
    assert (round(exact["low"], 1), exact["high"]) == (0.0, 1.0)


def test_answers_that_differ_are_compared_as_the_audit_compares(on: Lab) -> None:
    recorded(on, [(LIGHT, "The lights are on"), (LIGHT, "The lights are off"), (LIGHT, "the  lights are on")])
    found, _ = analyzed(on)
    exact = found["options"][1]
    assert (exact["hits"], exact["compared"], exact["wrong_hits"]) == (2, 2, 1)
