"""What the doctor says of sign-in."""

from collections.abc import Callable

import pytest

from hydra_lab.areas.sessions.feeds import check
from tests.lab import Lab

ISSUER = {"oidc.issuer": "https://id.example"}
ON = ISSUER | {"oidc.client_id": "hydra"}


@pytest.mark.parametrize(
    ("settings", "status", "words"),
    [
        ({}, "ok", "by tokens"),
        (ISSUER, "warn", "oidc.client_id"),
        (ON, "warn", "nobody"),
        (ON | {"oidc.read": "*"}, "ok", "single sign-on and tokens"),
        ({"forward_auth.proxies": "10.0.0.2"}, "warn", "nobody"),
        ({"forward_auth.proxies": "10.0.0.2", "forward_auth.admin": "ada"}, "ok", "a reverse proxy and tokens"),
    ],
)
def test_settings_that_let_nobody_in_are_told(
    make_lab: Callable[..., Lab], settings: dict[str, str], status: str, words: str
) -> None:
    found = check(make_lab(**settings).context())
    assert found.status == status
    assert words in found.detail
