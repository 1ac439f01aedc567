"""A document's text by lines: where an item stands now, and why a line was not understood."""

from pathlib import Path
from typing import Any

import pytest

from hydra_lab.areas.backlog.pages.text import LINES, load_text
from hydra_lab.kernel.area import PageRequest
from hydra_lab.kernel.errors import NotFound
from tests.areas.backlog.conftest import BacklogLab
from tests.areas.backlog.documents import document

LAMP = "### 1.1 Lamp\n**Run:** docs.api\n"


@pytest.fixture
def database_url(data_dir: Path) -> str:
    """One kind of database is enough: what is asked of it is asked elsewhere too."""
    return f"sqlite:///{data_dir / 'hydra.db'}"


def shown(lab: BacklogLab, **query: str) -> dict[str, Any]:
    return load_text(lab.context(), PageRequest(path={"name": "lab"}, query=query))


def test_an_item_is_found_where_it_stands_now(lab: BacklogLab) -> None:
    lab.take(document(LAMP))
    item = lab.item("1.1").id
    lab.take(document("### 1.2 Fence\n" + LAMP))
    page = shown(lab, item=item)
    assert [text for place, text, _ in page["lines"] if place in page["marked"]] == LAMP.splitlines()


def test_an_item_that_left_the_document_says_so(lab: BacklogLab) -> None:
    lab.take(document(LAMP + "### 1.2 Fence\n"))
    item = lab.item("1.2").id
    lab.take(document(LAMP))
    with pytest.raises(NotFound, match="no longer in the document"):
        shown(lab, item=item)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_they_were_read(lab: BacklogLab, ending: str) -> None:
    lab.take(("\ufeff" + document(LAMP + "odd\x0c\u2028line\n")).replace("\n", ending))
    page = shown(lab)
    assert [(place, why is not None) for place, text, why in page["lines"] if text.startswith("odd")] == [(7, True)]


def test_every_unread_line_is_told_with_its_reason_on_whatever_page(lab: BacklogLab) -> None:
    words = "".join(f"word {number}\n\n" for number in range(700))
    unread = lab.take(document(LAMP) + "\n## Other\n" + words).unread_total
    told, line = set(), 1
    while line:
        page = shown(lab, line=str(line))
        told |= {place for place, _, why in page["lines"] if why}
        line = page["older"]["line"] if page["older"] else 0
    assert len(told) == unread == 701


def test_a_page_is_small_however_long_the_lines(lab: BacklogLab) -> None:
    lab.take(document(LAMP) + ("x" * 100_000 + "\n") * 300)
    page = shown(lab)
    assert len(page["lines"]) == LINES
    assert sum(len(text) for _, text, _ in page["lines"]) < 100_000
