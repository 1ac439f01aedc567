"""The renderer: parts of pages, macros with the page's time, icons that are not there."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hydra_lab.surfaces.web.look.assets import assets
from hydra_lab.surfaces.web.look.render import Renderer

NOW = datetime(2025, 12, 19, 13, 32, tzinfo=UTC)
VALUES = {
    "now": NOW,
    "zone": ZoneInfo("Europe/Berlin"),
    "csrf": "secret",
    "here": "/ui/x",
    "api": "",
    "failure": None,
    "at": NOW,
    "word": "<b>",
}


@pytest.fixture
def renderer(tmp_path: Path) -> Renderer:
    """A renderer with one area that has one template."""
    (tmp_path / "one.html").write_text(
        "<p>{% block first_part %}<i id='first-part'>{{ word }} {{ p.moment(at) }}</i>{% endblock %}</p>"
        "{% block second %}<i id='second'>{{ p.age(at) }}</i>{% endblock %}"
    )
    return Renderer(assets(), {"toys": tmp_path})


def test_an_areas_template_is_found_under_its_name(renderer: Renderer) -> None:
    html = renderer.page("toys/one.html", VALUES)
    assert "&lt;b&gt;" in html
    assert ">14:32</time>" in html


def test_only_the_parts_asked_for_are_made(renderer: Renderer) -> None:
    html = renderer.parts("toys/one.html", VALUES, ["first-part"])
    assert html.startswith('<hx-partial hx-target="#first-part" hx-swap="outerMorph"><i id=\'first-part\'>')
    assert "second" not in html


def test_a_part_that_is_not_there_is_left_out(renderer: Renderer) -> None:
    assert renderer.parts("toys/one.html", VALUES, ["none", 'x"><script>', ""]) == ""


def test_an_unknown_icon_gives_a_plain_one(renderer: Renderer) -> None:
    assert renderer.sprite("no-such-icon").endswith("#circle")
    assert renderer.sprite("inbox").endswith("#inbox")
