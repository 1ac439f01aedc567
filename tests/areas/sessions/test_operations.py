"""Signed-in browsers over the API: the list, signing one out, and all others."""

from contextlib import closing

import httpx

from tests.server import Server


def browser(server: Server, agent: str) -> httpx.Client:
    """A browser that was signed in with the token."""
    one = httpx.Client(base_url=server.url, headers={"User-Agent": agent}, trust_env=False)
    assert one.post("/ui/sign-in", data={"token": server.token}).status_code == 303
    return one


def test_other_browsers_are_signed_out_and_the_activity_page_tells_of_all(server: Server) -> None:
    phone, laptop, tablet = (browser(server, one) for one in ("Phone", "Laptop", "Tablet"))
    with closing(phone), closing(laptop), closing(tablet):
        listed = laptop.get("/sessions").raise_for_status().json()["sessions"]
        assert {(one["agent"], one["way"], one["current"]) for one in listed} == {
            ("Phone", "token", False), ("Laptop", "token", True), ("Tablet", "token", False),
        }  # fmt: skip
        [gone] = [one["id"] for one in listed if one["agent"] == "Phone"]
        assert server.client.delete(f"/sessions/{gone}").raise_for_status().json()["agent"] == "Phone"
        assert phone.get("/sessions").status_code == 401
        page = laptop.get("/ui/").text
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        ended = laptop.post("/sessions/end-others", json={}, headers={"X-CSRF-Token": csrf}).raise_for_status().json()
        assert [one["agent"] for one in ended["ended"]] == ["Tablet"]
        assert tablet.get("/sessions").status_code == 401
        shown = laptop.get("/ui/activity", params={"topic": "sessions"}).text
        for words in ("signed in", "signed out", "from 127.0.0.1"):
            assert words in shown
        assert server.token not in shown


def test_a_session_that_is_not_there_is_told_so(server: Server) -> None:
    answer = server.client.delete("/sessions/0123456789abcdef")
    assert answer.status_code == 404
    assert "hydra sessions list" in answer.json()["fix"]
