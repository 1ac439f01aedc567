"""A webhook over HTTP: one POST, signed."""

import uuid
from datetime import UTC, datetime

from hydra_lab.integrations.webhook.settings import WebhookSettings
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.webhooks import headers_of

WHO = "The webhook"


class WebhookClient:
    """The only network code of this integration."""

    def __init__(self, settings: WebhookSettings, http: HttpClient) -> None:
        self._settings = settings
        self._http = http

    def post(self, body: bytes, id: str | None) -> None:
        """Send one message; ``id`` is the same whenever it is sent again, so that the receiver can tell.

        Raises the kernel's errors for any answer but 2xx.
        """
        secret = self._settings.secret.get_secret_value()
        # The time of this very call: a receiver refuses what was signed long ago.
        signed = headers_of(secret, id or str(uuid.uuid4()), datetime.now(UTC), body)
        headers = {"Content-Type": "application/json", **signed}
        self._http.request(WHO, "POST", self._settings.url, content=body, headers=headers)
