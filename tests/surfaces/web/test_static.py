"""Style, scripts and icons are sent once, compressed, and kept while they do not change."""

import gzip
import re
import struct

import httpx
import pytest

from tests.surfaces.served import Served
from tests.surfaces.web.shown import Browser


@pytest.fixture
def sheet(browser: Browser) -> str:
    """The address of the style sheet as pages name it."""
    found = re.search(r'href="(/ui/static/hydra\.css\?v=\w+)"', browser.get("/").html)
    assert found
    return found[1]


def test_what_a_page_names_is_kept_for_ever(shop: Served, sheet: str) -> None:
    answer = httpx.get(shop.url + sheet)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "@layer tokens" in answer.text


def test_without_its_tag_it_is_asked_for_again(shop: Served, sheet: str) -> None:
    address = shop.url + sheet.partition("?")[0]
    first = httpx.get(address)
    assert first.headers["cache-control"] == "public, no-cache"
    assert httpx.get(address, headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_it_is_compressed_where_the_browser_takes_that(shop: Served, sheet: str) -> None:
    with httpx.stream("GET", shop.url + sheet, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert gzip.decompress(raw).startswith(b"/* Hydra")
    plain = httpx.get(shop.url + sheet, headers={"Accept-Encoding": "identity"})
    assert len(plain.content) > 3 * len(raw)


@pytest.mark.parametrize("name", ["no-such.css", "../app.py", "..%2fapp.py", "vendor", "vendor.toml"])
def test_nothing_else_is_served(shop: Served, name: str) -> None:
    assert httpx.get(f"{shop.url}/ui/static/{name}").status_code == 404


def test_everything_a_page_needs_at_first_is_small(shop: Served, browser: Browser) -> None:
    names = re.findall(r'(?:href|src)="(/ui/static/[^"#]+)', browser.get("/").html)
    sizes = [
        int(httpx.head(shop.url + one, headers={"Accept-Encoding": "gzip"}).headers["content-length"])
        for one in set(names)
    ]
    assert sum(sizes) < 70_000


def test_it_can_be_installed(shop: Served, browser: Browser) -> None:
    page = browser.get("/")
    address = httpx.URL(shop.url + next(attrs["href"] for _, attrs in page.elements if attrs.get("rel") == "manifest"))
    answer = httpx.get(address)
    assert answer.headers["content-type"] == "application/manifest+json"
    manifest = answer.json()
    assert address.join(manifest["start_url"]).path == "/ui/"
    assert browser.client.get(address.join(manifest["start_url"]).path).status_code == 200
    assert {one.get("purpose", "any") for one in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        picture = httpx.get(address.join(icon["src"]))
        assert picture.headers["content-type"] == icon["type"]
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", picture.content[16:24])
            assert icon["sizes"] == f"{width}x{height}"
    for shortcut in manifest["shortcuts"]:
        assert browser.client.get(address.join(shortcut["url"]).path).status_code == 200


def test_the_browser_is_coloured_like_the_theme(browser: Browser) -> None:
    def colours() -> list[tuple[str, str]]:
        page = browser.get("/settings")
        return [(a["content"], a.get("media", "")) for _, a in page.elements if a.get("name") == "theme-color"]

    both = colours()
    assert [media for _, media in both] == ["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"]
    browser.send("/theme", theme="dark")
    browser.client.cookies.set("hydra_theme", "dark")
    assert colours() == [(both[1][0], "")]
