"""http.call as work: what is sent, what is retried, and what is never sent."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import pytest

from tests.areas.http.sites import Site, reply
from tests.areas.running import artifact, done, ended, run
from tests.server import TOKEN, Server


@pytest.fixture
def caller(make_server: Callable[..., Server]) -> Server:
    """A Hydra that may call loopback."""
    return make_server(HYDRA_HTTP__ALLOWED_HOSTS="127.0.0.1").start()


def test_the_items_id_is_its_key_and_answers_are_judged(caller: Server, sites: tuple[Site, Site]) -> None:
    site, url = sites[0], f"http://127.0.0.1:{sites[0].port}"
    site.pages["/teapot"] = lambda handler: reply(handler, 418, b"short and stout")
    site.pages["/long"] = lambda handler: reply(handler, 200, b"x" * 20_000, Set_Cookie="session=abcdef")

    item = done(caller, "http.call", url=f"{url}/a?token=s3cret-in-query", method="post", body={"n": 1})
    method, path, headers, body = site.asked[0]
    assert (method, path, body) == ("POST", "/a?token=s3cret-in-query", b'{"n": 1}')
    assert headers["idempotency-key"] == item["id"]
    assert headers["content-type"] == "application/json"
    assert item["result"]["status"] == 200
    told = [
        one
        for one in caller.client.get("/activity", params={"item": item["id"]}).json()["events"]
        if "http" in one["name"]
    ]
    assert [one["name"] for one in told] == ["http.called", "http.calling"]
    assert "s3cret" not in str(told), "queries often hold credentials"

    assert done(caller, "http.call", url=f"{url}/teapot", expect_status=418)["result"]["body"] == "short and stout"
    failed = run(caller, "http.call", url=f"{url}/teapot")
    assert (failed["state"], failed["error"]["code"], failed["result"]) == ("failed", "refused", None)
    assert failed["error"]["data"]["body"] == "short and stout"
    assert run(caller, "http.call", url=f"{url}/a", expect_status=[204])["error"]["detail"].endswith(
        "204 was expected."
    )

    long = done(caller, "http.call", url=f"{url}/long")
    assert (len(long["result"]["body"]), long["result"]["truncated"]) == (16_000, True)
    assert len(artifact(caller, long, "body")) == 20_000
    assert "abcdef" not in str(long["result"])


def test_what_may_work_later_is_tried_again_with_the_same_key(caller: Server, sites: tuple[Site, Site]) -> None:
    answers = iter([503, 200])

    def flaky(handler: BaseHTTPRequestHandler) -> None:
        status = next(answers)
        reply(handler, status, b"", **({"Retry_After": "1"} if status == 503 else {}))

    sites[0].pages["/"] = flaky
    answer = caller.client.post("/http/call", json={"url": f"http://127.0.0.1:{sites[0].port}/"})
    item = ended(caller, answer.json()["id"], or_held=False)
    assert (item["state"], item["attempts"]) == ("done", 2)
    assert {one[2]["idempotency-key"] for one in sites[0].asked} == {item["id"]}


def test_a_callers_own_credentials_are_never_sent_on(caller: Server, sites: tuple[Site, Site]) -> None:
    answer = caller.client.post(
        "/http/call", json={"url": f"http://127.0.0.1:{sites[0].port}/", "headers": {"X-A": "b"}}
    )
    ended(caller, answer.json()["id"])
    assert sites[0].asked[0][2]["x-a"] == "b"
    assert TOKEN not in str(sites[0].asked)


def test_hosts_nobody_allowed_and_headers_that_are_none_are_refused(caller: Server, sites: tuple[Site, Site]) -> None:
    denied = run(caller, "http.call", url=f"http://localhost:{sites[0].port}/")
    assert (denied["state"], denied["error"]["code"]) == ("failed", "denied")
    assert "HYDRA_HTTP__ALLOWED_HOSTS" in denied["error"]["fix"]
    assert sites[0].asked == []
    wrong = {"url": "http://127.0.0.1/", "headers": {"a b": "c", "X-Y": "line\nbreak"}, "timeout_s": 0}
    problems = caller.client.post("/http/call", json=wrong).json()["problems"]
    assert len(problems) == 3
    fetched = caller.client.get("/http/fetch", params={"url": f"http://127.0.0.1:{sites[0].port}/"})
    assert fetched.json()["text"] == "fine"
    assert caller.client.get("/http/fetch", params={"url": "file:///etc/passwd"}).status_code == 422
