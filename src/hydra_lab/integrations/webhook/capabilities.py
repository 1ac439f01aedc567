"""A webhook as a notifier."""

import json
from typing import Any

from hydra_lab.integrations.webhook.client import WebhookClient
from hydra_lab.integrations.webhook.settings import WebhookSettings
from hydra_lab.kernel.capabilities import Notice
from hydra_lab.kernel.http import HttpClient


class WebhookNotifier:
    """Posts each notice as one JSON object."""

    def __init__(self, settings: WebhookSettings, http: HttpClient) -> None:
        self._client = WebhookClient(settings, http)

    def notify(self, notice: Notice) -> None:
        """Post one notice."""
        self._client.post(json.dumps(payload_of(notice)).encode(), notice.id)


def payload_of(notice: Notice) -> dict[str, Any]:
    """A notice as ``{type, data}``, the form that Standard Webhooks recommends."""
    return {
        "type": "hydra.notice",
        "data": {
            "id": notice.id,
            "title": notice.title,
            "text": notice.text,
            "markdown": notice.markdown,
            "severity": notice.severity.value,
            "fields": [{"name": name, "value": value} for name, value in notice.fields],
            "links": [{"title": link.title, "url": link.url} for link in notice.links],
            "url": notice.url,
        },
    }
