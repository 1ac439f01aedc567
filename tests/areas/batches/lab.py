"""What the tests of batches share: a Hydra with a model server that counts what it is asked."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.peers.model_servers.openai_servers import PlainPeer
from tests.peers.model_servers.serving_models import Weights
from tests.server import Server


def until(holds: Callable[[], Any], seconds: float = 60) -> Any:
    """What something gives once it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come to that in time"
        time.sleep(0.02)
    return found


@contextmanager
def hydra_with_models(folder: Path, peer: PlainPeer) -> Iterator[Server]:
    """A Hydra that has a model server."""
    one = Server(folder / "data", HYDRA_OPENAI_COMPATIBLE__URL=f"{peer.url}/v1").start()
    try:
        until(lambda: one.client.get("/integrations/openai_compatible").json()["status"] == "connected")
        yield one
        print(one.tail())
    finally:
        one.close()


def model_server(**more: Any) -> PlainPeer:
    """A server with two models."""
    return PlainPeer(Weights(name="small", **more), Weights(name="other", **more))


def line(id: str, content: str = "Hello", model: str = "small", **body: Any) -> dict[str, Any]:
    """A request of a batch."""
    return {"custom_id": id, "method": "POST", "url": "/v1/chat/completions",
            "body": {"model": model, "messages": [{"role": "user", "content": content}], **body}}  # fmt: skip


def jsonl(*lines: Any) -> str:
    """Lines of a file; a text goes as it is."""
    return "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in lines)


def asked(peer: PlainPeer) -> Counter[str]:
    """How often each question was asked."""
    posted = [json.loads(one.body) for one in list(peer.asked) if one.method == "POST" and one.body]
    return Counter(one["messages"][-1]["content"] for one in posted)


def read_lines(content: bytes) -> list[dict[str, Any]]:
    """A file of results."""
    return [json.loads(one) for one in content.splitlines()]
