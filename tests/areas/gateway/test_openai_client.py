"""OpenAI's own client against the gateway: what it sends, reads, retries and gives up is what callers see."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from hydra_lab.kernel.http import Sender
from tests.areas.gateway.backend import ARGUMENTS, Backend, until
from tests.areas.gateway.conftest import Lab, ToyServer

HELLO: Any = [{"role": "user", "content": "Who are you?"}]
PICTURE = "data:image/png;base64,iVBORw0KGgo="
WEATHER: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
SENDER = Sender()
HAS = ("alpha", "tools", "shape", "hang", "cut", "endless", "garbage", "http400", "http429", "http500")


@dataclass
class Sends(ToyServer):
    """A server that is reached as every real one is."""

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], *, silence_s: float
    ) -> AbstractAsyncContextManager[Any]:
        """POST a body as it is."""
        return SENDER.post(self.title, self.backend.url + path, body, headers, silence_s=silence_s)


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int


@pytest.fixture
def client(lab: Lab, backend: Backend) -> Iterator[openai.OpenAI]:
    """The client, told no more than an address and a key."""
    lab.serves(Sends("a", backend, HAS))
    http = httpx.Client(trust_env=False)
    with openai.OpenAI(base_url=f"{lab.url}/v1", api_key=lab.token, max_retries=0, http_client=http) as one:
        yield one


def test_a_question_is_answered_and_headers_can_be_read(client: openai.OpenAI, backend: Backend) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model="alpha", messages=HELLO, temperature=0.25, extra_body={"min_p": 0.5}
    )
    assert raw.headers["x-request-id"]
    answer = raw.parse()
    assert (answer.choices[0].message.content, answer.usage and answer.usage.completion_tokens) == ("I am alpha.", 4)
    assert (backend.asked[0]["temperature"], backend.asked[0]["min_p"]) == (0.25, 0.5)
    assert client.completions.with_raw_response.create(model="alpha", prompt="x").status_code == 200


def test_models_are_listed(client: openai.OpenAI) -> None:
    assert {one.id for one in client.models.list()} >= {"alpha", "tools"}


def test_a_stream_is_read_to_its_end(client: openai.OpenAI) -> None:
    with client.chat.completions.create(model="alpha", messages=HELLO, stream=True) as stream:
        chunks = list(stream)
    assert "".join(one.choices[0].delta.content or "" for one in chunks) == "One two three"
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_tools_are_called_at_once_and_piece_by_piece(client: openai.OpenAI, backend: Backend) -> None:
    answer = client.chat.completions.create(model="tools", messages=HELLO, tools=[WEATHER])
    assert backend.asked[0]["tools"] == [WEATHER]
    [call] = answer.choices[0].message.tool_calls or ()
    assert call.type == "function"
    assert (call.function.name, call.function.arguments) == ("weather", "".join(ARGUMENTS))
    with client.chat.completions.stream(model="tools", messages=HELLO, tools=[WEATHER]) as stream:
        whole = stream.get_final_completion().choices[0]
    [call] = whole.message.tool_calls or ()
    assert (call.function.name, call.function.arguments) == ("weather", "".join(ARGUMENTS))
    assert whole.finish_reason == "tool_calls"


def test_an_answer_has_the_shape_that_was_asked_for(client: openai.OpenAI, backend: Backend) -> None:
    answer = client.chat.completions.parse(model="shape", messages=HELLO, response_format=Person)
    assert answer.choices[0].message.parsed == Person(name="Ada", age=36)
    assert backend.asked[0]["response_format"]["json_schema"]["schema"]["required"] == ["name", "age"]


def test_pictures_reach_the_model(client: openai.OpenAI, backend: Backend) -> None:
    parts: Any = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": PICTURE}}]
    client.chat.completions.create(model="alpha", messages=[{"role": "user", "content": parts}])
    assert backend.asked[0]["messages"][0]["content"] == parts


def test_vectors_come_packed_as_the_client_asks(client: openai.OpenAI, backend: Backend) -> None:
    assert client.embeddings.create(model="alpha", input=["x"]).data[0].embedding == [0.5, -1.0]
    assert backend.asked[0]["encoding_format"] == "base64"


def test_each_error_is_the_clients_own(lab: Lab, client: openai.OpenAI) -> None:
    def fails(kind: type[openai.APIStatusError], model: str, using: openai.OpenAI = client) -> openai.APIStatusError:
        with pytest.raises(kind) as caught:
            using.chat.completions.create(model=model, messages=HELLO)
        assert caught.value.message
        return caught.value

    fails(openai.AuthenticationError, "alpha", client.with_options(api_key="nonsense"))
    assert "GET /v1/models" in fails(openai.NotFoundError, "nobody has it").message
    assert "names no model" in fails(openai.BadRequestError, "").message
    assert "It is not well" in fails(openai.BadRequestError, "http400").message
    fails(openai.InternalServerError, "http500")
    fails(openai.InternalServerError, "garbage")
    lab.client.put("/gateway/keys", json={"limits": [{"key": "*", "models": ["b*"]}]}).raise_for_status()
    assert fails(openai.PermissionDeniedError, "alpha").type == "permission_error"
    lab.client.put("/gateway/keys", json={"limits": [{"key": "*", "requests_a_day": 0}]}).raise_for_status()
    assert int(fails(openai.RateLimitError, "alpha").response.headers["retry-after"]) > 0


def test_it_comes_back_when_it_was_told_to(client: openai.OpenAI, backend: Backend) -> None:
    began = time.monotonic()
    with pytest.raises(openai.RateLimitError) as caught:
        client.with_options(max_retries=1).chat.completions.create(model="http429", messages=HELLO)
    assert caught.value.response.headers["retry-after"] == "1"
    assert time.monotonic() - began >= 1
    assert backend.models == ["http429"] * 2


def test_a_stream_that_breaks_is_no_answer(client: openai.OpenAI) -> None:
    with (
        pytest.raises(openai.APIError),
        client.chat.completions.create(model="cut", messages=HELLO, stream=True) as stream,
    ):
        list(stream)


def test_a_client_that_gives_up_or_leaves_ends_the_models_work(client: openai.OpenAI, backend: Backend) -> None:
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.5).chat.completions.create(model="hang", messages=HELLO)
    with client.chat.completions.create(model="endless", messages=HELLO, stream=True) as stream:
        assert next(iter(stream)).choices[0].delta.content == "One"
    until(lambda: sorted(backend.left) == ["endless", "hang"])
