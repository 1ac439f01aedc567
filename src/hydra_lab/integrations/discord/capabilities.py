"""Discord as a notifier."""

from hydra_lab.integrations.discord.client import LONGEST, DiscordClient, shortened, units
from hydra_lab.integrations.discord.settings import DiscordSettings
from hydra_lab.kernel.http import HttpClient


class DiscordNotifier:
    """Posts what a person should know to the webhook's channel; a text too long for a message goes as a file."""

    def __init__(self, settings: DiscordSettings, http: HttpClient) -> None:
        self._client = DiscordClient(settings, http)

    def notify(self, title: str, text: str, *, url: str | None = None) -> None:
        """Post one message."""
        end = f"\n{url}" if url else ""
        whole = f"**{title}**\n{text}".rstrip() + end
        if units(whole) <= LONGEST:
            self._client.post(whole)
            return
        begin = shortened(f"**{title}**\n{text}", LONGEST - units(end))
        self._client.post(begin + end, file=("message.md", f"# {title}\n\n{text}\n".encode()))
