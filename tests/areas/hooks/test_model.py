"""Proof that a call is from who it says, in each scheme."""

import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from hydra_lab.areas.hooks.model import Scheme, delivery, verify
from hydra_lab.kernel.errors import Unauthenticated
from hydra_lab.kernel.webhooks import signature

# The example of the specification at standardwebhooks.com.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
SENT = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
THEN = datetime.fromtimestamp(1614265330, UTC)


def test_the_example_of_the_specification_is_accepted() -> None:
    verify(Scheme.STANDARD, SECRET, SENT, BODY, THEN)


def test_one_right_signature_among_several_is_enough() -> None:
    verify(Scheme.STANDARD, SECRET, SENT | {"webhook-signature": f"v1,AAAA {SENT['webhook-signature']}"}, BODY, THEN)


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        (SENT, BODY + b" ", 0),
        (SENT | {"webhook-id": "msg_other"}, BODY, 0),
        (SENT, BODY, 301),
        (SENT, BODY, -301),
        (SENT | {"webhook-timestamp": "soon"}, BODY, 0),
        (SENT | {"webhook-signature": ""}, BODY, 0),
        ({}, BODY, 0),
    ],
    ids=["body", "id", "old", "from the future", "no time", "no signature", "nothing"],
)
def test_what_was_changed_or_is_old_is_refused(headers: dict[str, str], body: bytes, seconds: int) -> None:
    now = datetime.fromtimestamp(THEN.timestamp() + seconds, UTC)
    with pytest.raises(Unauthenticated):
        verify(Scheme.STANDARD, SECRET, headers, body, now)


def test_a_signature_is_that_of_the_specification() -> None:
    assert f"v1,{signature(SECRET, SENT['webhook-id'], '1614265330', BODY)}" == SENT["webhook-signature"]


def test_github_signs_the_body() -> None:
    good = "sha256=" + hmac.new(SECRET.encode(), BODY, hashlib.sha256).hexdigest()
    verify(Scheme.GITHUB, SECRET, {"x-hub-signature-256": good}, BODY, THEN)
    with pytest.raises(Unauthenticated):
        verify(Scheme.GITHUB, SECRET, {"x-hub-signature-256": good}, BODY + b"x", THEN)


@pytest.mark.parametrize("headers", [{"authorization": f"Bearer {SECRET}"}, {"x-hook-token": SECRET}])
def test_a_token_is_the_secret_itself(headers: dict[str, str]) -> None:
    verify(Scheme.TOKEN, SECRET, headers, BODY, THEN)


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer "}, {"authorization": f"Basic {SECRET}"}])
def test_no_token_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        verify(Scheme.TOKEN, SECRET, headers, BODY, THEN)


def test_a_delivery_is_named_by_its_sender() -> None:
    assert delivery(SENT) == "msg_p5jXN8AQM9LWM0D4loKWxJek"
    assert delivery({"x-github-delivery": "72d3162e"}) == "72d3162e"
    assert delivery({}) is None
