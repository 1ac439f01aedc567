"""Connections that are kept for the next request: used again while they are good, and never with another's answer."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from hydra_lab.kernel.errors import Refused, Unavailable
from hydra_lab.kernel.http import Sender

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]


async def asked(answer: Answer, *bodies: bytes, headers: dict[str, str] | None = None) -> tuple[list[bytes], int]:
    """What each body was answered, and how many connections that took; ``answer`` gets the number of the request."""
    connections = number = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections, number
        connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(length)
                number += 1
                await answer(reader, writer, number)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/x"
    sender, told = Sender(), []
    try:
        for body in bodies:
            async with sender.post("Lab", url, body, headers or {}, silence_s=5) as sent:
                told.append(b"".join([chunk async for chunk in sent.chunks()]))
            await asyncio.sleep(0.05)  # what comes behind an answer comes now
    finally:
        await sender.close()
        server.close()
    return told, connections


async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
    """An answer as it should be."""
    writer.write(OK)


def test_a_connection_is_used_again() -> None:
    assert asyncio.run(asked(plain, b"a", b"b", b"c")) == ([b"OK"] * 3, 1)


@pytest.mark.parametrize(
    "answer",
    [
        OK.replace(b"Content", b"Connection: close\r\nContent"),
        b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nOK",
        OK + b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["said to be closed", "ends with its connection", "followed by what nobody asked for"],
)
def test_one_that_cannot_have_another_request_gets_none(answer: bytes) -> None:
    async def told(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        writer.write(answer)
        if b"Content-Length" not in answer:
            await writer.drain()
            writer.close()

    assert asyncio.run(asked(told, b"a", b"b")) == ([b"OK"] * 2, 2)


@pytest.mark.parametrize("late", [b"", b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"])
def test_one_that_the_server_ends_while_it_is_idle_gets_no_other_request(late: bytes) -> None:
    async def ends(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        writer.write(OK)
        await writer.drain()
        await asyncio.sleep(0.01)
        writer.write(late)
        writer.close()

    assert asyncio.run(asked(ends, b"a", b"b")) == ([b"OK"] * 2, 2)


def test_a_large_body_goes_out_whole_and_what_comes_before_the_answer_is_passed_over() -> None:
    async def hinted(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK)

    assert asyncio.run(asked(hinted, b"x" * (8 << 20), b"y")) == ([b"OK"] * 2, 1)


@pytest.mark.parametrize("garbage", [b"SSH-2.0-OpenSSH\r\n\r\n", b"\x00" * 200, OK.replace(b"200", b"abc"), b""])
def test_what_is_no_answer_is_unavailable(garbage: bytes) -> None:
    async def told(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _number: int) -> None:
        writer.write(garbage)
        await writer.drain()
        writer.close()

    with pytest.raises(Unavailable, match="Lab cannot be reached"):
        asyncio.run(asked(told, b"a"))


def test_a_header_that_cannot_be_sent_and_an_address_that_is_none_are_told_of() -> None:
    with pytest.raises(Unavailable):
        asyncio.run(asked(plain, b"a", headers={"x-odd": "a\r\nb"}))

    async def sent(url: str) -> None:
        async with Sender().post("Lab", url, b"", {}, silence_s=1):
            pass

    with pytest.raises(Refused):
        asyncio.run(sent("http://lab:port"))
    with pytest.raises(Unavailable):
        asyncio.run(sent(f"http://{'a' * 70}.invalid"))
