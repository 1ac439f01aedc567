"""A service that takes what Apprise's own ``json://`` sends, and wants a user's password for it."""

import base64
from typing import Any
from urllib.parse import urlsplit

from hydra_lab.kernel.capabilities import Notice
from tests.integrations.faults import Asked, HttpHarness, Reply

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


HARNESS = HttpHarness(
    answer=answer, values=values, secret=PASSWORD, wrong="wrong", probe_asks=False,
    garbage=Reply(status=418, body=b"\x00\xff"),
    calls={"notifier": lambda notifier: notifier.notify(Notice(title="Night done", text="12 items"))},
)  # fmt: skip
