"""A service that takes what Apprise's own ``json://`` sends, and wants a user's password for it."""

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from hydra_lab.kernel.capabilities import Notice
from tests.integrations.faults import Asked, Fault, HttpHarness, Reply, StandIn

PASSWORD = "correct-horse-battery-staple-42"


def answer(asked: Asked) -> Reply:
    """Answer as a service with basic authentication does."""
    expected = base64.b64encode(f"lab:{PASSWORD}".encode()).decode()
    if asked.headers.get("authorization") != f"Basic {expected}":
        return Reply(status=401, json={"error": "unauthorized"})
    return Reply(json={"ok": True})


def address(url: str, secret: str = PASSWORD, path: str = "hook") -> str:
    """The address of the stand-in, as Apprise writes it; it waits for half a second."""
    return f"json://lab:{secret}@{urlsplit(url).netloc}/{path}?cto=0.5&rto=0.5"


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"urls": address(url, secret)}


class AppriseHarness:
    """Apprise looks at the status of an answer, not into it: garbage is a status that makes no sense."""

    secret = PASSWORD
    probe_asks = False
    calls: Mapping[str, Callable[[Any], Any]] = {
        "notifier": lambda notifier: notifier.notify(Notice(title="Night done", text="12 items"))
    }

    @contextmanager
    def running(self, fault: Fault | None) -> Iterator[dict[str, Any]]:
        """The service with a fault or none."""
        if fault is Fault.GARBAGE:
            with StandIn(lambda asked: Reply(status=418, body=b"\x00\xff")) as server:
                yield values(server.url, PASSWORD)
            return
        plain = HttpHarness(answer=answer, values=values, secret=PASSWORD, wrong="wrong")
        with plain.running(fault) as found:
            yield found


HARNESS = AppriseHarness()
