"""A program that takes signed webhooks and refuses every other."""

from datetime import UTC, datetime
from typing import Any

from hydra_lab.kernel.capabilities import Notice
from hydra_lab.kernel.errors import Unauthenticated
from hydra_lab.kernel.webhooks import is_signed
from tests.integrations.faults import Asked, HttpHarness, Reply

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
WRONG = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="


def answer(asked: Asked) -> Reply:
    """Take what is signed."""
    try:
        good = is_signed(SECRET, asked.headers, asked.body, datetime.now(UTC))
    except Unauthenticated:
        good = False
    return Reply(status=204) if good else Reply(status=401)


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"url": f"{url}/hydra", "secret": secret}


HARNESS = HttpHarness(
    answer=answer, values=values, secret=SECRET, wrong=WRONG, probe_asks=False,
    garbage=Reply(status=418, body=b"\x00\xff"),
    calls={"notifier": lambda notifier: notifier.notify(Notice(title="Night done", text="12 items"))},
)  # fmt: skip
