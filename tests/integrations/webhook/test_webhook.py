"""What goes out by webhook: signed, whole, and the same message under the same id."""

import json

import pytest
from pydantic import ValidationError

from hydra_lab.integrations.webhook import WebhookNotifier, WebhookSettings
from hydra_lab.kernel.capabilities import Link, Notice, Severity
from hydra_lab.kernel.errors import Denied
from hydra_lab.kernel.http import HttpClient
from tests.integrations.faults import StandIn
from tests.integrations.webhook.harness import SECRET, WRONG, answer, values

NOTICE = Notice(
    title="Approval wanted", text="It deletes data.", severity=Severity.CRITICAL, fields=(("Rule", "floor"),),
    links=(Link(title="Approve", url="https://lab.example/a"),), url="https://lab.example/ui/inbox", id="0a1b",
)  # fmt: skip


def notifier(server: StandIn, secret: str = SECRET) -> WebhookNotifier:
    """A notifier that posts to a server."""
    return WebhookNotifier(WebhookSettings.model_validate(values(server.url, secret)), HttpClient())


def test_a_notice_arrives_signed_and_whole_and_again_under_the_same_id() -> None:
    with StandIn(answer) as server:
        notifier(server).notify(NOTICE)
        notifier(server).notify(NOTICE)
    first, again = server.asked
    assert first.headers["webhook-id"] == again.headers["webhook-id"] == "0a1b"
    sent = json.loads(first.body)
    assert (sent["type"], sent["data"]["severity"]) == ("hydra.notice", "critical")
    assert sent["data"]["links"] == [{"title": "Approve", "url": "https://lab.example/a"}]


def test_a_wrong_secret_is_told_without_it() -> None:
    with StandIn(answer) as server, pytest.raises(Denied) as caught:
        notifier(server, WRONG).notify(NOTICE)
    assert WRONG not in str(caught.value)


@pytest.mark.parametrize("secret", ["whsec_short", "not base64!", "whsec_" + "QUJD"])
def test_a_weak_secret_is_refused_without_showing_it(secret: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WebhookSettings.model_validate({"url": "https://lab.example/hydra", "secret": secret})
    assert secret not in str(caught.value.errors(include_input=False))
