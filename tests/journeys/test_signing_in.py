"""A sign-in link in a real browser: it works once, and the token in it goes nowhere."""

from typing import Any

from tests.journeys.visiting import DESKTOP
from tests.server import Server


def test_a_link_signs_in_and_its_token_is_sent_nowhere_else(browser: Any, server: Server) -> None:
    link = server.hydra("token", "link", "--data", str(server.data)).stdout.strip().split()[-1]
    code = link.partition("token=")[2]
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    asked: list[Any] = []
    page.on("request", lambda request: asked.append(request))
    page.goto(link)
    page.wait_for_load_state("load")
    assert page.url == f"{server.url}/ui/"
    assert page.evaluate("document.referrer") == ""
    assert page.evaluate("history.length") <= 2
    later = asked[1:]
    assert later
    for request in later:
        assert code not in request.url
        assert code not in request.all_headers().get("referer", "")
    page.goto(link)
    assert "was used already" in page.inner_text("[role=alert]")
    assert server.token not in server.tail(10_000)
    context.close()


def test_what_was_asked_for_is_shown_after_signing_in(browser: Any, server: Server) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{server.url}/ui/queue?state=held")
    page.fill("#token", server.token)
    page.press("#token", "Enter")
    page.wait_for_url(f"{server.url}/ui/queue?state=held")
    context.close()
