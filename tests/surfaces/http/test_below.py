"""Below a path of a host that Hydra shares: what leads anywhere leads below it, stripped by the proxy or not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.surfaces.http.below import check_base, leading, outward
from tests.surfaces.served import Served, served


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that a proxy shows at `/hydra`."""
    with served(tmp_path_factory.mktemp("below") / "data", base_path="/hydra") as one:
        yield one


def test_both_with_the_path_and_without_it_is_understood(below: Served) -> None:
    for path in ("/hydra/queue", "/queue"):
        assert below.client.get(path).status_code == 200
    assert below.client.get("/hydra").headers["location"] == "/hydra/ui/"
    assert below.client.get("/hydrant").status_code == 404


def test_every_redirect_leads_below(below: Served) -> None:
    assert below.nobody.get("/hydra/ui/queue", headers={"Accept": "text/html"}).headers["location"] == (
        "/hydra/ui/sign-in?next=%2Fhydra%2Fui%2Fqueue"
    )
    added = below.client.post("/hydra/toys/grow", json={"name": "bear"})
    assert added.status_code == 202
    assert added.headers["location"].startswith("/hydra/queue/")


def test_a_session_is_kept_for_this_path_alone(below: Served) -> None:
    answer = below.nobody.post("/hydra/ui/sign-in", data={"token": below.token, "next": "/hydra/ui/queue"})
    assert answer.headers["location"] == "/hydra/ui/queue"
    assert "Path=/hydra;" in answer.headers["set-cookie"]


@pytest.mark.parametrize("prefix", ["/hydra", ""])
def test_a_page_leads_nowhere_else(below: Served, prefix: str) -> None:
    browser, _ = below.session()
    text = browser.get(f"{prefix}/ui/queue?state=held", headers={"Accept": "text/html"}).text
    leads = [part.partition('"')[0] for part in text.replace("action=", "href=").split('href="')[1:]]
    assert [one for one in leads if one.startswith("/") and not one.startswith("/hydra/ui/")] == []
    assert 'hx-sse:connect="/hydra/events/stream"' in text
    assert 'name="_from" value="/hydra/ui/queue?state=held"' in text


def test_a_form_comes_back_to_its_page(below: Served) -> None:
    browser, csrf = below.session()
    sent = {"csrf": csrf, "_from": "/hydra/ui/queue?state=held", "_next": "/hydra/ui/queue?state=held"}
    done = browser.post("/hydra/ui/do/control.pause", data=sent)
    assert done.headers["location"] == "/hydra/ui/queue?state=held"
    browser.post("/hydra/ui/do/control.resume", data=sent)
    failed = browser.post("/hydra/ui/do/queue.cancel", data={**sent, "id": "no-such"}, headers={"Accept": "text/html"})
    assert failed.status_code == 404
    assert "Queue" in failed.text


def test_the_documentation_says_where_it_is(below: Served) -> None:
    assert below.client.get("/hydra/openapi.json").json()["servers"] == [{"url": "/hydra"}]
    problem = below.client.get("/hydra/nothing").json()
    assert problem["type"] == "/hydra/docs#error-not_found"
    page = below.client.get("/hydra/docs").text
    assert 'href="docs/reference.css"' in page
    assert httpx.URL(f"{below.url}/hydra/docs").join("docs/reference.css").path == "/hydra/docs/reference.css"


def test_what_to_do_names_pages_where_they_are(below: Served) -> None:
    told = {
        "fix": "Set it or open /ui/integrations/discord.",
        "holds": [{"unblock": "See /ui/queue", "detail": "/ui/x"}],
    }
    assert leading(told, "/hydra") == {
        "fix": "Set it or open /hydra/ui/integrations/discord.",
        "holds": [{"unblock": "See /hydra/ui/queue", "detail": "/ui/x"}],
    }
    assert leading(told, "") is told
    queued = {"operation": "toys.grow", "input": {"name": "see /ui/queue"}, "title": "x"}
    assert below.client.post("/queue", json=queued).json()["input"] == {"name": "see /ui/queue"}


def test_what_leads_elsewhere_stays_as_it_is() -> None:
    headers = [(b"location", b"https://lab.example/"), (b"set-cookie", b"a=b; Path=/other; HttpOnly")]
    assert outward(headers, "/hydra") == headers
    assert outward([(b"Location", b"/hydra?a=b")], "/hydra") == [(b"Location", b"/hydra?a=b")]


def test_a_path_of_hydras_own_cannot_be_what_it_is_below(data_dir: Path) -> None:
    check_base("/uiuiui", ["/ui/", "/queue"])
    with pytest.raises(Invalid, match="paths that begin so") as caught, served(data_dir, base_path="/ui"):
        pass
    assert "HYDRA_BASE_PATH" in caught.value.detail + str(caught.value.fix)
