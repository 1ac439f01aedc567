"""Alertmanager as a source of alerts, and as a keeper of silences."""

from collections.abc import Sequence

from hydra_lab.integrations.alertmanager.client import AlertmanagerClient
from hydra_lab.integrations.alertmanager.holding import Held
from hydra_lab.integrations.alertmanager.settings import AlertmanagerSettings
from hydra_lab.kernel.capabilities import Alert, Matcher, NewSilence, Silence
from hydra_lab.kernel.http import HttpClient


class AlertmanagerAlerts:
    """Knows which alerts fire. The matching is Alertmanager's own."""

    def __init__(self, settings: AlertmanagerSettings, http: HttpClient) -> None:
        self._client = AlertmanagerClient(settings, http)

    def alerts(self, matchers: Sequence[Matcher] = ()) -> list[Alert]:
        """The alerts that fire now and fit every matcher."""
        return [one.alert for one in self._client.alerts(matchers)]


class AlertmanagerSilences:
    """Keeps silences."""

    def __init__(self, settings: AlertmanagerSettings, http: HttpClient) -> None:
        self._client = AlertmanagerClient(settings, http)

    def silences(self) -> list[Silence]:
        """Every silence, expired ones as long as they are kept."""
        return [one.silence for one in self._client.silences()]

    def silence(self, id: str) -> Silence:
        """One of them."""
        return self._client.silence(id).silence

    def put(self, silence: NewSilence, *, id: str | None = None) -> str:
        """Make a silence, or change one."""
        return self._client.put(silence, id)

    def expire(self, id: str) -> None:
        """End a silence now."""
        self._client.expire(id)

    def hold(self, matchers: Sequence[Matcher], *, owner: str, reason: str) -> Held:
        """A silence while a block runs."""
        return Held(self._client, matchers, owner, reason)
