"""Exchanges with real servers on loopback: redirects, rebinding, credentials, time and size limits."""

import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from hydra_lab.areas.http.exchange import Call, exchange
from hydra_lab.kernel.errors import Denied, Invalid, Refused, Unavailable
from tests.areas.http.sites import Site, leads_to, reply


def call(url: str, method: str = "GET", **options: Any) -> Call:
    defaults: dict[str, Any] = {"headers": {}, "body": None, "timeout_s": 5.0, "most_bytes": 1000}
    return Call(method=method, url=url, **(defaults | options))


def here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def test_the_name_is_resolved_once_and_the_checked_address_is_called(sites: tuple[Site, Site]) -> None:
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    url = f"http://lab.example:{sites[0].port}/x?y=1"
    assert exchange(call(url), ["lab.example"], lambda host, port: next(answers)).body == b"fine"
    _, path, headers, _ = sites[0].asked[0]
    assert (path, headers["host"]) == ("/x?y=1", f"lab.example:{sites[0].port}")


def test_a_redirect_to_a_host_that_is_not_allowed_is_not_followed(sites: tuple[Site, Site]) -> None:
    first, second = sites
    first.pages["/"] = leads_to(f"http://other.example:{second.port}/")
    with pytest.raises(Denied, match="redirects to"):
        exchange(call(f"http://lab.example:{first.port}/"), ["lab.example"], here)
    assert second.asked == []


def test_credentials_do_not_follow_a_redirect_to_another_origin(sites: tuple[Site, Site]) -> None:
    first, second = sites
    first.pages["/"] = leads_to(f"http://two.example:{second.port}/in", 307)
    headers = {"Authorization": "Bearer secret", "Idempotency-Key": "k"}
    asked = call(f"http://one.example:{first.port}/", "POST", headers=headers, body=b"data")
    answer = exchange(asked, ["one.example", "two.example"], here)
    method, path, seen, body = second.asked[0]
    assert (method, path, body, answer.redirects) == ("POST", "/in", b"data", (asked.url,))
    assert "authorization" not in seen
    assert seen["idempotency-key"] == "k"


def test_a_post_answered_with_303_becomes_a_get_without_body(sites: tuple[Site, Site]) -> None:
    sites[0].pages["/"] = leads_to("/done", 303)
    exchange(call(f"http://a.example:{sites[0].port}/", "POST", body=b"data"), ["a.example"], here)
    assert [(one[0], one[1], one[3]) for one in sites[0].asked] == [("POST", "/", b"data"), ("GET", "/done", b"")]


def test_a_circle_of_redirects_ends_in_words(sites: tuple[Site, Site]) -> None:
    sites[0].pages["/"] = leads_to("/")
    with pytest.raises(Refused, match="redirects more than 5 times"):
        exchange(call(f"http://a.example:{sites[0].port}/"), ["a.example"], here)
    assert len(sites[0].asked) == 6


def test_the_second_address_is_tried_when_nothing_listens_at_the_first(sites: tuple[Site, Site]) -> None:
    url = f"http://localhost:{sites[0].port}/"
    assert exchange(call(url), ["localhost"], lambda host, port: ["127.0.0.9", "127.0.0.1"]).status == 200


def test_an_answer_that_trickles_ends_at_the_deadline(sites: tuple[Site, Site]) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b".")
            handler.wfile.flush()
            time.sleep(0.1)

    sites[0].pages["/"] = trickle
    began = time.monotonic()
    with pytest.raises(Unavailable, match="in time"):
        exchange(call(f"http://a.example:{sites[0].port}/", timeout_s=0.6), ["a.example"], here)
    assert time.monotonic() - began < 3


def test_a_long_answer_is_cut_and_says_so(sites: tuple[Site, Site]) -> None:
    sites[0].pages["/"] = lambda handler: reply(handler, 200, b"x" * 5000)
    answer = exchange(call(f"http://a.example:{sites[0].port}/"), ["a.example"], here)
    assert (len(answer.body), answer.truncated) == (1000, True)


def test_nobody_there_is_unavailable_and_the_host_header_is_not_the_callers(sites: tuple[Site, Site]) -> None:
    with pytest.raises(Unavailable, match="cannot be reached"):
        exchange(call("http://a.example:9/"), ["a.example"], here)
    with pytest.raises(Invalid, match="Host"):
        exchange(call("http://a.example:9/", headers={"Host": "b"}), ["a.example"], here)
