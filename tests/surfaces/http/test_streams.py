"""Streams: frames as they come, an end that is an end, heartbeats, and slow clients that are let go."""

import asyncio
import threading
import time
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

import httpx
import pytest

from hydra_lab.kernel.errors import Unavailable
from hydra_lab.kernel.operation import Frame
from hydra_lab.surfaces.http import streams
from hydra_lab.surfaces.http.streams import Streams, event_stream
from tests.surfaces.served import Served
from tests.surfaces.toys import LEFT


def test_frames_come_as_events_and_the_stream_ends(toyshop: Served) -> None:
    answer = toyshop.client.get("/toys/count", params={"to": 2})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text == (
        "retry: 2000\n\n"
        'id: 1\nevent: toy\ndata: {"number":1,"text":"toy 1"}\n\n'
        'id: 2\nevent: toy\ndata: {"number":2,"text":"toy 2"}\n\n'
    )


def test_a_client_that_comes_back_goes_on_after_its_last_id(toyshop: Served) -> None:
    answer = toyshop.client.get("/toys/count", params={"to": 3}, headers={"Last-Event-ID": "2"})
    assert "toy 3" in answer.text
    assert "toy 2" not in answer.text


def test_an_error_before_the_first_frame_is_a_status(toyshop: Served) -> None:
    assert toyshop.client.get("/toys/count", params={"to": -1}).status_code == 404
    assert toyshop.client.get("/toys/count", params={"to": "x"}).status_code == 422


def test_an_error_on_the_way_is_the_last_event_and_tells_nothing_of_the_inside(toyshop: Served) -> None:
    text = toyshop.client.get("/toys/count", params={"to": 99}).text
    assert text.rstrip().splitlines()[-2] == "event: error"
    assert "swordfish" not in text


def test_text_with_several_lines_stays_one_event() -> None:
    assert Frame(data="a\nb").wire == b"data: a\ndata: b\n\n"


def test_a_stream_without_news_keeps_the_connection_alive(toyshop: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BEAT_S", 0.05)
    with toyshop.client.stream("GET", "/events/stream") as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith(":")) == ": still here"


def test_what_happens_reaches_every_follower_at_once(toyshop: Served) -> None:
    heard: list[str] = []
    ready = threading.Event()

    def follow() -> None:
        with (
            httpx.Client(base_url=toyshop.url, headers=toyshop.client.headers, trust_env=False) as client,
            client.stream("GET", "/events/stream", params={"topics": "operations"}) as answer,
        ):
            for line in answer.iter_lines():
                ready.set()
                if line.startswith("event: operations.done"):
                    heard.append(line)
                    return

    threads = [threading.Thread(target=follow) for _ in range(5)]
    for one in threads:
        one.start()
    assert ready.wait(5)
    while toyshop.asgi.state.streams.open < 5 or toyshop.services.feed.followers < 5:
        time.sleep(0.01)
    toyshop.client.post("/toys", json={"name": "news"})
    for one in threads:
        one.join(10)
    assert len(heard) == 5


def test_a_client_that_takes_nothing_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SLOW_S", 0.05)

    async def endless() -> AsyncIterator[Frame]:
        while True:
            yield Frame(data="x")

    async def stuck(message: object) -> None:
        if isinstance(message, dict) and message["type"] == "http.response.body":
            await asyncio.sleep(60)

    async def waiting() -> dict[str, str]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def run() -> Streams:
        kept = Streams()
        response = await event_stream(kept, endless())
        with pytest.raises(TimeoutError):
            await response({"type": "http", "path": "/x"}, waiting, stuck)  # type: ignore[arg-type]
        return kept

    kept = asyncio.run(run())
    assert (kept.open, kept.dropped) == (0, 1)


def test_open_streams_end_when_the_server_stops() -> None:
    async def silent() -> AsyncIterator[Frame]:
        await asyncio.sleep(60)
        yield Frame(data="never")

    async def run() -> list[str]:
        kept, sent = Streams(), []

        async def send(message: object) -> None:
            assert isinstance(message, dict)
            sent.append(str(message.get("body")))

        async def waiting() -> dict[str, str]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        response = await event_stream(kept, silent())
        task = asyncio.create_task(response({"type": "http", "path": "/x"}, waiting, send))  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        kept.close()
        await asyncio.wait_for(task, 2)
        return sent

    assert asyncio.run(run())[-1] == "b''"


def test_a_stream_that_never_pauses_ends_when_its_client_leaves() -> None:
    async def endless() -> AsyncIterator[Frame]:
        while True:
            yield Frame(data="x")

    async def send(_message: object) -> None:
        return

    async def leaves() -> dict[str, str]:
        await asyncio.sleep(0.05)
        return {"type": "http.disconnect"}

    async def run() -> int:
        kept = Streams()
        response = await event_stream(kept, endless())
        await asyncio.wait_for(response({"type": "http", "path": "/x"}, leaves, send), 5)  # type: ignore[arg-type]
        return kept.open

    assert asyncio.run(run()) == 0


def came(word: str) -> bool:
    """Whether the singer tells of something within ten seconds."""
    deadline = time.monotonic() + 10
    while word not in LEFT and time.monotonic() < deadline:
        time.sleep(0.01)
    return word in LEFT


def test_bytes_are_sent_as_they_come(toyshop: Served) -> None:
    LEFT.clear()
    answer = toyshop.client.post("/toys/sing", content=b"short")
    assert (answer.status_code, answer.text) == (200, "verse 0\nverse 1\nverse 2\n")
    assert answer.headers["content-type"].startswith("text/plain")
    assert came("sung")


def test_an_answer_that_breaks_is_cut_and_not_taken_for_whole(toyshop: Served) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        toyshop.client.post("/toys/sing", content=b"broken")


class Singing:
    """A body that never ends, and says so in its own words when it is cut."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"la "
                await asyncio.sleep(0.01)
        except Unavailable as error:
            yield f"cut: {error}".encode()
            raise


class Silent:
    """A body of which nothing comes any more."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"la "
        await asyncio.sleep(60)


@pytest.mark.parametrize(("chunks", "said"), [(Singing(), b"cut: Hydra is stopping"), (Silent(), b"la ")])
def test_an_answer_on_its_way_is_told_that_the_server_stops_and_cut(
    chunks: AsyncIterable[bytes], said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STOP_S", 0.1)

    async def run() -> list[bytes]:
        kept, sent, begun = Streams(), list[bytes](), asyncio.Event()

        async def send(message: Any) -> None:
            sent.append(message.get("body"))
            begun.set()

        async def waiting() -> dict[str, str]:
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        answer = streams.Chunks(chunks, 200, {}, "text/plain", kept)
        task = asyncio.create_task(answer({"type": "http", "path": "/x"}, waiting, send))  # type: ignore[arg-type]
        await asyncio.wait_for(begun.wait(), 5)
        kept.close()
        await asyncio.wait_for(task, 20)
        return sent

    sent = asyncio.run(run())
    assert sent[-1].startswith(said)
    assert b"" not in sent, "the caller sees that it is not whole"


def test_who_leaves_in_the_middle_ends_the_answer(toyshop: Served) -> None:
    LEFT.clear()
    with toyshop.client.stream("POST", "/toys/sing", content=b"long") as answer:
        next(answer.iter_raw())
    assert came("closed")
    assert "sung" not in LEFT


def test_who_leaves_before_the_answer_cancels_its_making(toyshop: Served) -> None:
    LEFT.clear()
    with pytest.raises(httpx.ReadTimeout):
        toyshop.client.post("/toys/sing", content=b"slow", timeout=2)
    assert came("cancelled")


def test_an_endpoint_may_tell_errors_in_a_form_of_its_own(toyshop: Served) -> None:
    answer = toyshop.client.post("/toys/sing", content=b"none")
    assert (answer.status_code, answer.json()) == (404, {"shout": "THERE IS NO SUCH SONG."})
    nobody = toyshop.nobody.post("/toys/sing")
    assert (nobody.status_code, nobody.json()) == (401, {"shout": "THIS NEEDS A CREDENTIAL."})
