"""Every page in four forms: no error, nothing from elsewhere, nothing serious for axe, no sideways scrolling, small."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.everywhere import address, pages
from tests.journeys.visiting import DESKTOP, PHONE, Heard, findings, keep, visit
from tests.server import Server

FORMS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone-light": {"viewport": PHONE, "color_scheme": "light", "is_mobile": True, "has_touch": True},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True, "has_touch": True},
}
AXED = ("desktop-light", "phone-dark")  # between them each layout and each scheme is looked at
LIMIT_BYTES = 100_000


@pytest.mark.parametrize("part", range(4))  # a slow machine takes minutes for all of them
@pytest.mark.parametrize("form", FORMS)
def test_every_page_in_this_form(browser: Any, hydra: Server, form: str, part: int) -> None:
    wrong: list[str] = []
    heard = Heard()
    with visit(browser, hydra, heard=heard, **FORMS[form]) as page:
        for name, path in list(pages().items())[part::4]:
            heard.sizes.clear()
            page.goto(hydra.url + address(hydra, path), wait_until="load")
            page.wait_for_timeout(80)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            weight = sum(heard.sizes.values())
            keep(page, f"{name}-{form}")
            wrong += [f"{name}: {one}" for one in (findings(page) if form in AXED else [])]
            wrong += [f"{name}: {wide} px too wide"] if wide else []
            wrong += [f"{name}: {weight} bytes"] if weight > LIMIT_BYTES else []
            expected = name == "not-found"
            heard.errors[:] = [one for one in heard.errors if not (expected and "404" in one)]
            wrong += [f"{name}: {one}" for one in heard.errors]
            heard.errors.clear()
    assert wrong == []


def test_a_first_visit_is_small(browser: Any, hydra: Server) -> None:
    heard = Heard()
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{hydra.url}/ui/sign-in")
    heard.listen(page, hydra.url)
    page.fill("#token", hydra.token)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_url("**/ui/")
    page.wait_for_load_state("load")
    expect(page.locator("main")).to_contain_text("Needs you", use_inner_text=True)
    assert sum(heard.sizes.values()) < LIMIT_BYTES
    context.close()


def test_where_one_is_can_be_seen_in_the_menu_of_a_low_window(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, viewport={"width": 1440, "height": 700}) as page:
        page.goto(f"{hydra.url}/ui/settings")
        page.wait_for_function(
            "document.querySelector('#nav [aria-current]').getBoundingClientRect().bottom"
            " <= document.querySelector('.side-foot').getBoundingClientRect().top"
        )
        assert page.evaluate("scrollY") == 0


def test_a_narrow_phone_scrolls_only_down(browser: Any, hydra: Server) -> None:
    with visit(browser, hydra, viewport={"width": 320, "height": 640}) as page:
        for path in (
            "/",
            "/lab",
            "/queue",
            "/inbox",
            "/new",
            "/backlog/lab",
            "/settings",
            "/operations/http.call",
            "/find?q=a",
        ):
            page.goto(f"{hydra.url}/ui{path}")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide == 0, path
