"""Discord's webhooks over HTTP: which channel one posts to, and posting a message."""

import json
from typing import Any

import httpx

from hydra_lab.integrations.discord.model import Message, Webhook
from hydra_lab.integrations.discord.settings import DiscordSettings
from hydra_lab.kernel.errors import Busy, Denied
from hydra_lab.kernel.http import HttpClient, checked, read_as

WHO = "Discord"
# Discord counts as JavaScript does: in UTF-16 units.
LONGEST = 2000
FIX = "Copy the webhook's URL again from the channel's settings, Integrations, Webhooks."


class DiscordClient:
    """The only network code of this integration."""

    def __init__(self, settings: DiscordSettings, http: HttpClient) -> None:
        self._address = settings.address
        self._http = http

    def webhook(self) -> Webhook:
        """The webhook itself: it answers only while its token is good."""
        response = self._judged(self._http.raw(WHO, "GET", self._address))
        return read_as(WHO, Webhook, response)

    def post(self, content: str, *, file: tuple[str, bytes] | None = None) -> Message:
        """Post a message of at most 2,000 characters and see it posted; nobody is pinged, whatever it says.

        Raises ``Busy`` with the pause that Discord asks for, ``Denied`` when the webhook is gone.
        """
        payload = {"content": content, "allowed_mentions": {"parse": []}}
        options: dict[str, Any] = {"json": payload}
        if file is not None:
            name, text = file
            options = {"data": {"payload_json": json.dumps(payload)}, "files": {"files[0]": (name, text)}}
        response = self._judged(self._http.raw(WHO, "POST", self._address, params={"wait": "true"}, **options))
        return read_as(WHO, Message, response)

    def _judged(self, response: httpx.Response) -> httpx.Response:
        if response.status_code in (401, 403, 404):
            said = message_of(response)
            raise Denied(f"{WHO} refused the webhook (HTTP {response.status_code}{said}).", fix=FIX)
        if response.status_code == 429:
            raise Busy(f"{WHO} asked to come back later (HTTP 429).", retry_after_s=pause_s(response))
        return checked(WHO, response)


def message_of(response: httpx.Response) -> str:
    """What Discord says about an error, e.g. ``, code 50027, Invalid Webhook Token``; empty if it says nothing."""
    try:
        said = response.json()
        return f", code {int(said['code'])}, {str(said['message'])[:100]}"
    except (ValueError, KeyError, TypeError):
        return ""


def pause_s(response: httpx.Response) -> float | None:
    """The pause Discord asks for: exact in the body, rounded up in ``Retry-After``."""
    try:
        return float(response.json()["retry_after"])
    except (ValueError, KeyError, TypeError):
        value = response.headers.get("retry-after", "")
        return float(value) if value.isdigit() else None


def units(text: str) -> int:
    """How long Discord finds a text."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, longest: int) -> str:
    """The text's beginning with an ellipsis, at most ``longest`` units; the text itself if it fits."""
    if units(text) <= longest:
        return text
    cut = text.encode("utf-16-le", "surrogatepass")[: (longest - 1) * 2].decode("utf-16-le", "ignore")
    return f"{cut}…"
