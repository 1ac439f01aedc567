"""Every page in four forms: no error, nothing from elsewhere, nothing serious for axe, no sideways scrolling, small."""

import re
from typing import Any

import pytest

from hydra_lab.app import found_rooms
from hydra_lab.surfaces.web.site import entries
from tests.journeys.conftest import item
from tests.journeys.visiting import DESKTOP, PHONE, Heard, findings, keep, visit
from tests.server import Server

# Every page of every room is looked at. One with a name in its address needs an example here, and what else a page can
# look like stands beside it; ``item:TITLE`` is the id of that item.
EXAMPLES = {
    "/queue/{id}": ["done=item:Back Up Hydra", "asking=item:Clear Old Work", "missing=item:Say Hello",
                    "planless=item:Sort the Photos"],
    "/inbox/{id}": ["approval=item:Clear Old Work"],
    "/integrations/{name}": ["discord=discord"],
    "/operations/{name}": ["operation=http.call", "danger=maintenance.prune_now", "new-one=maintenance.run?new=1",
                           "batch=queue.batch"],
    "/backlog/{name}": ["one=lab"], "/backlog/{name}/text": ["text=lab"], "/backlog/{name}/report": ["report=lab"],
    "/schedules/{id}": ["one=backup"],
    "/triggers/{id}": ["one=backup-again", "tried=backup-again?try=1"],
    "/containers/{id}": [],  # looked at in a journey of its own, with a real Docker Engine
    "/backlog/preview/{draft}": [], "/backlog/preview/{draft}/text": [],  # looked at in the journey of importing
}  # fmt: skip
MORE = {
    "decided": "/inbox?show=decided", "held": "/queue?state=held", "none": "/queue?q=no-such-work",
    "story": "/activity?event=20", "found": "/find?q=back", "not-found": "/quee",
    "asked": "/policy?operation=notify.send&kind=agent", "schedule-form": "/schedules/new?operation=maintenance.run",
    "trigger-form": "/triggers/new?operation=notify.send&event=items.done",
}  # fmt: skip


def pages() -> dict[str, str]:
    """Every page by a name for its picture."""
    found = dict(MORE)
    for path in (entry.page.path for entry in entries(found_rooms())):
        name = re.sub(r"\W+", "-", re.sub(r"{\w+}", "", path)).strip("-") or "home"
        if "{" not in path:
            found[name] = path
            continue
        assert path in EXAMPLES, f"EXAMPLES wants an example of {path}"
        for example in EXAMPLES[path]:
            label, _, value = example.partition("=")
            found[f"{name}-{label}"] = re.sub(r"{\w+}", f"<{value}>", path)
    return found


FORMS: dict[str, dict[str, Any]] = {
    "desktop-light": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone-light": {"viewport": PHONE, "color_scheme": "light", "is_mobile": True, "has_touch": True},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "is_mobile": True, "has_touch": True},
}
AXED = ("desktop-light", "phone-dark")  # between them each layout and each scheme is looked at
LIMIT_BYTES = 100_000


def address(server: Server, path: str) -> str:
    """A page's address, with the name or id of what it is about."""
    return f"{server.url}/ui" + re.sub(r"<(item:)?([^>]+)>", lambda f: named(server, f[1], f[2]), path)


def named(server: Server, kind: str | None, value: str) -> str:
    """What stands in an address: a name, or the id of an item that is known by its title."""
    return str(item(server, value)["id"]) if kind else value


@pytest.mark.parametrize("form", FORMS)
def test_every_page_in_this_form(browser: Any, hydra: Server, form: str) -> None:
    wrong: list[str] = []
    heard = Heard()
    with visit(browser, hydra, heard=heard, **FORMS[form]) as page:
        for name, path in pages().items():
            heard.sizes.clear()
            page.goto(address(hydra, path), wait_until="load")
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
    assert "Needs you" in page.inner_text("main")
    assert sum(heard.sizes.values()) < LIMIT_BYTES
    context.close()


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
