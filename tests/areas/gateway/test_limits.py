"""What keys may use, which server answers, and how work asks: all of it as the owner set it."""

from typing import Any

import pytest

from hydra_lab.areas.gateway.model import Rule
from hydra_lab.areas.gateway.serving.breaker import Breakers
from hydra_lab.areas.gateway.serving.router import Router
from hydra_lab.kernel.capabilities import Ability
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.inference import ask
from hydra_lab.kernel.policy import Actor, ActorKind
from tests.areas.gateway.backend import Backend, until
from tests.areas.gateway.conftest import Lab, ToyServer

WORK = Actor(kind=ActorKind.SCHEDULE, name="nightly")
HELLO = {"messages": [{"role": "user", "content": "Hello"}]}


def limit(lab: Lab, **limits: Any) -> None:
    """Limit a key."""
    lab.client.put("/gateway/keys", json={"limits": [limits]}).raise_for_status()


def events(lab: Lab, name: str) -> list[dict[str, Any]]:
    """What the journal has of a kind, the newest first."""
    found: list[dict[str, Any]] = lab.client.get("/activity", params={"name": name}).raise_for_status().json()["events"]
    return found


def test_a_key_asks_for_what_it_may_and_is_told_what_that_is(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("small-1", "large-1")))
    limit(lab, key="frugal", models=["small-*"])
    client = lab.key("frugal", "models")
    assert [one["id"] for one in client.get("/v1/models").json()["data"]] == ["small-1"]
    assert client.post("/v1/chat/completions", json={"model": "small-1", **HELLO}).status_code == 200
    refused = client.post("/v1/chat/completions", json={"model": "large-1", **HELLO})
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "denied")
    until(lambda: [one["subject"] for one in events(lab, "gateway.refused")] == ["frugal"])


def test_a_days_budget_of_tokens_is_kept_and_told_once(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    limit(lab, key="daily", tokens_a_day=10)
    client = lab.key("daily", "models")
    said = [client.post("/v1/chat/completions", json={"model": "alpha", **HELLO}) for _ in range(4)]
    assert [one.status_code for one in said] == [200, 200, 429, 429]  # each takes nine
    assert int(said[2].headers["retry-after"]) > 0
    until(lambda: len(events(lab, "gateway.budget_spent")) == 1)
    keys = {one["name"]: one for one in lab.client.get("/gateway/status").json()["keys"]}
    assert (keys["daily"]["prompt_tokens"], keys["daily"]["completion_tokens"]) == (10, 8)
    lab.services._lasting.pop(Router)  # as after a restart: what was used is read from the database
    assert client.post("/v1/chat/completions", json={"model": "alpha", **HELLO}).status_code == 429


def test_requests_at_once_are_limited_by_key(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("endless", "alpha")))
    limit(lab, key="single", at_once=1)
    client = lab.key("single", "models")
    body = {"model": "endless", "stream": True, **HELLO}
    with client.stream("POST", "/v1/chat/completions", json=body) as answer:
        pieces = answer.iter_raw()
        next(pieces)
        assert client.post("/v1/chat/completions", json={"model": "alpha", **HELLO}).status_code == 429
    until(lambda: client.post("/v1/chat/completions", json={"model": "alpha", **HELLO}).status_code == 200)


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        ({"model": "gpt-*"}, True),
        ({"model": "llama"}, False),
        ({"key": "ci-*", "model": "*"}, False),
        ({"ability": "vision"}, True),
        ({"ability": "tools"}, False),
        ({"tokens_over": 999}, True),
        ({"tokens_over": 1000}, False),
        ({"busy_over": 3}, False),
    ],
)
def test_a_rule_fits_when_all_of_it_does(rule: dict[str, Any], fits: bool) -> None:
    abilities = frozenset({Ability.CHAT, Ability.VISION})
    told = Rule(use="other", **rule)
    assert told.fits(model="gpt-4", key="owner", abilities=abilities, tokens=1000, busy=2) is fits


def test_rules_send_requests_elsewhere(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha", "seeing")))
    rules = [{"model": "gpt-*", "use": "alpha"}, {"ability": "vision", "use": "seeing"}]
    lab.client.put("/gateway/rules", json={"rules": rules}).raise_for_status()
    assert lab.chat("gpt-5").status_code == 200
    picture = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]
    assert lab.chat("alpha", messages=picture).status_code == 200
    assert backend.models == ["alpha", "seeing"]


def test_a_server_that_fails_again_and_again_is_left_alone_for_a_while(
    lab: Lab, backend: Backend, spare: Backend
) -> None:
    lab.serves(ToyServer("a", backend, ("http500",)), ToyServer("b", spare, ("alpha",)))
    lab.client.put("/gateway/patience", json={"failures": 2, "rest_s": 600}).raise_for_status()
    group = {"name": "group", "targets": [{"model": "http500"}, {"model": "alpha"}]}
    lab.client.put("/gateway/aliases", json={"aliases": [group]}).raise_for_status()
    assert [lab.chat("group").status_code for _ in range(5)] == [200] * 5
    assert (len(backend.asked), len(spare.asked)) == (2, 5)
    until(lambda: events(lab, "gateway.server_rests") and events(lab, "gateway.failed_over"))


def test_after_its_rest_one_more_failure_is_enough_and_one_answer_makes_it_well() -> None:
    breakers, patience = Breakers(), dict[str, Any](failures=2, rest_s=30.0)
    assert not breakers.failed("a", 0, **patience)
    assert breakers.failed("a", 1, **patience)
    assert (breakers.rests("a", 2), breakers.rests("a", 31)) == (True, False)
    breakers.failed("a", 32, **patience)
    assert breakers.rests("a", 33)
    assert breakers.worked("a")
    assert not breakers.rests("a", 34)


def test_work_asks_as_callers_do(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha", "http400")))
    ctx = Context(services=lab.services, actor=WORK)
    plain = ask(ctx, {"model": "alpha", **HELLO})
    assert (plain.ok, plain.text, plain.server, plain.completion_tokens) == (True, "I am alpha.", "a", 4)
    streamed = ask(ctx, {"model": "alpha", "stream": True, **HELLO})
    assert (streamed.text, streamed.completion_tokens, len(streamed.token_s)) == ("One two three", 3, 3)
    assert streamed.first_token_s is not None
    assert streamed.first_token_s <= streamed.seconds
    refused = ask(ctx, {"model": "http400", **HELLO})
    assert (refused.ok, refused.status) == (False, 400)
    with pytest.raises(NotFound):
        ask(ctx, {"model": "unheard-of", **HELLO})


def test_numbers_of_each_model_are_told_to_prometheus(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    lab.chat("alpha")
    lab.chat("alpha", stream=True)
    text = lab.client.get("/metrics").text
    label = '{key="cli",model="alpha",server="a"}'
    assert f"hydra_gateway_requests_total{label} 2.0" in text
    assert f"hydra_gateway_first_token_seconds_count{label} 1.0" in text
    assert 'hydra_gateway_tokens_total{key="cli",kind="completion",model="alpha",server="a"} 7.0' in text
