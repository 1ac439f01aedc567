"""What killed processes left: looked at from outside, through a database connection of its own."""

import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hydra_lab.kernel.database import Database
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.journal import store as journal
from hydra_lab.kernel.work import Item, State, measure, store
from tests.crash import area


class Left:
    """Looks only."""

    def __init__(self, url: str, outside: Path) -> None:
        self.outside = outside
        outside.touch()
        self._database = Database(url)

    def item(self, id: str) -> Item:
        """One item."""
        with self._database.read() as connection:
            found = store.item(connection, id)
        assert found, f"item {id} is lost"
        return found

    def with_key(self, key: str) -> str:
        """The id of the item that was added with a key."""
        with self._database.read() as connection:
            found = store.with_key(connection, key)
        assert found, f"item {key} is lost"
        return found

    def counts(self) -> dict[str, int]:
        """Items by state."""
        with self._database.read() as connection:
            return measure.counts(connection)

    def events(self) -> list[Event]:
        """The whole journal, in the order of its ids."""
        found: list[Event] = []
        with self._database.read() as connection:
            while page := journal.after(connection, found[-1].id if found else 0, 1000):
                found += page
        return found

    def journal_after(self, last: int) -> list[int]:
        """The ids of the journal's entries after one, as a reader that follows sees them now."""
        with self._database.read() as connection:
            return [event.id for event in journal.after(connection, last, 1000)]

    def soon(self, seconds: float) -> datetime:
        """A time that comes soon."""
        return datetime.now(UTC) + timedelta(seconds=seconds)

    def effects(self) -> Counter[tuple[str, str]]:
        """How often each transactional step of each item left its row."""
        with self._database.read() as connection:
            return Counter(area.effects(connection))

    def lines(self) -> Counter[tuple[str, str]]:
        """How often each plain step of each item left its line."""
        words = (line.split(" ") for line in self.outside.read_text().splitlines())
        return Counter((item, f"{kind} {number}") for item, kind, number, _ in words)

    def wait_until_over(self, ids: list[str], stalled_s: float = 60) -> None:
        """Wait until all of these items are over; fails when none has ended for a while."""
        moved, open_ = time.monotonic(), self.open_among(ids)
        while open_:
            assert time.monotonic() - moved < stalled_s, f"stuck: {self.item(open_[0])}, {self.counts()}"
            time.sleep(0.05)
            before, open_ = len(open_), self.open_among(open_)
            moved = time.monotonic() if len(open_) < before else moved

    def open_among(self, ids: list[str]) -> list[str]:
        """Those of these items that are not over; one that is gone is lost."""
        with self._database.read() as connection:
            states = store.existing(connection, ids)
        lost = [id for id in ids if id not in states]
        assert not lost, f"lost: {lost[:3]}"
        return [id for id in ids if not State(states[id]).is_over]

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()
