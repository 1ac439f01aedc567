"""Signing in by an identity provider: a real one, and all that must not be believed of it or of others."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import httpx
import pytest

from tests.peers.identity import Provider, provider
from tests.server import Server, free_port

PAGE = {"Accept": "text/html"}
ADDRESSES = itertools.count(1)


@pytest.fixture(scope="module")
def idp() -> Iterator[Provider]:
    """The provider."""
    with provider(require_client_registration=True, require_nonce=True) as one:
        yield one


@pytest.fixture(scope="module")
def hydra(tmp_path_factory: pytest.TempPathFactory, idp: Provider) -> Iterator[Server]:
    """A Hydra whose people are signed in by the provider."""
    folder = tmp_path_factory.mktemp("sso")
    secret = folder / "secret"
    server = Server(
        folder / "data", HYDRA_OIDC__ISSUER=idp.url, HYDRA_OIDC__TITLE="the house", HYDRA_OIDC__WRITE="ada@lab.example",
        HYDRA_OIDC__ADMIN="group:owners", HYDRA_OIDC__CLIENT_SECRET_FILE=str(secret),
    )  # fmt: skip
    idp.register(f"{server.url}/ui/sign-in/oidc/back")
    secret.write_text(f"{idp.client_secret}\n")
    server.environment["HYDRA_OIDC__CLIENT_ID"] = idp.client_id
    server.start()
    try:
        yield server
        print(server.tail())
    finally:
        server.close()


@pytest.fixture
def browser(hydra: Server) -> Iterator[httpx.Client]:
    """Somebody's browser, at an address of its own: failures are counted by address."""
    headers = PAGE | {"X-Forwarded-For": f"198.51.100.{next(ADDRESSES)}"}
    with httpx.Client(base_url=hydra.url, headers=headers, trust_env=False) as one:
        yield one


def sent(browser: httpx.Client, to: str = "/ui/queue") -> str:
    """Where Hydra sends a browser that wants to sign in."""
    answer = browser.get("/ui/sign-in/oidc", params={"next": to})
    assert answer.status_code == 303, answer.text[-800:]
    return answer.headers["location"]


def signed_in(browser: httpx.Client, idp: Provider, subject: str) -> httpx.Response:
    """The answer to a browser that is back from the provider, where its person said yes."""
    return browser.get(idp.agreed(sent(browser), subject))


def last(hydra: Server, name: str) -> dict[str, Any]:
    """The newest journal entry of a name."""
    events = hydra.client.get("/activity", params={"topic": "sessions"}).raise_for_status().json()["events"]
    return dict(next(one for one in events if one["name"] == name))


def test_the_sign_in_page_offers_it(browser: httpx.Client) -> None:
    assert "Sign in with the house" in browser.get("/ui/sign-in").text


def test_somebody_who_is_granted_something_comes_in_and_may_do_just_that(
    hydra: Server, idp: Provider, browser: httpx.Client
) -> None:
    before = idp.verifiers
    answer = signed_in(browser, idp, "1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/ui/queue")
    assert idp.verifiers == before + 1, "the code was exchanged with its verifier"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert browser.get("/ui/queue").status_code == 200
    assert browser.get("/keys").status_code == 403  # an administrator's
    [own] = browser.get("/sessions").json()["sessions"]
    assert (own["name"], own["way"], own["current"]) == ("ada", "oidc", True)
    assert own["address"] == browser.headers["x-forwarded-for"]
    told = last(hydra, "sessions.opened")
    assert (told["actor"], told["actor_name"], told["data"]["way"]) == ("person", "ada", "oidc")


def test_a_group_grants_too(idp: Provider, browser: httpx.Client) -> None:
    assert signed_in(browser, idp, "3").status_code == 303
    assert browser.get("/keys").status_code == 200


def test_an_address_that_nobody_verified_is_not_believed(hydra: Server, idp: Provider, browser: httpx.Client) -> None:
    answer = signed_in(browser, idp, "2")
    assert answer.status_code == 403
    assert "bob is granted nothing here" in answer.text
    assert browser.get("/sessions").status_code == 401
    assert "bob" in last(hydra, "sessions.failed")["data"]["detail"]


def test_a_no_at_the_provider_is_told(idp: Provider, browser: httpx.Client) -> None:
    answer = browser.get(idp.agreed(sent(browser), "1", action="deny"))
    assert answer.status_code == 403
    assert "refused" in answer.text


def test_an_answer_is_good_for_the_browser_that_asked_and_once(
    idp: Provider, browser: httpx.Client, hydra: Server
) -> None:
    back = idp.agreed(sent(browser), "1")
    with httpx.Client(base_url=hydra.url, headers=PAGE, trust_env=False) as victim:
        assert victim.get(back).status_code == 403  # it began no sign-in
        sent(victim)
        assert victim.get(back).status_code == 403  # it began another
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code in (403, 502)


@pytest.mark.parametrize("change", ["state", "code", "iss"])
def test_an_answer_that_was_changed_on_the_way_is_refused(idp: Provider, browser: httpx.Client, change: str) -> None:
    parts = urlsplit(idp.agreed(sent(browser), "1"))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {change: "http://evil.example"}
    back = urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
    answer = browser.get(back, params=query)
    assert answer.status_code in (403, 502)
    assert browser.get("/sessions").status_code == 401


def test_where_somebody_is_led_on_to_is_a_page_of_ours(idp: Provider, browser: httpx.Client) -> None:
    for evil in ("https://evil.example/", "//evil.example", "/queue"):
        answer = browser.get(idp.agreed(sent(browser, evil), "1"))
        assert answer.headers["location"] == "/ui/"


def test_a_grant_taken_back_counts_at_once(make_server: Callable[..., Server], idp: Provider) -> None:
    server = make_server("taken", HYDRA_OIDC__ISSUER=idp.url)
    told = httpx.post(
        f"{idp.url}/oauth2/clients", json={"redirect_uris": [f"{server.url}/ui/sign-in/oidc/back"]}, trust_env=False
    ).json()
    server.environment["HYDRA_OIDC__CLIENT_SECRET"] = told["client_secret"]
    server.start()

    def put(name: str, value: Any) -> None:
        server.client.put(f"/settings/{name}", json={"value": value}).raise_for_status()

    put("oidc.client_id", told["client_id"])
    put("oidc.read", "*")
    with httpx.Client(base_url=server.url, headers=PAGE, trust_env=False) as browser:
        assert signed_in(browser, idp, "2").status_code == 303
        assert browser.get("/sessions").status_code == 200
        put("oidc.read", "somebody.else")
        assert browser.get("/sessions").status_code == 401


def test_new_keys_of_the_provider_are_taken_up(make_server: Callable[..., Server]) -> None:
    port = free_port()
    server = make_server("keys", HYDRA_OIDC__ISSUER=f"http://localhost:{port}", HYDRA_OIDC__CLIENT_ID="hydra",
                         HYDRA_OIDC__CLIENT_SECRET="secret-of-hydra", HYDRA_OIDC__READ="*").start()  # fmt: skip
    for _ in range(2):
        with provider(port) as idp, httpx.Client(base_url=server.url, headers=PAGE, trust_env=False) as browser:
            assert signed_in(browser, idp, "1").status_code == 303


def test_a_provider_that_does_not_answer_is_told_and_a_token_still_signs_in(
    make_server: Callable[..., Server],
) -> None:
    server = make_server(
        "silent", HYDRA_OIDC__ISSUER=f"http://localhost:{free_port()}", HYDRA_OIDC__CLIENT_ID="x"
    ).start()
    with httpx.Client(base_url=server.url, headers=PAGE, trust_env=False) as browser:
        answer = browser.get("/ui/sign-in/oidc")
        assert answer.status_code == 502
        assert "cannot be reached" in answer.text
        assert browser.post("/ui/sign-in", data={"token": server.token}).status_code == 303


def test_a_page_that_sends_a_browser_back_unasked_locks_nobody_out(hydra: Server, browser: httpx.Client) -> None:
    for _ in range(7):
        assert browser.get("/ui/sign-in/oidc/back?state=x&code=y").status_code == 403
    assert browser.post("/ui/sign-in", data={"token": hydra.token}).status_code == 303
