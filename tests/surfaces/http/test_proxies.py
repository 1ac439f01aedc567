"""Reverse proxies: whose word on the caller's address, on https and on who it is counts, and whose does not."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from hydra_lab.surfaces.http.proxies import is_in, through
from tests.surfaces.served import Served, served

PAGE = {"Accept": "text/html"}


def seen(peer: str, trusted: tuple[str, ...], *forwarded: str, proto: str = "") -> tuple[str, str, str]:
    """The address, the scheme and the peer that Hydra sees."""
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    headers += [(b"x-forwarded-proto", proto.encode())] if proto else []
    scope: dict[str, Any] = {"type": "http", "client": (peer, 1), "scheme": "http", "headers": headers}
    through(scope, trusted)
    return scope["client"][0], scope["scheme"], scope["state"]["peer"]


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ((), "10.0.0.2"),
        (("203.0.113.9",), "203.0.113.9"),
        (("1.2.3.4, 203.0.113.9",), "203.0.113.9"),  # what is further left anybody may have written
        (("1.2.3.4", "203.0.113.9"), "203.0.113.9"),
        (("203.0.113.9, 10.0.0.3",), "203.0.113.9"),  # a proxy behind a proxy
        (("10.0.0.7",), "10.0.0.7"),
    ],
)
def test_a_trusted_proxy_tells_the_callers_address(forwarded: tuple[str, ...], address: str) -> None:
    assert seen("10.0.0.2", ("10.0.0.0/24",), *forwarded, proto="https") == (address, "https", "10.0.0.2")


def test_nobody_else_does() -> None:
    assert seen("10.0.9.9", ("10.0.0.0/24",), "203.0.113.9", proto="https") == ("10.0.9.9", "http", "10.0.9.9")
    assert seen("", (), "203.0.113.9") == ("", "http", "")


def test_addresses_are_compared_as_networks() -> None:
    assert is_in("::ffff:172.18.0.5", ("172.18.0.0/16",))
    assert not is_in("172.19.0.5", ("172.18.0.0/16",))
    assert not is_in("nonsense", ("0.0.0.0/0",))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Make a server with settings of its own."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(served(tmp_path / "data", **settings))


def signed(shop: Served, **headers: str) -> httpx.Client:
    """A browser behind a proxy that sends these headers."""
    return httpx.Client(
        base_url=shop.url, headers=PAGE | {k.replace("_", "-"): v for k, v in headers.items()}, trust_env=False
    )


TRUSTED = {
    "forward_auth.proxies": "127.0.0.1",
    "forward_auth.write": "ada@lab.example",
    "forward_auth.read": "group:family",
}


@pytest.mark.parametrize(
    "headers",
    [
        {"Remote_User": "ada", "Remote_Email": "ada@lab.example"},
        {"X_Forwarded_User": "ada", "X_Forwarded_Email": "ada@lab.example"},
    ],
)
def test_whom_a_trusted_proxy_names_is_signed_in(shop: Callable[..., Served], headers: dict[str, str]) -> None:
    one = shop(**TRUSTED)
    with signed(one, **headers) as browser:
        page = browser.get("/ui/")
        assert page.status_code == 200
        assert "ada" in page.text
        refused = browser.post("/toys", json={"name": "a"})
        assert (refused.status_code, refused.json()["rule"]) == (403, "csrf")  # another site may have led them here
        csrf = page.text.partition('name="csrf" value="')[2].partition('"')[0]
        made = browser.post("/toys", json={"name": "a"}, headers={"X-CSRF-Token": csrf})
        assert made.status_code == 201
        assert made.json()["by"] == "person:ada"
    events = one.client.get("/activity", params={"topic": "sessions"}).json()["events"]
    assert [(event["name"], event["data"]["way"]) for event in events] == [("sessions.opened", "proxy")]


def test_a_group_grants_reading_only(shop: Callable[..., Served]) -> None:
    with signed(shop(**TRUSTED), Remote_User="bob", Remote_Groups="family,friends") as browser:
        page = browser.get("/ui/").text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        assert browser.get("/toys").status_code == 200
        assert browser.post("/toys", json={"name": "a"}, headers={"X-CSRF-Token": csrf}).status_code == 403


def test_who_is_granted_nothing_stays_outside(shop: Callable[..., Served]) -> None:
    one = shop(**TRUSTED)
    with signed(one, Remote_User="eve") as browser:
        for _ in range(3):
            assert browser.get("/toys").status_code == 401
    events = one.client.get("/activity", params={"topic": "sessions"}).json()["events"]
    assert [event["name"] for event in events] == ["sessions.failed"]


@pytest.mark.parametrize(
    ("settings", "headers", "noted"),
    [
        ({}, [("Remote-User", "ada")], []),  # nobody is trusted, and nobody asked for this way in
        (TRUSTED | {"forward_auth.proxies": "10.9.9.9"}, [("Remote-User", "ada")], ["sessions.pretended"]),
        (TRUSTED, [("Remote-User", "eve"), ("Remote-User", "ada")], ["sessions.pretended"]),
        (TRUSTED | {"forward_auth.proxies": "10.9.9.9"}, [("Remote-User", "ada"), ("X-Forwarded-For", "10.9.9.9")],
         ["sessions.pretended"]),
    ],
    ids=["off", "from-elsewhere", "twice", "claims-to-be-the-proxy"],
)  # fmt: skip
def test_a_header_that_is_not_the_proxys_is_ignored_and_noted_once(
    shop: Callable[..., Served], settings: dict[str, str], headers: list[tuple[str, str]], noted: list[str]
) -> None:
    one = shop(**settings)
    sent = [*headers, ("Remote-Email", "ada@lab.example")]
    for _ in range(3):
        assert httpx.get(f"{one.url}/toys", headers=sent, trust_env=False).status_code == 401
    events = one.client.get("/activity", params={"topic": "sessions"}).json()["events"]
    assert [event["name"] for event in events] == noted


def test_a_token_is_believed_before_the_proxy(shop: Callable[..., Served]) -> None:
    one = shop(**TRUSTED)
    with signed(one, Remote_User="ada", Remote_Email="ada@lab.example", Authorization=f"Bearer {one.token}") as program:
        assert program.post("/toys", json={"name": "a"}).json()["by"] == "person:cli"


def test_failed_sign_ins_are_counted_by_the_callers_own_address(shop: Callable[..., Served]) -> None:
    one = shop()
    for _ in range(5):
        with signed(one, X_Forwarded_For="198.51.100.7") as browser:
            assert browser.post("/ui/sign-in", data={"token": "wrong"}).status_code == 401
    with signed(one, X_Forwarded_For="198.51.100.7") as browser:
        paused = browser.post("/ui/sign-in", data={"token": one.token})
        assert paused.status_code == 429
        assert 800 < int(paused.headers["retry-after"]) <= 900
    with signed(one, X_Forwarded_For="198.51.100.8") as browser:
        assert browser.post("/ui/sign-in", data={"token": one.token}).status_code == 303
    events = one.client.get("/activity", params={"topic": "sessions"}).json()["events"]
    names = [event["name"] for event in events]
    assert (names.count("sessions.failed"), names.count("sessions.paused")) == (5, 1)
    assert "wrong" not in str(events)
    assert next(event for event in events if event["name"] == "sessions.opened")["data"]["way"] == "token"
