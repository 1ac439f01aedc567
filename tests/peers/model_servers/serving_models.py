"""What every stand-in model server has: models that take memory and time, and OpenAI's interface to ask them."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from tests.integrations.faults import Asked, Fault
from tests.peers.model_servers.gpu import Gpu, OutOfMemory
from tests.peers.model_servers.serving import Call, Cut, Serving


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A model: what it takes to load it, how quick it is, and why its load fails if it does."""

    name: str
    gib: float = 1.0
    load_s: float = 0.0
    modules: int = 4
    tokens_per_s: float = 0.0  # 0 is at once
    context: int = 4096
    embeds: bool = False
    fails: str = ""


class LoadFailed(Exception):
    """A model could not be loaded."""


class ModelPeer:
    """Base of the stand-ins. ``key`` is asked for where there is one.

    ``happened`` tells of loads and unloads in order; ``unloaded_under`` names models that were unloaded while a
    request of theirs ran, which no careful caller brings about; ``left`` counts callers that went in the middle.
    """

    owner = "openai"
    swaps = False  # whether a request that names a model has it loaded
    holds_many = True

    def __init__(
        self, *models: Weights, gpu: Gpu | None = None, key: str = "", fault: Fault | None = None, loaded: str = ""
    ) -> None:
        self.models = {one.name: one for one in models}
        self.gpu = gpu or Gpu()
        self.key, self.fault = key, fault
        self.loaded: dict[str, Weights] = {}
        self.running: dict[str, int] = {}
        self.happened: list[str] = []
        self.unloaded_under: list[str] = []
        self.left = 0
        self.cut_after: int | None = None  # tokens of a stream before the connection is cut
        self.stall_after: int | None = None  # tokens of a stream before nothing more comes
        self.error_after: int | None = None  # tokens of a stream before an error comes in it
        self.first_token_s = 0.0
        self.message: Callable[[dict[str, Any]], dict[str, Any] | None] = lambda asked: None
        self.gate = threading.Event()  # while it is not set, no load comes to its end
        self.gate.set()
        self._lock = threading.RLock()
        self._loading = threading.Lock()
        self._serving = Serving(self)
        if loaded:
            list(self.load(loaded))

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._serving.url

    @property
    def asked(self) -> list[Asked]:
        """What it was asked, in order."""
        return self._serving.asked

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._serving.close()

    # Models

    def load(self, name: str, wait: Callable[[float], None] = time.sleep) -> Iterator[int]:
        """Load a model, module by module, one after the other; its memory is taken at the beginning."""
        with self._loading:
            yield from self._load(self.models[name], wait)

    def _load(self, weights: Weights, wait: Callable[[float], None]) -> Iterator[int]:
        name = weights.name
        with self._lock:
            if name in self.loaded:
                return
            if not self.holds_many:
                for other in list(self.loaded):
                    self.unload(other)
            self.happened.append(f"load {name}")
            try:
                self.gpu.take(self.holder(name), weights.gib)
            except OutOfMemory as error:
                raise LoadFailed(str(error)) from error
        for module in range(1, weights.modules + 1):
            wait(weights.load_s / weights.modules)
            if weights.fails and module > weights.modules / 2:
                self.gpu.free(self.holder(name))
                raise LoadFailed(weights.fails)
            yield module
        self.gate.wait(60)
        with self._lock:
            self.loaded[name] = weights
            self.happened.append(f"loaded {name}")

    def unload(self, name: str) -> None:
        """Take a model out of memory."""
        with self._lock:
            if self.loaded.pop(name, None) is None:
                return
            if self.running.get(name):
                self.unloaded_under.append(name)
            self.happened.append(f"unload {name}")
            self.gpu.free(self.holder(name))

    def holder(self, name: str) -> str:
        """Whose memory it is on the card."""
        return f"{self.url} {name}"

    # Answers

    def route(self, call: Call) -> None:
        """Answer one request: the key first, as every one of these servers does."""
        if self.key and not self.lets_in(call):
            call.json({"error": {"message": "Invalid API key", "type": "invalid_request_error"}}, 401)
        elif call.asked.method == "POST" and call.asked.path.startswith("/v1/") and self.is_data(call.asked.path):
            self.answer(call)
        elif (call.asked.method, call.asked.path) == ("GET", "/v1/models"):
            call.json({"object": "list", "data": [self.listed(one) for one in self.models.values()]})
        elif not self.control(call):
            call.json({"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}}, 404)

    def lets_in(self, call: Call) -> bool:
        """Whether the request shows the key."""
        return call.asked.headers.get("authorization") == f"Bearer {self.key}"

    def is_data(self, path: str) -> bool:
        """Whether a path is of OpenAI's interface."""
        return path in ("/v1/chat/completions", "/v1/completions", "/v1/embeddings")

    def listed(self, one: Weights) -> dict[str, Any]:
        """A model in ``/v1/models``."""
        return {"id": one.name, "object": "model", "created": 1, "owned_by": self.owner}

    def control(self, call: Call) -> bool:
        """Answer what is this program's own; whether there is such a path."""
        return False

    def served(self, name: str, call: Call) -> Weights | None:
        """The model that answers a request; ``None`` once the request was refused."""
        if name not in self.models:
            call.json({"error": {"message": f"The model `{name}` does not exist.", "code": "model_not_found"}}, 404)
            return None
        if name not in self.loaded:
            if not self.swaps:
                call.json({"error": {"message": "The model is not loaded.", "code": "model_not_found"}}, 404)
                return None
            try:
                list(self.load(name))
            except LoadFailed as error:
                call.json({"error": {"message": str(error)}}, 500)
                return None
        return self.models[name]

    def answer(self, call: Call) -> None:
        """Answer a request of OpenAI's interface."""
        asked = call.body()
        if not isinstance(asked, dict) or not isinstance(asked.get("model"), str):
            call.json({"error": {"message": "you must provide a model parameter", "code": "invalid"}}, 400)
            return
        wanted = "input" if call.asked.path == "/v1/embeddings" else "prompt" if "chat" not in call.asked.path else ""
        if not (asked.get(wanted) if wanted else isinstance(asked.get("messages"), list) and asked["messages"]):
            call.json({"error": {"message": f"missing {wanted or 'messages'}", "code": "invalid"}}, 400)
            return
        weights = self.served(asked["model"], call)
        if weights is None:
            return
        with self.counted(weights.name):
            call.wait(self.first_token_s)
            if wanted == "input":
                call.json(embedded(asked, weights))
            else:
                self.generate(call, asked, weights)

    @contextmanager
    def counted(self, name: str) -> Iterator[None]:
        """Count a request of a model while it runs, and callers that leave."""
        with self._lock:
            self.running[name] = self.running.get(name, 0) + 1
        try:
            yield
        except Cut:
            self.left += 1
            raise
        finally:
            with self._lock:
                self.running[name] -= 1

    def generate(self, call: Call, asked: dict[str, Any], weights: Weights) -> None:
        """Answer with words, each a token, at once or as a stream."""
        chat = "chat" in call.asked.path
        prompt = len(str(asked.get("messages") if chat else asked["prompt"]).split())
        if prompt > weights.context:
            code = "context_length_exceeded"
            call.json({"error": {"message": f"{prompt} tokens are too many", "type": code, "code": code}}, 400)
            return
        count = int(asked.get("max_completion_tokens") or asked.get("max_tokens") or 8)
        words = [f"word{number} " for number in range(1, count + 1)]
        usage = {"prompt_tokens": prompt, "completion_tokens": count, "total_tokens": prompt + count}
        kind = "chat.completion" if chat else "text_completion"
        head = {"id": "cmpl-1", "created": 1, "model": weights.name}
        pause = 1 / weights.tokens_per_s if weights.tokens_per_s else 0.0
        if not asked.get("stream"):
            call.wait(pause * count)
            message = self.message(asked) or {"role": "assistant", "content": "".join(words)}
            said = {"message": message} if chat else {"text": "".join(words)}
            choice = {"index": 0, "finish_reason": "length", **said}
            call.json({**head, "object": kind, "choices": [choice], "usage": usage})
            return
        head["object"] = "chat.completion.chunk" if chat else kind
        call.stream()
        for number, word in enumerate(words):
            self.trouble(call, number)
            call.wait(pause)
            said = {"delta": {"content": word}} if chat else {"text": word}
            call.event({**head, "choices": [{"index": 0, "finish_reason": None, **said}]})
        last: dict[str, Any] = {"delta": {}} if chat else {"text": ""}
        call.event({**head, "choices": [{"index": 0, "finish_reason": "length", **last}]})
        if (asked.get("stream_options") or {}).get("include_usage"):
            call.event({**head, "choices": [], "usage": usage})
        call.event("[DONE]")
        call.end()

    def trouble(self, call: Call, number: int) -> None:
        """Go wrong before a token, if that was asked for."""
        if number == self.cut_after:
            call.cut()
        if number == self.stall_after:
            call.hang()
        if number == self.error_after:
            call.event({"error": {"message": "CUDA error: out of memory", "type": "server_error"}})
            call.cut()


def embedded(asked: dict[str, Any], weights: Weights) -> dict[str, Any]:
    """Vectors that depend on each text alone."""
    texts = asked["input"] if isinstance(asked["input"], list) else [asked["input"]]
    vectors = [[byte / 255 for byte in hashlib.sha256(str(text).encode()).digest()[:8]] for text in texts]
    data = [{"object": "embedding", "index": place, "embedding": one} for place, one in enumerate(vectors)]
    usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
    return {"object": "list", "model": weights.name, "data": data, "usage": usage}
