"""A model server as OpenAI's interface has it, and every way in which it can fail: the model's name says which."""

import asyncio
import base64
import json
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

STREAM = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
WORDS = ("One", " two", " three")
ARGUMENTS = ('{"pla', 'ce": "Ba', 'sel"}')
SHAPE = '{"name": "Ada", "age": 36}'
VECTOR = (0.5, -1.0)


def called(arguments: str) -> dict[str, Any]:
    """A call of a tool."""
    return {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": arguments}}


def until(holds: Callable[[], Any], seconds: float = 20) -> None:
    """Return once something is so."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.005)


class Backend:
    """Serves on a loopback port of its own, in a thread. ``asked`` holds what came, ``left`` which callers left early.

    What a model is called says what it does: ``garbage``, ``error200``, ``hang``, ``cut``, ``endless``, ``http500`` …,
    with anything behind a dash; ``tools`` calls one, ``shape`` answers in JSON, every other in words. Answers are kept
    back until ``go`` is set; ``has`` is what it lists.
    """

    def __init__(self, *has: str) -> None:
        self.has = has
        self.asked: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.heads: list[str] = []
        self.left: list[str] = []
        self.running = 0
        self.most = 0
        self.go = threading.Event()
        self.go.set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self.url = ""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def models(self) -> list[str]:
        """The models that were asked, in order."""
        return [one["model"] for one in self.asked]

    def close(self) -> None:
        """Be gone at once."""

        async def end() -> None:
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for one in others:
                one.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self._loop.stop()

        asyncio.run_coroutine_threadsafe(end(), self._loop)
        self._thread.join(10)
        self._loop.close()

    def _run(self) -> None:
        async def begin() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            self._ready.set()

        self._loop.create_task(begin())
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lengths = [line[15:] for line in head.lower().splitlines() if line.startswith("content-length:")]
                body = await reader.readexactly(int(lengths[0]) if lengths else 0)
                if head.startswith("GET"):
                    data = [{"id": one, "object": "model"} for one in self.has]
                    known = head.split()[1] == "/v1/models"
                    self._json(writer, {"object": "list", "data": data} if known else {}, 200 if known else 404)
                    continue
                await self._answer(head, body, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, EOFError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = json.loads(body)
        self.asked.append(asked)
        self.bodies.append(body)
        self.heads.append(head)
        model = asked["model"]
        self.running += 1
        self.most = max(self.most, self.running)
        gone = asyncio.ensure_future(reader.read(1))
        answering = asyncio.ensure_future(self._told(model, asked, head.split()[1], writer))
        try:
            await asyncio.wait((gone, answering), return_when=asyncio.FIRST_COMPLETED)
            if not answering.done():
                self.left.append(model)
                raise EOFError
            answering.result()
        finally:
            self.running -= 1
            answering.cancel()
            gone.cancel()
            await asyncio.wait((gone, answering))

    async def _told(self, model: str, asked: dict[str, Any], path: str, writer: asyncio.StreamWriter) -> None:
        while not self.go.is_set():
            await asyncio.sleep(0.005)
        kind = model.partition("-")[0]
        if kind == "hang":
            await asyncio.sleep(3600)
        if kind.startswith("http"):
            self._json(writer, {"error": {"message": "It is not well."}}, int(kind[4:]))
        elif kind == "garbage":
            self._send(writer, b"<html>What is JSON?</html>")
        elif asked.get("stream"):
            await self._stream(kind, writer)
        elif kind == "error200":
            self._json(writer, {"error": {"message": "CUDA out of memory", "type": "server_error"}})
        elif kind == "cut":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
            await writer.drain()
            raise EOFError
        elif path.endswith("embeddings"):
            packed = asked.get("encoding_format") == "base64"
            vector = base64.b64encode(struct.pack("<2f", *VECTOR)).decode() if packed else VECTOR
            self._json(writer, {"object": "list", "data": [{"embedding": vector, "index": 0}],
                                "usage": {"prompt_tokens": 3, "total_tokens": 3}})  # fmt: skip
        else:
            said: dict[str, Any] = {"role": "assistant", "content": SHAPE if kind == "shape" else f"I am {model}."}
            if kind == "tools":
                said = {"role": "assistant", "content": None, "tool_calls": [called("".join(ARGUMENTS))]}
            reason = "tool_calls" if kind == "tools" else "stop"
            self._json(writer, {"id": "x", "object": "chat.completion", "odd_field": [1.0, None],
                                "choices": [{"index": 0, "message": said, "finish_reason": reason}],
                                "usage": {"prompt_tokens": 5, "completion_tokens": 4}})  # fmt: skip

    async def _stream(self, kind: str, writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM.encode())
        if kind == "error200":
            self._chunk(writer, b'data: {"error": {"message": "CUDA out of memory"}}\n\n')
        number = 0
        while kind == "endless" or (kind != "error200" and number < len(WORDS)):
            delta: dict[str, Any] = {"content": WORDS[number % len(WORDS)]}
            if kind == "tools":  # the name comes first, then what it is called with, piece by piece
                piece = {"function": {"arguments": ARGUMENTS[number]}}
                delta = {"tool_calls": [{"index": 0, **(piece if number else called(ARGUMENTS[0]))}]}
            event = {"id": "x", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta}]}
            self._chunk(writer, f"data: {json.dumps(event)}\n\n".encode())
            await writer.drain()
            await asyncio.sleep(0.01)
            number += 1
            if kind == "cut" and number == 2:
                raise EOFError
        if kind not in ("error200", "unended"):
            end = {
                "id": "x",
                "object": "chat.completion.chunk",
                "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls" if kind == "tools" else "stop"}],
            }
            self._chunk(writer, f"data: {json.dumps(end)}\n\ndata: [DONE]\n\n".encode())
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    def _chunk(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def _json(self, writer: asyncio.StreamWriter, told: Any, status: int = 200) -> None:
        self._send(writer, json.dumps(told, indent=1).encode(), status)

    def _send(self, writer: asyncio.StreamWriter, body: bytes, status: int = 200) -> None:
        later = "Retry-After: 1\r\n" if status == 429 else ""
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{later}\r\n"
        writer.write(head.encode() + body)
