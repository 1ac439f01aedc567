"""Apprise: reading addresses, and sending through the service that each stands for."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hydra_lab.kernel.capabilities import Severity
from hydra_lab.kernel.errors import Busy, Denied, HydraError, Refused, Unavailable

if TYPE_CHECKING:
    from apprise import NotifyBase

STATUS = re.compile(r"error=(\d{3})\b")
FIX = "See that the address is right under /ui/integrations/apprise, and that the service can be reached."
ABOUT = "https://appriseit.com/services/"


class Said(logging.Handler):
    """What Apprise logs in this thread while it sends: the only place where it says why it could not."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.status: int | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the HTTP status that a line names; the line itself is dropped, for it may name more."""
        found = STATUS.search(record.getMessage())
        if record.thread == self._thread and found:
            self.status = int(found[1])


@contextmanager
def listening() -> Iterator[Said]:
    """Hear what Apprise logs, and keep it from Hydra's own log."""
    logger, said = logging.getLogger("apprise"), Said()
    logger.propagate = False
    logger.addHandler(said)
    try:
        yield said
    finally:
        logger.removeHandler(said)


def opened(name: str, url: str) -> NotifyBase:
    """The service an address stands for. Raises ``Refused`` for one that Apprise cannot read."""
    import apprise

    # Neither is a picture fetched from elsewhere for a message, nor anything kept on disk.
    asset = apprise.AppriseAsset(
        app_id="Hydra", app_desc="Hydra", app_url="", image_url_mask="", image_url_logo="", async_mode=False
    )
    with listening():
        found: Any = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if found is None:
        raise Refused(f"Apprise cannot read the address “{name}”.", fix=f"{ABOUT} shows how each kind is written.")
    if "overflow=" not in url:
        found.overflow_mode = apprise.OverflowMode.SPLIT
    service: NotifyBase = found
    return service


def send(name: str, url: str, *, title: str, body: str, markdown: bool, severity: Severity) -> None:
    """Send one message to one address; a text that is too long there goes in parts. Raises the kernel's errors."""
    import apprise

    kinds = {Severity.INFO: "info", Severity.SUCCESS: "success", Severity.WARNING: "warning"}
    service = opened(name, url)
    with listening() as said:
        good = service.notify(
            title=title, body=body, notify_type=apprise.NotifyType(kinds.get(severity, "failure")),
            body_format=apprise.NotifyFormat.MARKDOWN if markdown else apprise.NotifyFormat.TEXT,
        )  # fmt: skip
    if not good:
        raise refusal(f"{service.service_name} (“{name}”)", said.status)


def refusal(who: str, status: int | None) -> HydraError:
    """The error that a failed message is, from the HTTP status if one was told."""
    match status:
        case 401 | 403:
            return Denied(f"{who} refused the credentials (HTTP {status}).", fix=FIX)
        case 429:
            return Busy(
                f"{who} asked to come back later (HTTP 429).", fix="Nothing is needed: it is asked again later."
            )
        case int() if status < 500:
            return Refused(f"{who} answered HTTP {status}.", fix=FIX, status=status)
        case int():
            return Unavailable(f"{who} answered HTTP {status}.", fix=FIX)
        case None:
            return Unavailable(f"{who} did not take the message and did not say why.", fix=FIX)
