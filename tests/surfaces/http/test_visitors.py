"""Who asks: tokens, keys and sessions; and forms that another site sends in a browser's name."""

import httpx
import pytest

from hydra_lab.kernel.credentials import KeyKind
from tests.lab import OWNER
from tests.surfaces.served import Served


def test_a_token_is_taken_as_bearer_or_as_a_key(toyshop: Served) -> None:
    for headers in ({"Authorization": f"bearer {toyshop.token}"}, {"X-API-Key": toyshop.token}):
        assert toyshop.nobody.get("/toys", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer"},
        {"X-API-Key": ""},
        {"X-API-Key": "hyd_" + "x" * 43},
        {"Cookie": "hydra_session=made-up"},
    ],
)
def test_anything_else_is_nobody(toyshop: Served, headers: dict[str, str]) -> None:
    assert toyshop.nobody.get("/toys", headers=headers).status_code == 401


def test_a_wrong_token_is_never_passed_over_for_a_cookie(toyshop: Served) -> None:
    browser, _ = toyshop.session()
    assert browser.get("/toys").status_code == 200
    assert browser.get("/toys", headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_browsers_change_needs_the_sessions_token(toyshop: Served) -> None:
    browser, csrf = toyshop.session()
    refused = browser.post("/toys", json={"name": "a"})
    assert (refused.status_code, refused.json()["rule"]) == (403, "csrf")
    assert browser.post("/toys", json={"name": "a"}, headers={"X-CSRF-Token": "wrong"}).status_code == 403
    assert browser.post("/toys", json={"name": "a"}, headers={"X-CSRF-Token": csrf}).status_code == 201


def test_a_token_needs_no_csrf(toyshop: Served) -> None:
    headers = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert toyshop.client.post("/toys", json={"name": "a"}, headers=headers).status_code == 201


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}])
def test_another_site_cannot_sign_a_browser_in(toyshop: Served, headers: dict[str, str]) -> None:
    answer = toyshop.nobody.post("/ui/sign-in", data={"token": toyshop.token}, headers=headers)
    assert answer.status_code == 403


def test_the_sessions_cookie_is_out_of_reach_for_scripts_and_other_sites(toyshop: Served) -> None:
    with httpx.Client(base_url=toyshop.url, trust_env=False) as browser:
        cookie = browser.post("/ui/sign-in", data={"token": toyshop.token}).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # this is plain HTTP; over HTTPS it is


def test_signing_out_ends_the_session_on_the_server(toyshop: Served) -> None:
    browser, csrf = toyshop.session()
    kept = dict(browser.cookies)
    assert browser.post("/ui/sign-out", data={"csrf": csrf}).status_code == 303
    assert httpx.get(f"{toyshop.url}/toys", cookies=kept, trust_env=False).status_code == 401


def test_an_agents_key_is_an_agent_whatever_the_request_says(toyshop: Served) -> None:
    services = toyshop.services
    with services.database.begin() as connection:
        made = services.credentials.create_key(
            connection, name="bot", kind=KeyKind.AGENT, scopes=("read", "write"), actor=OWNER
        )
    bot = {"Authorization": f"Bearer {made.token}", "X-Actor": "person"}
    asked = toyshop.nobody.post("/toys", json={"name": "a"}, headers=bot)
    assert asked.status_code == 202
    assert asked.json()["holds"][0]["kind"] == "approval"
    assert asked.headers["location"] == f"/queue/{asked.json()['id']}"


def test_a_key_that_may_only_read_sees_metrics_but_changes_nothing(toyshop: Served) -> None:
    services = toyshop.services
    with services.database.begin() as connection:
        made = services.credentials.create_key(
            connection, name="eyes", kind=KeyKind.PERSON, scopes=("read",), actor=OWNER
        )
    eyes = {"X-API-Key": made.token}
    assert toyshop.nobody.get("/metrics", headers=eyes).status_code == 200
    assert toyshop.nobody.post("/toys", json={"name": "a"}, headers=eyes).status_code == 403


def test_guessing_tokens_is_stopped_and_what_was_good_before_goes_on(toyshop: Served) -> None:
    def ask(token: str, address: str = "198.51.100.7") -> httpx.Response:
        return toyshop.nobody.get("/toys", headers={"X-API-Key": token, "X-Forwarded-For": address})

    assert ask(toyshop.token).status_code == 200
    assert [ask(f"guess-{number}").status_code for number in range(6)] == [401] * 5 + [429]
    paused = ask("another guess")
    assert paused.status_code == 429
    assert 60 < int(paused.headers["retry-after"]) <= 900
    assert "wrong tokens" in paused.json()["detail"]
    assert ask(toyshop.token).status_code == 200
    assert ask("a guess", "198.51.100.8").status_code == 401
    fresh = ask(toyshop.token, "198.51.100.7")
    assert fresh.status_code == 200
    assert toyshop.nobody.get("/healthz", headers={"X-API-Key": "x", "X-Forwarded-For": "198.51.100.7"}).is_success


def test_a_program_that_goes_on_with_a_token_that_ended_locks_nobody_out(toyshop: Served) -> None:
    stale = {"Authorization": "Bearer hyd_of-last-year", "X-Forwarded-For": "198.51.100.9"}
    assert {toyshop.nobody.get("/toys", headers=stale).status_code for _ in range(12)} == {401}
    signed_in = {"X-API-Key": toyshop.token, "X-Forwarded-For": "198.51.100.9"}
    assert toyshop.nobody.get("/toys", headers=signed_in).status_code == 200
