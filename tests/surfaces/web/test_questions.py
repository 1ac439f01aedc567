"""A page asks the database few questions, and no more of them when there is more work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from tests.surfaces.served import Served, served
from tests.surfaces.web.conftest import add, fill, planless
from tests.surfaces.web.shown import Browser

MOST = {"/": 46, "/queue": 26, "/queue?state=held": 20, "/queue?q=toys": 22, "/inbox": 30, "/activity": 16}


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[int]]]:
    """How many questions each page asked while there was little work, and how many while there was more."""
    with served(tmp_path_factory.mktemp("questions") / "data") as one:
        fill(one)
        planless(one, "Nobody knows")
        few = {path: asked(one, path) for path in MOST}
        for number in range(40):
            planless(one, f"Nobody knows {number}")
            add(one, title=f"Ready {number}", operation="toys.grow", input={"name": "tree"}, tier=number % 7)
            add(one, title=f"Asks {number}", operation="toys.smash", input={"name": "vase"})
        yield {path: [few[path], asked(one, path)] for path in MOST}


def asked(one: Served, path: str) -> int:
    """How many statements a page takes, once all that is kept between requests is there."""
    browser = Browser(one)
    browser.get(path)
    with counting(one) as statements:
        assert browser.get(path).response.status_code == 200
    return len(statements)


@contextmanager
def counting(one: Served) -> Iterator[list[str]]:
    """The statements sent while the block runs, but for those that only begin a transaction."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    with one.services.database.read() as connection:
        engine = connection.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", MOST)
def test_a_page_asks_few_questions(counted: dict[str, list[int]], path: str) -> None:
    assert max(counted[path]) <= MOST[path]


@pytest.mark.parametrize("path", MOST)
def test_more_work_makes_a_page_ask_no_more(counted: dict[str, list[int]], path: str) -> None:
    few, many = counted[path]
    assert many <= few + 2  # one more kind of thing to look for may be there
