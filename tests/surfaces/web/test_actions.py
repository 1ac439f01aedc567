"""Plain forms do what they say, come back with a word about it, and say on the page what was wrong."""

import re

import pytest

from tests.surfaces.served import Served
from tests.surfaces.web.conftest import add, planless
from tests.surfaces.web.shown import Browser


def item_of(sent: object) -> str:
    """The id in the address a form leads to."""
    found = re.search(r"/ui/queue/([0-9a-f-]+)$", sent.response.headers["location"])  # type: ignore[attr-defined]
    assert found
    return found[1]


def test_an_action_is_done_and_said_once(shop: Served, browser: Browser) -> None:
    item = add(shop, title="To pause", operation="toys.grow", input={"name": "a"})
    sent = browser.send("/do/queue.pause", id=item.id, _next=f"/ui/queue/{item.id}", _done="Paused it")
    page = browser.after(sent)
    assert "Paused it" in page.text
    assert "It is paused" in page.text
    assert "Paused it" not in browser.get(f"/queue/{item.id}").text


def test_a_form_without_the_sessions_token_does_nothing(shop: Served, browser: Browser) -> None:
    item = add(shop, title="To keep", operation="toys.grow", input={"name": "a"})
    for csrf in ("", "another"):
        assert browser.send("/do/queue.cancel", csrf=csrf, id=item.id).response.status_code == 403
    assert shop.services.work.get(item.id).state == "queued"


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "", "javascript:alert(1)"]
)
def test_a_form_leads_nowhere_else(shop: Served, browser: Browser, to: str) -> None:
    item = add(shop, title="To cancel", operation="toys.grow", input={"name": "a"})
    sent = browser.send("/do/queue.cancel", id=item.id, _next=to)
    assert sent.response.headers["location"] == "/ui/"


def test_a_failed_action_shows_its_page_with_what_was_wrong(shop: Served, browser: Browser) -> None:
    item = add(shop, title="Not paused", operation="toys.grow", input={"name": "a"})
    page = browser.send("/do/queue.resume", id=item.id, _from=f"/ui/queue/{item.id}")
    assert page.response.status_code == 409
    assert "is not paused" in page.text
    assert "Not paused" in page.text
    assert page.field("_next") == f"/ui/queue/{item.id}"


def test_a_failed_action_of_an_unknown_page_is_said_at_home(browser: Browser) -> None:
    sent = browser.send("/do/queue.resume", id="nothing", _from="https://evil.example/")
    assert sent.response.headers["location"] == "/ui/"
    assert "There is no work item nothing" in browser.after(sent).text


def test_several_rows_at_once(shop: Served, browser: Browser) -> None:
    ids = [add(shop, title=f"Row {n}", operation="toys.grow", input={"name": "a"}).id for n in range(3)]
    sent = browser.send("/do/queue.cancel", _each="id", id=[*ids, "nothing"], _next="/ui/queue")
    page = browser.after(sent)
    assert "3 items; not for 1: There is no work item nothing" in page.text
    assert {shop.services.work.get(one).state for one in ids} == {"cancelled"}


def test_nothing_ticked_says_so(browser: Browser) -> None:
    page = browser.send("/do/queue.cancel", _each="id", _from="/ui/queue")
    assert page.response.status_code == 422
    assert "Nothing is selected." in page.text


def test_new_work_from_the_form_of_an_operation(shop: Served, browser: Browser) -> None:
    sent = browser.send(
        "/operations/toys.make", _act="queue", _from="/ui/operations/toys.make", priority="high", window="overnight",
        **{"input.name": "bear", "input.count": "2", "input.paint.coats": "3", "input.tags": "soft\nbrown",
           "input.extra": '{"a": 1}'},
    )  # fmt: skip
    item = shop.services.work.get(item_of(sent))
    assert (item.operation, item.priority, item.window) == ("toys.make", "high", "overnight")
    assert item.input == {
        "name": "bear", "count": 2, "paint": {"coats": 3}, "tags": ["soft", "brown"], "extra": {"a": 1},
    }  # fmt: skip
    assert "Queued:" in browser.after(sent).text


def test_wrong_fields_come_back_as_typed_with_their_problems(browser: Browser) -> None:
    page = browser.send(
        "/operations/toys.make", _act="queue", _from="/ui/operations/toys.make", priority="high",
        **{"input.name": "b<i>", "input.count": "many", "input.paint.coats": "99"},
    )  # fmt: skip
    assert page.response.status_code == 422
    assert "valid integer" in page.text
    assert "less than or equal to 5" in page.text
    assert page.field("input.name") == "b<i>"
    assert page.field("input.count") == "many"


def test_a_wrong_time_of_new_work_is_said_at_its_field(browser: Browser) -> None:
    page = browser.send(
        "/operations/toys.make",
        _act="queue",
        _from="/ui/operations/toys.make",
        window="sometimes",
        **{"input.name": "x"},
    )
    assert page.response.status_code == 422
    assert re.search(r'name="window"[^>]*aria-invalid="true"', page.html)
    assert page.field("window") == "sometimes"


def test_an_operation_called_at_once_shows_its_answer(browser: Browser) -> None:
    page = browser.send(
        "/operations/toys.make", _act="call", _from="/ui/operations/toys.make", **{"input.name": "bear"}
    )
    assert page.response.status_code == 200
    assert "Answer" in page.text
    assert '"person:cli"' in page.text


def test_danger_asks_unless_it_is_confirmed(shop: Served, browser: Browser) -> None:
    where = {"_act": "call", "_from": "/ui/operations/toys.smash"}
    asked = browser.send("/operations/toys.smash", **where, **{"input.name": "vase"})
    assert shop.services.work.get(item_of(asked)).holds[0].kind == "approval"
    assert "asks first" in browser.after(asked).text
    done = browser.send("/operations/toys.smash", **where, **{"input.name": "vase", "_confirm": "vase"})
    assert "vase is gone" in done.text


def test_an_operation_is_chosen_for_work_that_had_none(shop: Served, browser: Browser) -> None:
    item = planless(shop, "Somehow")
    form = browser.get(f"/operations/toys.grow?for={item.id}")
    assert "Have it do “Somehow”" in form.text
    browser.send("/operations/toys.grow", _act="choose", _for=item.id, **{"input.name": "oak"})
    chosen = shop.services.work.get(item.id)
    assert (chosen.operation, chosen.input, chosen.state) == ("toys.grow", {"name": "oak"}, "queued")


def test_a_backlog_comes_in_as_a_file(shop: Served, browser: Browser) -> None:
    file = ("night.md", b'## TIER 1: NIGHT\n\n### 1.1 Sleep\n**Run:** toys.grow {"name": "moon"}\n', "text/markdown")
    data = {
        "csrf": browser.csrf,
        "_next": "/ui/backlog/{backlog}",
        "_done": "{created} added",
        "name": "night",
        "text": "",
    }
    response = browser.client.post("/ui/do/backlog.import", data=data, files={"text": file})
    assert response.headers["location"] == "/ui/backlog/night"
    page = browser.client.get(response.headers["location"])
    assert "1 added" in page.text
    assert "Sleep" in page.text


def test_a_file_that_is_no_text_is_refused_with_words(browser: Browser) -> None:
    file = ("x.md", b"\xff\xfe\x00", "text/markdown")
    data = {"csrf": browser.csrf, "_from": "/ui/backlog/import"}
    response = browser.client.post("/ui/do/backlog.import", data=data, files={"text": file})
    assert response.status_code == 422
    assert "is not text in UTF-8" in response.text


def test_an_integration_is_set_up_and_its_secret_never_shown(shop: Served, browser: Browser) -> None:
    secret = "not-a-webhook-but-secret-123456789"
    page = browser.send(
        "/do/integrations.configure", name="discord", _from="/ui/integrations/discord", **{"values.webhook": secret}
    )
    assert page.response.status_code == 422
    assert "a webhook looks like" in page.text
    assert secret not in page.html


def test_a_setting_is_changed_and_taken_back(shop: Served, browser: Browser) -> None:
    browser.send("/do/settings.set", name="overnight", value="23:00-06:00", _next="/ui/settings")
    assert shop.services.settings.current.overnight == "23:00-06:00"
    browser.send(
        "/do/settings.set", name="http.allowed_hosts", value="a.lab\nb.lab", _lines="value", _next="/ui/settings"
    )
    assert shop.services.settings.current.http.allowed_hosts == ("a.lab", "b.lab")
    browser.send("/do/settings.set", name="overnight", value="", _next="/ui/settings")
    assert shop.services.settings.current.overnight == "22:00-07:00"


def test_a_wrong_setting_is_refused_on_the_page(browser: Browser) -> None:
    page = browser.send("/do/settings.set", name="overnight", value="soon", _from="/ui/settings")
    assert page.response.status_code == 422
    assert "22:00-07:00" in page.text


def test_too_much_for_an_operation_is_refused(browser: Browser) -> None:
    page = browser.send("/do/toys.read", text="x" * 5000, _from="/ui/operations/toys.read")
    assert page.response.status_code == 413
    assert "takes at most 2 KiB" in page.text


def test_stopping_is_said_on_every_page_until_resumed(browser: Browser) -> None:
    browser.send("/do/control.stop", reason="smoke in the rack", _next="/ui/")
    try:
        for path in ("/queue", "/settings"):
            page = browser.get(path)
            assert "Hydra is stopped" in page.text
            assert "Smoke in the rack." in page.text
    finally:
        browser.send("/do/control.resume", _next="/ui/")
    assert "Hydra is stopped" not in browser.get("/queue").text
