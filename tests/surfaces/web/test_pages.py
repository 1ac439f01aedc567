"""Every page answers with what is there, carries no script of its own, and its live parts stand alone."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hydra_lab.app import found_rooms
from hydra_lab.areas.activity.pages import lines
from hydra_lab.kernel.journal import Event
from hydra_lab.surfaces.web.app import Web
from hydra_lab.surfaces.web.site import entries
from tests.lab import OWNER
from tests.surfaces.served import Served
from tests.surfaces.web.conftest import HOSTILE, add, planless
from tests.surfaces.web.shown import Browser, Shown

# Every page of every room that has no name in its address, then these.
PLAIN = [entry.page.path for entry in entries(found_rooms()) if "{" not in entry.page.path]
PATHS = [
    *PLAIN,
    "/inbox?show=decided",
    "/queue?state=held",
    "/queue?q=nothing-like-it",
    "/queue?hold=plan",
    "/backlog/small",
    "/backlog/small/text",
    "/backlog/small/report",
    "/activity?event=1",
    "/activity?topic=items&day=2020-01-01",
    "/find?q=toy",
    "/find?q=no-such-thing",
    "/integrations?status=connected",
    "/integrations/discord",
    "/new?q=no-such-thing",
    "/operations?q=toys&kind=write",
    "/operations?q=no-such-thing",
    "/operations/toys.make",
    "/operations/toys.smash",
    "/operations/toys.grow?new=1",
    "/operations/queue.add",
    "/operations/queue.batch",
]
# Their names are made at run time; tests of their own look at them.
MADE = {"/queue/{id}", "/inbox/{id}", "/schedules/{id}", "/containers/{id}", "/batches/{id}",
        "/backlog/preview/{draft}", "/backlog/preview/{draft}/text", "/reconcile/revisions/{number}"}  # fmt: skip
LIMIT_BYTES = 100_000
CALLED = Event(
    id=1, at=datetime(2026, 11, 23, tzinfo=UTC), name="operations.called", actor="hook", actor_name="/hooks/bell",
    subject=None, cause=None, item=None, data={"operation": "toys.list"},
)  # fmt: skip


def sound(page: Shown) -> None:
    """What holds for each page whatever it shows."""
    assert page.html.startswith("<!doctype html>")
    assert page.html.count("<h1") == 1
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page.html), "the content security policy refuses it"
    assert re.findall(r"<script(?![^>]*\ssrc=)", page.html) == []
    assert [one for one, count in Counter(page.ids()).items() if count > 1] == []
    for form in page.forms():
        assert re.search(r'name="csrf" value="\w', form), form[:200]
    for _, attrs in page.elements:
        for name in ("href", "src", "action", "formaction"):
            assert attrs.get(name, "/").startswith(("/", "#", "https://")), attrs


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_sound(browser: Browser, path: str) -> None:
    page = browser.get(path)
    assert page.response.status_code == 200, page.text[:500]
    sound(page)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_is_small_over_the_wire(browser: Browser, path: str) -> None:
    response = browser.get(path, **{"Accept-Encoding": "gzip"}).response
    assert int(response.headers["content-length"]) < LIMIT_BYTES / 2
    assert response.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", PATHS)
def test_each_live_part_alone_is_what_it_is_in_the_page(browser: Browser, path: str) -> None:
    page = browser.get(path)
    live = [attrs["id"] for _, attrs in page.elements if {"data-live", "data-poll"} & set(attrs)]
    assert live
    joint = "&" if "?" in path else "?"
    for part in live:
        alone = browser.get(f"{path}{joint}_part={part}", **{"HX-Request": "true"})
        assert f'hx-target="#{part}"' in alone.html, f"{part} is no block of its template"
        inner = alone.html.removeprefix(f'<hx-partial hx-target="#{part}" hx-swap="outerMorph">')
        assert settled(inner.removesuffix("</hx-partial>")) in settled(page.html), part


def settled(html: str) -> str:
    """A page without what differs from one second to the next."""
    return re.sub(r">[^<]*</time>|\s+", " ", html)


def test_every_page_there_is_is_in_this_test(shop: Served) -> None:
    tested = {re.sub(r"\?.*", "", path) for path in PATHS}
    patterns = [entry.page.path for entry in Web(shop.services).pages]
    untested = [
        one for one in patterns if not any(re.fullmatch(re.sub(r"{\w+}", "[^/]+", one), path) for path in tested)
    ]
    assert set(untested) <= MADE, "PATHS wants an example of each page with a name in its address"


def test_every_item_has_a_sound_page_whatever_its_state(shop: Served, browser: Browser) -> None:
    items, _, _ = shop.services.work.page(limit=100)
    states = {item.state.value for item in items}
    assert states == {"queued", "held", "done", "cancelled"}
    for item in items:
        page = browser.get(f"/queue/{item.id}")
        assert page.response.status_code == 200
        sound(page)
        assert " ".join(item.title.split()) in page.text


def test_hostile_titles_are_only_words(browser: Browser) -> None:
    page = browser.get("/queue")
    assert HOSTILE in page.text
    assert "<script>alert" not in page.html


def test_home_counts_and_names_what_is_there(browser: Browser) -> None:
    page = browser.get("/")
    assert "Needs you" in page.text
    assert re.search(r"\d+ ready, \d+ held\.", page.text)
    assert "discord webhook" in page.text.lower()


def test_what_is_asked_has_a_page_of_its_own(shop: Served, browser: Browser) -> None:
    items, _, _ = shop.services.work.page(hold="approval", limit=1)
    page = browser.get(f"/inbox/{items[0].id}")
    assert page.response.status_code == 200
    sound(page)
    assert f'data-ask="{items[0].id}"' in page.html
    assert browser.get("/inbox/0198f2c4-7d1e-7c33-8a51-000000000000").response.status_code == 404


def test_held_work_says_why_and_what_would_release_it(shop: Served, browser: Browser) -> None:
    items, _, _ = shop.services.work.page(hold="approval", limit=1)
    page = browser.get(f"/queue/{items[0].id}")
    assert "Why is this not running?" in page.text
    assert "It waits for a person to approve" in page.text
    assert "Approve" in page.text


def test_what_a_document_reports_is_labelled_so(shop: Served, browser: Browser) -> None:
    [item] = [one for one in shop.services.work.page(state="done", limit=9)[0] if one.title == "Reported"]
    assert "Hydra neither did nor checked it." in browser.get(f"/queue/{item.id}").text


def test_work_without_an_operation_offers_those_that_exist(shop: Served, browser: Browser) -> None:
    item = planless(shop, "Make it grow")
    page = browser.get("/inbox")
    assert f"/ui/operations/toys.grow?for={item.id}" in page.html
    assert "no.such" not in page.html


def test_the_queue_is_paged(shop: Served, browser: Browser) -> None:
    for number in range(60):
        planless(shop, f"Page filler {number}")
    first = browser.get("/queue?q=Page+filler")
    older = next(attrs["href"] for _, attrs in first.elements if attrs.get("rel") == "next")
    second = Shown(response=browser.client.get(older))
    assert first.html.count('class="title"') == 50
    assert second.html.count('class="title"') == 10
    assert "Page filler 0" in second.text


def test_navigation_shows_only_pages_that_are_there(shop: Served, browser: Browser) -> None:
    page = browser.get("/")
    hrefs = re.findall(r'<li><a href="(/ui[^"]*)"', page.html)
    assert len(hrefs) >= 7
    for href in hrefs:
        assert browser.client.get(href).status_code == 200


def test_a_page_that_is_not_there_says_so_with_a_way_on(browser: Browser) -> None:
    for path in (
        "/no-such-page",
        "/queue/0198f2c4-7d1e-7c33-8a51-000000000000",
        "/integrations/nobody",
        "/operations/a.b",
    ):
        page = browser.get(path)
        assert page.response.status_code == 404
        assert "There is nothing at this address" in page.text
        sound(page)


def test_home_tells_what_changed_however_often_something_was_only_called(shop: Served, browser: Browser) -> None:
    add(shop, title="Paint the fence", operation="toys.grow", input={"name": "z"}, window="overnight")
    with shop.services.database.begin() as connection:
        for _ in range(50):
            shop.services.journal.write(connection, "operations.called", actor=OWNER, data={"operation": "x"})
    assert "Paint the fence" in browser.get("/?_part=latest").text


def test_a_reason_that_several_have_in_different_words_is_told_without_them(shop: Served, browser: Browser) -> None:
    for window in ("overnight", "04:00-04:01"):
        add(shop, title=f"In {window}", operation="toys.grow", input={"name": window}, window=window)
    held = browser.get("/?_part=held").text
    assert "Waits for its window" in held
    assert "04:00-04:01”" not in held


def test_new_work_offers_first_what_people_here_queue(browser: Browser) -> None:
    page = browser.get("/new")
    first, _, rest = page.html.partition("By area")
    assert re.findall(r"/operations/([\w.]+)\?new=1", first)[0] == "toys.grow"
    assert "notify.send" in first
    assert "maintenance.prune_now" in rest
    assert "maintenance.prune_now" not in first


def test_the_form_of_new_work_is_in_the_menu_where_new_work_is(browser: Browser) -> None:
    for path, where in (("/operations/toys.grow?new=1", "/ui/new"), ("/operations/toys.grow", "/ui/operations")):
        menu = browser.get(path).html.partition("</nav>")[0]
        assert re.findall(r'href="([^"]+)" aria-current="page"', menu) == [where]


def test_what_only_repeats_itself_is_one_line_of_the_activity() -> None:
    calls = [replace(CALLED, id=9 - n, at=CALLED.at - timedelta(seconds=n)) for n in range(5)]
    other = replace(CALLED, name="items.done", item="a")
    found = lines([*calls, other, *calls[:2]])
    assert [(line.event.id, len(line.more)) for line in found] == [(9, 4), (1, 0), (9, 0), (8, 0)]


def test_an_analysis_that_leaves_the_model_to_the_default_is_on_the_page_of_the_cache(
    shop: Served, browser: Browser
) -> None:
    item = add(shop, title="Leave it to you", operation="cache.analyze", input={}, window="overnight")
    assert f"/queue/{item.id}" in browser.get("/cache").html
