"""A newer Hydra starts on the database of an older one: nothing is lost, and work goes on.

``tests/data/hydra-0.1.sql`` is what a Hydra of version 0.1.0 left behind: seven items, two of them waiting, a backlog,
keys and a journal. It is never made again; a later version gets a file of its own.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rules.source import ROOT
from tests.server import Server

KEPT = {
    "Tidy the database": ("done", []),
    "Much later": ("held", ["not_before"]),
    "A call that is not allowed": ("failed", []),
    "After the last": ("done", []),
    "By night": ("done", []),
    "Run All Health Checks": ("done", []),
    "Tell the Phone": ("held", ["requirement"]),
}


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Today's Hydra on that database."""
    data = tmp_path_factory.mktemp("kept") / "data"
    data.mkdir()
    load(data / "hydra.db")
    one = Server(data).start()
    yield one
    one.close()


def load(path: Path) -> None:
    """Write the stored database."""
    database = sqlite3.connect(path)
    database.executescript((ROOT / "tests" / "data" / "hydra-0.1.sql").read_text())
    database.close()


def test_every_item_is_there_as_it_was(upgraded: Server) -> None:
    items = upgraded.client.get("/queue").raise_for_status().json()["items"]
    assert {one["title"]: (one["state"], [hold["kind"] for hold in one["holds"]]) for one in items} == KEPT


def test_the_journal_goes_on_where_it_ended(upgraded: Server) -> None:
    events = upgraded.client.get("/activity", params={"limit": 200}).raise_for_status().json()["events"]
    numbers = [event["id"] for event in events]
    assert len(set(numbers)) == len(numbers)
    assert {1, 40} <= set(numbers)


def test_a_copy_was_made_before_the_schema_was_changed(upgraded: Server) -> None:
    before = sqlite3.connect(":memory:")
    before.executescript((ROOT / "tests" / "data" / "hydra-0.1.sql").read_text())
    now = sqlite3.connect(upgraded.data / "hydra.db")
    versions = "SELECT * FROM schema_versions ORDER BY 1"
    if before.execute(versions).fetchall() != now.execute(versions).fetchall():
        assert list((upgraded.data / "backups").iterdir())


def test_work_goes_on(upgraded: Server) -> None:
    run = upgraded.client.post("/maintenance/run", params={"wait": 30}, json={"action": "health_check"})
    assert run.status_code == 200, run.text


def test_its_keys_and_backlog_are_known(upgraded: Server) -> None:
    keys = upgraded.client.get("/keys").raise_for_status().json()["keys"]
    assert "phone" in {key["name"] for key in keys}
    export = upgraded.client.get("/backlog/lab/export")
    assert "### 1.2 Tell the Phone" in export.raise_for_status().text
