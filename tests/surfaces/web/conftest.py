"""A server with work of every kind for the tests of pages, and a person who looks at it."""

from collections.abc import Iterator
from typing import Any

import pytest

from hydra_lab.kernel.work import HoldKind, Item, NewHold, NewItem
from tests.lab import OWNER
from tests.surfaces.served import Served, served
from tests.surfaces.web.shown import Browser

HOSTILE = 'Read <script>alert("x")</script> & "quotes" \'too\''
DOCUMENT = """# A small lab

## TIER 1: SOON (No User Input Required)

### 1.1 Grow a tree
**Priority:** HIGH | **Effort:** 30 min | **Impact:** Shade
**Run:** toys.grow {"name": "tree"}

### 1.2 Water the desert
**Priority:** LOW
**Task:** Nobody knows how

This line means nothing.
"""


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose queue holds ready, asking, waiting, planless, done and cancelled work."""
    with served(tmp_path_factory.mktemp("shop") / "data") as one:
        fill(one)
        yield one


def fill(one: Served) -> None:
    """Add one item of each kind, and a backlog."""
    gate = one.services.gate
    gate.call("toys.grow", {"name": HOSTILE}, actor=OWNER)
    gate.call("toys.smash", {"name": HOSTILE}, actor=OWNER)
    gate.call("notify.send", {"title": "Hello", "text": "there"}, actor=OWNER)
    gate.call("backlog.import", {"text": DOCUMENT, "name": "small"}, actor=OWNER)
    later = add(one, title=HOSTILE, operation="toys.grow", input={"name": "later"}, window="overnight")
    add(one, title="After it", operation="toys.grow", input={"name": "x"}, depends_on=(later.id,))
    cancelled = add(one, title="Not needed", operation="toys.grow", input={"name": "y"})
    gate.call("queue.cancel", {"id": cancelled.id}, actor=OWNER)
    add(one, title="Reported", operation=None, finished={"source": "document", "line": 7, "text": "✅ COMPLETE"})


def add(one: Served, **fields: Any) -> Item:
    """One more item."""
    [(item, _)] = one.services.work.add_all([NewItem(actor=OWNER, **fields)])
    return item


def planless(one: Served, title: str) -> Item:
    """An item that nobody knows the operation of."""
    hold = NewHold(
        kind=HoldKind.PLAN, detail="Nobody knows", unblock="Choose", data={"suggestions": ["toys.grow", "no.such"]}
    )
    return add(one, title=title, operation=None, holds=(hold,))


@pytest.fixture
def browser(shop: Served) -> Browser:
    """A signed-in person without script."""
    return Browser(shop)
