"""Batches through a real server: what is checked, asked, kept and told."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.areas.batches.lab import asked, hydra_with_models, jsonl, line, model_server, read_lines, until
from tests.areas.running import artifact, done, ended, run
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving import Call
from tests.server import Server

SAYS: dict[str, Any] = {}


class Moody(PlainPeer):
    """A server that puts some questions off twice and cannot bear others."""

    def answer(self, call: Call) -> None:
        """Answer, or not."""
        text = str(call.asked.body)
        if "unbearable" in text:
            call.json({"error": {"message": "I will not say that.", "code": "content_filter"}}, 400)
        elif "later" in text and asked(self)["later"] < 3:
            call.json({"error": {"message": "slow down"}}, 429)
        else:
            super().answer(call)


@pytest.fixture(scope="module")
def peer() -> Iterator[PlainPeer]:
    """A server with two models."""
    plain = model_server()
    with Moody(*plain.models.values()) as one:
        plain.__exit__()
        yield one


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory, peer: PlainPeer) -> Iterator[Server]:
    """A Hydra that has it."""
    with hydra_with_models(tmp_path_factory.mktemp("batches"), peer) as one:
        yield one


def test_one_question_is_asked_as_work(hydra: Server) -> None:
    item = done(hydra, "inference.run", prompt="Who are you?", parameters={"max_tokens": 3})
    told = item["result"]
    assert (told["text"].strip(), told["completion_tokens"]) == ("word1 word2 word3", 3)
    assert told["seconds"] > 0


def test_an_answer_in_another_shape_than_asked_for_is_no_answer(hydra: Server, peer: PlainPeer) -> None:
    schema = {"type": "object", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
    peer.message = lambda asked: {"role": "assistant", "content": SAYS["it"]}
    try:
        SAYS["it"] = '{"age": 7}'
        assert done(hydra, "inference.run", prompt="How old?", json_schema=schema)["result"]["data"] == {"age": 7}
        SAYS["it"] = '{"age": "seven"}'
        item = run(hydra, "inference.run", prompt="How old?", json_schema=schema)
    finally:
        peer.message = lambda asked: None
    assert item["state"] == "failed"
    assert "another shape" in item["error"]["detail"]


def test_a_schema_that_is_none_is_refused(hydra: Server) -> None:
    item = run(hydra, "inference.run", prompt="How old?", json_schema={"type": "number of years"})
    assert item["error"]["data"]["problems"][0]["field"] == "json_schema"


def test_every_wrong_line_is_told_and_nothing_is_asked(hydra: Server, peer: PlainPeer) -> None:
    text = jsonl(line("a", "not to be asked"), "{", line("a"), {**line("b"), "method": "GET"}, "",
                 {**line("c"), "url": "/v1/audio"}, line("d", stream=True))  # fmt: skip
    item = run(hydra, "inference.batch", text=text)
    assert item["state"] == "failed"
    fields = [one["field"] for one in item["error"]["data"]["problems"]]
    assert fields == ["line 2", "line 3", "line 4", "line 6", "line 7"]
    assert "not to be asked" not in asked(peer)


def test_answers_and_errors_are_kept_apart_and_one_error_stops_nothing(hydra: Server, peer: PlainPeer) -> None:
    text = jsonl(line("a", "first"), line("b", "unbearable"), line("c", "third", "nobody has this"), line("d", "last"))
    item = done(hydra, "inference.batch", text=text)
    result = item["result"]
    assert (result["status"], result["completed"], result["failed"]) == ("completed", 2, 2)
    results = read_lines(artifact(hydra, item, "results.jsonl"))
    assert [one["custom_id"] for one in results] == ["a", "d"]
    assert results[0]["response"]["body"]["choices"][0]["message"]["content"].startswith("word1")
    refused, unknown = read_lines(artifact(hydra, item, "errors.jsonl"))
    assert (refused["response"]["status_code"], unknown["response"]["status_code"]) == (400, 404)
    assert refused["response"]["body"]["error"]["code"] == "content_filter"
    assert "nobody has this" in unknown["response"]["body"]["error"]["message"]
    assert result["prompt_tokens"] > 0


def test_what_a_server_puts_off_is_tried_again(hydra: Server, peer: PlainPeer) -> None:
    item = done(hydra, "inference.batch", text=jsonl(line("a", "later")))
    assert item["result"]["completed"] == 1
    assert asked(peer)["later"] == 3


def test_prompts_are_asked_with_each_set_of_parameters(hydra: Server) -> None:
    item = done(hydra, "inference.batch", prompts=["x", "y"], model="small", system="Be short.",
                parameters=[{"max_tokens": 2}, {"max_tokens": 4, "model": "other"}])  # fmt: skip
    results = read_lines(artifact(hydra, item, "results.jsonl"))
    told = [(one["custom_id"], one["response"]["body"]["model"], one["response"]["body"]["usage"]["completion_tokens"])
            for one in results]  # fmt: skip
    assert told == [
        ("prompt-1-parameters-1", "small", 2), ("prompt-1-parameters-2", "other", 4),
        ("prompt-2-parameters-1", "small", 2), ("prompt-2-parameters-2", "other", 4),
    ]  # fmt: skip


def test_a_batch_ends_with_what_is_done_when_its_tokens_are_used_up(hydra: Server) -> None:
    text = jsonl(*(line(f"r{number}", max_tokens=10) for number in range(20)))
    item = done(hydra, "inference.batch", text=text, most_tokens=40, at_once=1)
    result = item["result"]
    assert result["status"] == "over_budget"
    assert (result["completed"], result["completion_tokens"]) == (3, 30), "each takes more than ten with its prompt"
    assert result["not_asked"] == 17
    (last,) = read_lines(artifact(hydra, item, "errors.jsonl"))[-1:]
    assert (last["response"], last["error"]["code"]) == (None, "budget_exceeded")


def test_a_batch_ends_with_what_is_done_when_its_time_has_passed(hydra: Server, peer: PlainPeer) -> None:
    peer.first_token_s = 0.5
    try:
        text = jsonl(*(line(f"r{number}") for number in range(100)))
        item = done(hydra, "inference.batch", text=text, most_minutes=1 / 60, at_once=1)
    finally:
        peer.first_token_s = 0.0
    result = item["result"]
    assert result["status"] == "expired"
    assert result["completed"] + result["not_asked"] == 100
    assert 1 <= result["completed"] < 20


def test_a_cancelled_batch_keeps_its_answers_and_a_retry_asks_for_the_rest(hydra: Server, peer: PlainPeer) -> None:
    peer.first_token_s = 0.05
    try:
        text = jsonl(*(line(f"r{number}", f"cancelled {number}") for number in range(60)))
        posted = hydra.client.post("/queue", json={"operation": "inference.batch", "input": {"text": text}})
        id = posted.raise_for_status().json()["id"]
        until(lambda: asked(peer)["cancelled 5"])
        hydra.client.post(f"/queue/{id}/cancel").raise_for_status()
        assert hydra.client.get(f"/queue/{id}").json()["state"] == "cancelled"
        until(lambda: not sum(peer.running.values()))
        before = sum(count for text, count in asked(peer).items() if text.startswith("cancelled"))
        assert before < 60
    finally:
        peer.first_token_s = 0.0
    hydra.client.post(f"/queue/{id}/retry").raise_for_status()
    item = ended(hydra, id)
    assert item["result"]["completed"] == 60
    times = asked(peer)
    twice = [text for text, count in times.items() if text.startswith("cancelled") and count > 1]
    assert len(twice) <= 2, "only those in flight are asked again"
