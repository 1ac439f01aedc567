"""Discord's webhooks over HTTP: which channel one posts to, and posting a message."""

from collections.abc import Mapping
from typing import Any

import httpx

from hydra_lab.integrations.discord.model import Message, Webhook
from hydra_lab.integrations.discord.settings import DiscordSettings
from hydra_lab.kernel.errors import Busy, Denied, Refused
from hydra_lab.kernel.http import HttpClient, checked, read_as, retry_after_s

WHO = "Discord"
IN_A_FORUM = 220001  # the error's code: “webhooks posted to forum channels must have a thread_name or thread_id”
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

    def post(self, message: Mapping[str, Any]) -> Message:
        """Post a message, a body of “execute webhook”, and see it posted.

        Raises ``Busy`` with the pause that Discord asks for, ``Denied`` when the webhook is gone.
        """
        answer = self._http.raw(WHO, "POST", self._address, params={"wait": "true"}, json=dict(message))
        return read_as(WHO, Message, self._judged(answer))

    def _judged(self, response: httpx.Response) -> httpx.Response:
        if response.status_code in (401, 403, 404):
            said = message_of(response)
            raise Denied(f"{WHO} refused the webhook (HTTP {response.status_code}{said}).", fix=FIX)
        if response.status_code == 429:
            what = "everything that is sent from here" if for_everything(response) else "this webhook"
            raise Busy(
                f"{WHO} asked to come back later with {what} (HTTP 429).", retry_after_s=pause_s(response),
                fix="Nothing is needed: it is asked again later.",
            )  # fmt: skip
        if response.status_code == 400 and f"code {IN_A_FORUM}," in message_of(response):
            raise Refused(
                f"{WHO} does not take the message: the webhook is one of a forum, where each has to be a thread.",
                fix="Make the webhook in a text channel.",
            )
        if response.status_code == 400:
            raise Refused(
                f"{WHO} does not take the message (HTTP 400{message_of(response)}).",
                fix="This is a bug in Hydra: please report it with what Discord said.",
            )
        return checked(WHO, response)


def message_of(response: httpx.Response) -> str:
    """What Discord says about an error, e.g. ``, code 50027, Invalid Webhook Token``; empty if it says nothing."""
    try:
        said = response.json()
        return f", code {int(said['code'])}, {str(said['message'])[:100]}"
    except (ValueError, KeyError, TypeError):
        return ""


def pause_s(response: httpx.Response) -> float | None:
    """The pause Discord asks for in seconds: exact in the body, rounded up in ``Retry-After``."""
    try:
        return float(response.json()["retry_after"])
    except (ValueError, KeyError, TypeError):
        return retry_after_s(response)


def for_everything(response: httpx.Response) -> bool:
    """Whether Discord limits all that comes from this address, not this webhook alone."""
    try:
        return bool(response.json()["global"])
    except (ValueError, KeyError, TypeError):
        return str(response.headers.get("x-ratelimit-global")).lower() == "true"
