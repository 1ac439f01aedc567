"""A model server that answers at once, or as a slow stream, for measuring what is before it; prints its address."""

import asyncio
import json

ANSWER = json.dumps({
    "id": "x", "object": "chat.completion", "model": "bench", "usage": {"prompt_tokens": 5, "completion_tokens": 1},
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
}).encode()  # fmt: skip
MODELS = json.dumps({"object": "list", "data": [{"id": "bench", "object": "model"}]}).encode()
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hi"}}]}
EVENTS, PAUSE_S = 5, 0.01


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer every request of a connection."""
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
            asked = await reader.readexactly(lengths[0] if lengths else 0)
            if b'"stream": true' in asked:
                await stream(writer)
                continue
            there = not head.startswith(b"get ") or head.startswith(b"get /v1/models ")
            body = MODELS if head.startswith(b"get ") else ANSWER
            status = b"200 OK" if there else b"404 Not Found"
            writer.write(
                b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (status, len(body) if there else 2, body if there else b"{}")
            )
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def stream(writer: asyncio.StreamWriter) -> None:
    """Some events, with a pause between them."""
    writer.write(STREAM)
    for event in [*[json.dumps(EVENT)] * EVENTS, "[DONE]"]:
        data = f"data: {event}\n\n".encode()
        writer.write(b"%x\r\n%s\r\n" % (len(data), data))
        await writer.drain()
        await asyncio.sleep(PAUSE_S)
    writer.write(b"0\r\n\r\n")


async def main() -> None:
    """Serve until killed."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
