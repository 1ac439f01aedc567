"""Sending bytes on: they arrive as they were, come back as they are, and a caller who leaves is noticed."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from hydra_lab.kernel.errors import Unavailable
from hydra_lab.kernel.http import Sender
from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights
from tests.server import free_port

BODY = b'{"model":"a",  "messages":[{"role":"user","content":"hi \\u00e9"}],"stream":true,"x_unknown":1.0}'
HEADERS = {"Content-Type": "application/json", "X-Given": "yes", "Connection": "close", "Host": "elsewhere"}


@pytest.fixture
def peer() -> Iterator[PlainPeer]:
    """A server with a slow model."""
    with PlainPeer(Weights(name="a", tokens_per_s=200)) as one:
        yield one


async def whole(sender: Sender, url: str, silence_s: float = 5.0) -> tuple[int, list[bytes]]:
    """The status and the pieces of an answer."""
    async with sender.post("Lab", f"{url}/v1/chat/completions", BODY, HEADERS, silence_s=silence_s) as answer:
        return answer.status, [chunk async for chunk in answer.chunks()]


def until(so: Callable[[], bool]) -> None:
    """Return when it is so."""
    deadline = time.monotonic() + 20
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_body_arrives_as_it_is_and_comes_back_piece_by_piece(peer: PlainPeer) -> None:
    sender = Sender()

    async def twice() -> None:
        for _ in range(2):
            status, chunks = await whole(sender, peer.url)
            assert status == 200
            assert len(chunks) > 3
            assert b"".join(chunks).endswith(b"data: [DONE]\n\n")
        await sender.close()

    asyncio.run(twice())
    assert [one.body for one in peer.asked] == [BODY, BODY]
    sent = peer.asked[0].headers
    assert sent["x-given"] == "yes"
    assert sent["host"] == peer.url.removeprefix("http://")
    assert "cookie" not in sent


def test_each_event_loop_has_connections_of_its_own(peer: PlainPeer) -> None:
    sender = Sender()
    assert [asyncio.run(whole(sender, peer.url))[0] for _ in range(2)] == [200, 200]


def test_any_status_is_an_answer(peer: PlainPeer) -> None:
    async def refused() -> int:
        async with Sender().post("Lab", f"{peer.url}/v1/completions", b"no json", {}, silence_s=5) as answer:
            return answer.status

    assert asyncio.run(refused()) == 400


def test_a_body_that_is_cut_or_falls_silent_is_unavailable(peer: PlainPeer) -> None:
    peer.cut_after = 3
    with pytest.raises(Unavailable):
        asyncio.run(whole(Sender(), peer.url))
    peer.cut_after, peer.stall_after = None, 3
    with pytest.raises(Unavailable):
        asyncio.run(whole(Sender(), peer.url, silence_s=0.3))


def test_nobody_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        asyncio.run(whole(Sender(), f"http://127.0.0.1:{free_port()}"))


def test_a_caller_who_leaves_ends_the_connection(peer: PlainPeer) -> None:
    peer.stall_after = 2

    async def leaves() -> None:
        sender = Sender()
        async with sender.post("Lab", f"{peer.url}/v1/chat/completions", BODY, {}, silence_s=60) as answer:
            async for _ in answer.chunks():
                break

    asyncio.run(leaves())
    until(lambda: peer.left == 1)


def test_a_caller_who_is_cancelled_ends_the_connection(peer: PlainPeer) -> None:
    peer.stall_after = 0

    async def cancelled() -> None:
        task = asyncio.create_task(whole(Sender(), peer.url, silence_s=60))
        await asyncio.to_thread(until, lambda: peer.running.get("a") == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    until(lambda: peer.left == 1)
