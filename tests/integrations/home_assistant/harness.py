"""Home Assistant as seen: a bearer token and its configuration over REST, the rest over its websocket."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.integrations.faults import Asked, Fault, Reply
from tests.integrations.home_assistant.home import VERSION, Home
from tests.server import free_port

TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.bGFiLXRva2Vu.c2lnbmF0dXJl"
WRONG = "eyJhbGciOiJIUzI1NiJ9.d3Jvbmc.d3Jvbmc"
CONFIG = {
    "latitude": 0, "longitude": 0, "elevation": 0, "unit_system": {"length": "km"}, "location_name": "Lab",
    "time_zone": "UTC", "components": ["api", "person"], "version": VERSION, "state": "RUNNING",
}  # fmt: skip


def answer(asked: Asked) -> Reply:
    """Answer as Home Assistant does."""
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return Reply(status=401, body=b"401: Unauthorized")
    known = {"/api/": {"message": "API running."}, "/api/config": CONFIG}
    return Reply(json=known[asked.path]) if asked.path in known else Reply(status=404, body=b"404: Not Found")


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"url": url, "token": secret}


@contextmanager
def home(fault: Fault | None = None) -> Iterator[Home]:
    """A home with an owner who is there, a guest nobody knows of, and a child at school."""
    with Home(answer, TOKEN, fault) as one:
        one.put("person.owner", "home", "Owner")
        one.put("person.guest", "unknown", "Guest")
        one.put("person.child", "School")
        one.put("sun.sun", "below_horizon", "Sun")
        yield one


def first(presence: Any) -> Any:
    """The first that a source tells."""
    with closing(presence.follow(1)) as told:
        return next(told)


@dataclass(frozen=True, kw_only=True)
class HomeHarness:
    """The stand-in, well or with a fault."""

    secret: str = TOKEN
    probe_asks: bool = True
    calls: Mapping[str, Callable[[Any], Any]] = field(default_factory=lambda: {"presence_source": first})

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """Settings that lead to it."""
        if fault is Fault.GONE:
            yield values(f"http://127.0.0.1:{free_port()}", TOKEN)
            return
        with home(fault) as one:
            yield values(one.url, WRONG if fault is Fault.DENIED else TOKEN)


HARNESS = HomeHarness()
