"""Reading pages in tests: sign in, fetch, send forms as a browser without script would."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

import httpx

from tests.surfaces.served import Served

PAGE = {"Accept": "text/html,application/xhtml+xml"}


class Reader(HTMLParser):
    """Collects what the tests ask about a page: its elements with their attributes, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One answer as a person sees it."""

    response: httpx.Response

    @property
    def html(self) -> str:
        """The page's source."""
        return self.response.text

    @property
    def elements(self) -> list[tuple[str, dict[str, str]]]:
        """Every element."""
        reader = Reader()
        reader.feed(self.html)
        return reader.elements

    @property
    def text(self) -> str:
        """The page's words, spaces made plain."""
        reader = Reader()
        reader.feed(re.sub(r"<(script|style)\b.*?</\1>", "", self.html, flags=re.DOTALL))
        return " ".join(" ".join(reader.words).split())

    def ids(self) -> list[str]:
        """Every element's id."""
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    def forms(self) -> list[str]:
        """The source of each form that changes something."""
        return re.findall(r'<form[^>]*method="post".*?</form>', self.html, re.DOTALL)

    def field(self, name: str) -> str:
        """The value in a field."""
        found = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*value="([^"]*)"', self.html)
        assert found, f"there is no field {name}"
        return html.unescape(found[1])


class Browser:
    """A signed-in person without script."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.client, self.csrf = served.session()
        self.client.headers.update(PAGE)

    def get(self, path: str, **headers: str) -> Shown:
        """A page."""
        return Shown(response=self.client.get(f"/ui{path}", headers=headers))

    def send(self, path: str, *, csrf: str | None = None, **fields: object) -> Shown:
        """A form, without following where it leads."""
        data = {"csrf": self.csrf if csrf is None else csrf, **fields}
        return Shown(response=self.client.post(f"/ui{path}", data=data))

    def after(self, sent: Shown) -> Shown:
        """The page a sent form leads to, with what it says once."""
        assert sent.response.status_code == 303, sent.text[:400]
        return Shown(response=self.client.get(sent.response.headers["location"]))
