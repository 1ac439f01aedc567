"""The guard: which host names are answered, and what every answer carries."""

import pytest

from hydra_lab.surfaces.http.guard import bare, fits
from tests.surfaces.served import Served


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "localhost:8700", "LOCALHOST"])
def test_this_machine_is_answered_under_its_own_names(toyshop: Served, host: str) -> None:
    assert toyshop.nobody.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "192.168.1.7", "localhost.evil.example", "", "evil.example:8700"])
def test_a_foreign_name_is_told_how_to_be_allowed(toyshop: Served, host: str) -> None:
    answer = toyshop.client.get("/queue", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "unknown_host"
    assert "HYDRA_ALLOWED_HOSTS" in answer.json()["fix"]


@pytest.mark.parametrize(
    ("host", "pattern", "expected"),
    [
        ("lab.example", "lab.example", True),
        ("lab.example:8700", "lab.example", True),
        ("lab.example:8700", "lab.example:8700", True),
        ("lab.example:1", "lab.example:8700", False),
        ("a.lab.example", "*.lab.example", True),
        ("lab.example", "*.lab.example", False),
        ("evillab.example", "*.lab.example", False),
        ("[fd00::1]:8700", "fd00::1", True),
    ],
)
def test_allowed_hosts_are_names_with_or_without_ports_and_stars(host: str, pattern: str, expected: bool) -> None:
    assert fits(host, bare(host), pattern) is expected


def test_every_answer_carries_the_security_headers(toyshop: Served) -> None:
    for path in ("/healthz", "/queue", "/nowhere", "/docs", "/ui/sign-in"):
        headers = toyshop.nobody.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["referrer-policy"] in ("same-origin", "no-referrer")
        assert "cache-control" in headers


def test_a_request_keeps_the_id_it_came_with_if_that_is_harmless(toyshop: Served) -> None:
    assert toyshop.nobody.get("/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    made = toyshop.nobody.get("/healthz", headers={"X-Request-Id": "a b<script>"}).headers["x-request-id"]
    assert len(made) == 32
