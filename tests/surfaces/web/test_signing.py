"""Coming in and going out; the theme; and what somebody sees who is not signed in."""

import httpx
import pytest

from tests.surfaces.served import Served
from tests.surfaces.web.shown import PAGE, Browser


@pytest.fixture
def stranger(shop: Served) -> httpx.Client:
    """A browser that is not signed in."""
    return httpx.Client(base_url=shop.url, headers=PAGE, trust_env=False)


@pytest.mark.parametrize("path", ["/ui/", "/ui/queue?state=held", "/ui/no-such-page"])
def test_a_stranger_is_asked_to_sign_in_and_then_led_on(shop: Served, stranger: httpx.Client, path: str) -> None:
    sent = stranger.get(path)
    assert sent.status_code == 303
    asked = stranger.get(sent.headers["location"])
    assert "Sign in to this lab" in asked.text
    data = {"token": shop.token, "next": sent.headers["location"].partition("next=")[2]}
    entered = stranger.post(
        "/ui/sign-in", data={**data, "next": httpx.QueryParams(sent.headers["location"].partition("?")[2])["next"]}
    )
    assert entered.status_code == 303
    assert entered.headers["location"] == path


def test_the_root_leads_to_the_pages(stranger: httpx.Client) -> None:
    assert stranger.get("/").headers["location"] == "/ui/"
    assert stranger.get("/ui").headers["location"] == "/ui/"


def test_a_wrong_token_is_said_and_never_shown(stranger: httpx.Client) -> None:
    answer = stranger.post("/ui/sign-in", data={"token": "hyd_wrong-token-000000000000", "next": "/ui/queue"})
    assert answer.status_code == 401
    assert "That token is not known here." in answer.text
    assert "hyd_wrong" not in answer.text
    assert 'value="/ui/queue"' in answer.text
    assert "hydra_session" not in answer.headers.get("set-cookie", "")


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/ui/../x\n", "/queue", "/ui/sign-out"])
def test_signing_in_leads_to_pages_of_ours_only(shop: Served, stranger: httpx.Client, to: str) -> None:
    answer = stranger.post("/ui/sign-in", data={"token": shop.token, "next": to})
    assert answer.headers["location"] == "/ui/"


def test_a_link_signs_in_once_and_leaves_no_trace(shop: Served, stranger: httpx.Client) -> None:
    code = shop.services.credentials.sign_in_link_code()
    answer = stranger.get(f"/ui/sign-in?token={code}")
    assert answer.headers["location"] == "/ui/"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    again = httpx.get(f"{shop.url}/ui/sign-in?token={code}", headers=PAGE, trust_env=False)
    assert again.status_code == 401
    assert "was used already" in again.text
    assert code not in again.text


def test_the_cookie_is_for_https_where_that_is_used(shop: Served) -> None:
    assert "Secure" not in httpx.post(f"{shop.url}/ui/sign-in", data={"token": shop.token}).headers["set-cookie"]


def test_signing_out_ends_the_session(shop: Served) -> None:
    browser = Browser(shop)
    assert browser.send("/sign-out").response.headers["location"] == "/ui/sign-in"
    kept = httpx.Client(base_url=shop.url, cookies={"hydra_session": browser.client.cookies.get("hydra_session", "")})
    assert kept.get("/ui/", headers=PAGE).status_code == 303


def test_another_site_cannot_sign_somebody_in_or_out(shop: Served, browser: Browser) -> None:
    answer = httpx.post(
        f"{shop.url}/ui/sign-in", data={"token": shop.token}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert browser.send("/sign-out", csrf="").response.status_code == 403


def test_the_theme_is_kept_and_set_by_the_server(browser: Browser) -> None:
    assert "data-theme" not in browser.get("/").html.partition("<head>")[0]
    sent = browser.send("/theme", theme="dark", _next="/ui/queue")
    assert sent.response.headers["location"] == "/ui/queue"
    assert 'data-theme="dark"' in browser.get("/").html.partition("<head>")[0]
    browser.send("/theme", theme="auto", _next="/ui/")
    assert "data-theme" not in browser.get("/").html.partition("<head>")[0]


def test_a_part_asked_for_after_the_session_ended_is_no_sign_in_page(stranger: httpx.Client) -> None:
    answer = stranger.get("/ui/?_part=needs", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_programs_still_get_problems_and_not_pages(stranger: httpx.Client) -> None:
    assert stranger.get("/queue").headers["content-type"].startswith("application/problem+json")


def test_pages_carry_the_strict_policy(browser: Browser) -> None:
    policy = browser.get("/").response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
