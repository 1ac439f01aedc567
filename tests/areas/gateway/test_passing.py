"""The gateway passes on what is asked and answered, byte for byte, and says what went wrong when it did."""

import json

import httpx
import pytest

from tests.areas.gateway.backend import Backend, until
from tests.areas.gateway.conftest import Lab, ToyServer

ODD = (
    b'{"model" :"alpha", "messages":[{"role":"user","content":"\\u00e9 \xc3\xa9"}],'
    b'\n "temperature":1.0e-1,"x":[1,2.50]}'
)


def test_a_body_reaches_the_server_and_an_answer_the_caller_as_they_are(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    answer = lab.client.post("/v1/chat/completions", content=ODD)
    assert answer.status_code == 200
    assert backend.bodies == [ODD]
    assert answer.content == json.dumps(answer.json(), indent=1).encode()
    assert answer.json()["odd_field"] == [1.0, None]
    assert "authorization" not in backend.heads[0].lower()


def test_an_alias_changes_the_models_name_and_nothing_else(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    aliases = {"aliases": [{"name": "best \U0001f600", "targets": [{"model": "alpha"}]}]}
    lab.client.put("/gateway/aliases", json=aliases).raise_for_status()
    asked = ODD.replace(b'"alpha"', '"best \U0001f600"'.encode())
    assert lab.client.post("/v1/chat/completions", content=asked).status_code == 200
    assert backend.bodies == [ODD]
    listed = lab.client.get("/v1/models").json()
    assert [one["id"] for one in listed["data"]] == ["best \U0001f600", "alpha"]


def test_a_stream_comes_as_it_is(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    answer = lab.chat("alpha", stream=True)
    events = [line[6:] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert [json.loads(one)["choices"][0]["delta"].get("content") for one in events[:-1]] == [
        "One",
        " two",
        " three",
        None,
    ]
    assert events[-1] == "[DONE]"


def test_embeddings_and_completions_have_their_own_paths(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    vectors = lab.client.post("/v1/embeddings", json={"model": "alpha", "input": ["x"]}).json()
    assert vectors["data"][0]["embedding"] == [0.5, -1.0]
    assert lab.client.post("/v1/completions", json={"model": "alpha", "prompt": "x"}).status_code == 200
    assert [head.split()[1] for head in backend.heads] == ["/v1/embeddings", "/v1/completions"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 400), (b"{}", 400), (b'{"model": 3}', 400), (b'{"model": "unheard-of"}', 404)],
)
def test_errors_have_the_form_that_openais_clients_read(lab: Lab, backend: Backend, body: bytes, status: int) -> None:
    lab.serves(ToyServer("a", backend, ("alpha",)))
    answer = lab.client.post("/v1/chat/completions", content=body)
    assert answer.status_code == status
    assert {"message", "type", "param", "code"} == answer.json()["error"].keys()
    nobody = httpx.post(f"{lab.url}/v1/chat/completions", content=body, trust_env=False)
    assert (nobody.status_code, nobody.json()["error"]["type"]) == (401, "authentication_error")


def test_without_a_model_server_it_says_what_to_do(lab: Lab) -> None:
    lab.serves()
    answer = lab.chat("alpha")
    assert answer.status_code == 424
    assert "/ui/integrations" in answer.json()["error"]["message"]


def test_what_a_server_refuses_is_handed_on(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("http400", "http429")))
    assert (lab.chat("http400").status_code, lab.chat("http429").status_code) == (400, 429)
    assert lab.chat("http400").json() == {"error": {"message": "It is not well."}}


@pytest.mark.parametrize("model", ["garbage", "error200", "cut", "http500"])
@pytest.mark.parametrize("stream", [False, True])
def test_another_server_answers_for_one_that_fails_before_its_first_byte(
    lab: Lab, backend: Backend, spare: Backend, model: str, stream: bool
) -> None:
    if model == "cut" and stream:
        return  # its first bytes are good ones
    lab.serves(ToyServer("a", backend, (model,)), ToyServer("b", spare, ("alpha",)))
    group = {"name": "group", "targets": [{"model": model}, {"model": "alpha"}]}
    lab.client.put("/gateway/aliases", json={"aliases": [group]}).raise_for_status()
    answer = lab.chat("group", stream=stream)
    assert (answer.status_code, backend.models, spare.models) == (200, [model], ["alpha"])
    assert "One" in answer.text if stream else answer.json()["choices"]
    alone = lab.chat(model, stream=stream)
    assert alone.status_code in (500, 502)
    assert alone.json()["error"]["message"]


def test_a_stream_that_breaks_is_never_retried_and_never_taken_for_whole(
    lab: Lab, backend: Backend, spare: Backend
) -> None:
    lab.serves(ToyServer("a", backend, ("cut", "unended")), ToyServer("b", spare, ("cut", "unended")))
    for model in ("cut", "unended"):
        got = b""
        with (
            pytest.raises(httpx.RemoteProtocolError),
            lab.client.stream("POST", "/v1/chat/completions", json={"model": model, "stream": True}) as answer,
        ):
            for piece in answer.iter_raw():
                got += piece
        assert b" two" in got
        assert b'data: {"error"' in got
        assert b"[DONE]" not in got
    assert len(backend.asked) + len(spare.asked) == 2


def test_a_server_that_hangs_is_given_up_at_the_deadline(lab: Lab, backend: Backend) -> None:
    lab.serves(ToyServer("a", backend, ("hang",)))
    answer = lab.client.post("/v1/chat/completions", json={"model": "hang"}, headers={"X-Deadline-Seconds": "2"})
    assert answer.status_code in (502, 503)
    until(lambda: backend.left == ["hang"])


@pytest.mark.parametrize("model", ["hang", "endless"])
def test_a_caller_who_leaves_ends_the_servers_work(lab: Lab, backend: Backend, model: str) -> None:
    lab.serves(ToyServer("a", backend, (model,)))
    with (
        pytest.raises(httpx.ReadTimeout),
        lab.client.stream("POST", "/v1/chat/completions", json={"model": model, "stream": True}, timeout=2) as answer,
    ):
        next(answer.iter_raw())
        raise httpx.ReadTimeout("enough")
    until(lambda: backend.left == [model])
    until(lambda: backend.running == 0)
