"""What the tests of notifications share: a stand-in for Discord that can be out of order, and outboxes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.areas.notifications.outbox_lab import OutboxLab
from tests.integrations.discord.harness import answer
from tests.integrations.faults import Asked, Reply, StandIn


class Discord(StandIn):
    """A stand-in for Discord; while ``says`` is set it answers every message with that."""

    def __init__(self) -> None:
        self.says: Reply | None = None
        super().__init__(lambda asked: self.says if self.says and asked.method == "POST" else answer(asked))


@pytest.fixture
def discord() -> Iterator[Discord]:
    """A stand-in for Discord."""
    with Discord() as server:
        yield server


@pytest.fixture
def service() -> Iterator[StandIn]:
    """A service that takes what Apprise sends; ``/down`` is out of order."""

    def take(asked: Asked) -> Reply:
        return Reply(status=503) if asked.path == "/down" else Reply(json={})

    with StandIn(take) as server:
        yield server


@pytest.fixture
def make_outbox(data_dir: Path, database_url: str, discord: Discord) -> Iterator[Callable[..., OutboxLab]]:
    """Make outboxes with options of their own; the test runs once on each kind of database."""
    with ExitStack() as stack:

        def make(**options: Any) -> OutboxLab:
            one = OutboxLab(data_dir, database_url, discord, **options)
            stack.callback(one.close)
            return one

        yield make


@pytest.fixture
def outbox(make_outbox: Callable[..., OutboxLab]) -> OutboxLab:
    """An outbox whose place in the journal is its present end, with the webhook set."""
    one = make_outbox()
    one.connect()
    one.collect()
    return one
