"""Discord as a notifier."""

import time
from collections.abc import Mapping
from typing import Any

from hydra_lab.integrations.discord.client import DiscordClient
from hydra_lab.integrations.discord.embeds import messages
from hydra_lab.integrations.discord.settings import DiscordSettings
from hydra_lab.kernel.capabilities import Notice
from hydra_lab.kernel.errors import Busy
from hydra_lab.kernel.http import HttpClient

# The rest of a message whose beginning was posted is waited for, so that the beginning is not posted again.
LONGEST_PAUSE_S, PAUSES = 10.0, 5


class DiscordNotifier:
    """Posts what a person should know to the webhook's channel, a long text as several messages."""

    def __init__(self, settings: DiscordSettings, http: HttpClient) -> None:
        self._client = DiscordClient(settings, http)

    def notify(self, notice: Notice) -> None:
        """Post one notice."""
        first, *rest = messages(notice)
        self._client.post(first)
        for message in rest:
            self._post_on(message)

    def _post_on(self, message: Mapping[str, Any]) -> None:
        """Post a further part, after the pauses that Discord asks for, if they are short."""
        for _ in range(PAUSES):
            try:
                self._client.post(message)
                return
            except Busy as busy:
                pause_s = 1.0 if busy.retry_after_s is None else busy.retry_after_s
                if pause_s > LONGEST_PAUSE_S:
                    raise
                time.sleep(pause_s)
        self._client.post(message)
