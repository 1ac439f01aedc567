"""Readers of the journal: each entry is acted on once, whatever goes wrong in between."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Connection

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Reader
from hydra_lab.kernel.journal import Event
from hydra_lab.kernel.journal.acting import store
from hydra_lab.kernel.journal.acting.reading import BATCH, go_on, take_places
from tests.lab import OWNER, Lab


@pytest.fixture
def lab(make_lab: Callable[..., Lab], database_url: str) -> Lab:
    """A Hydra on a database of each kind."""
    return make_lab(database_url=database_url)


class Echo:
    """A reader that notes what it read in the journal itself; it fails when told to."""

    def __init__(self) -> None:
        self.fails = False

    def read(self, ctx: Context, connection: Connection, events: Sequence[Event]) -> None:
        """Write one entry for each that was read."""
        for event in events:
            ctx.emit(connection, "echo.heard", subject=event.subject)
        if self.fails:
            raise RuntimeError("the power went")

    @property
    def reader(self) -> Reader:
        """Its declaration."""
        return Reader(name="echo", on=("items.done", "disk."), read=self.read)


def happen(lab: Lab, *subjects: str, name: str = "items.done") -> None:
    """Journal entries, one of each subject."""
    with lab.services.database.begin() as connection:
        rows = [lab.services.journal.row(name, actor=OWNER, subject=subject) for subject in subjects]
        lab.services.journal.write_many(connection, rows)


def heard(lab: Lab) -> list[str | None]:
    """What was acted on, in order."""
    return [event.subject for event in lab.events("echo.")]


def test_what_happens_is_acted_on_once_and_what_was_before_is_not(lab: Lab) -> None:
    echo = Echo()
    happen(lab, "old")
    go_on(lab.context(), echo.reader)
    happen(lab, "a", "b")
    happen(lab, "not asked for", name="items.added")
    happen(lab, "low", name="disk.low")
    go_on(lab.context(), echo.reader)
    go_on(lab.context(), echo.reader)
    assert heard(lab) == ["a", "b", "low"]


def test_what_failed_half_way_leaves_nothing_and_is_done_again(lab: Lab) -> None:
    echo = Echo()
    go_on(lab.context(), echo.reader)
    happen(lab, "a")
    echo.fails = True
    with pytest.raises(RuntimeError):
        go_on(lab.context(), echo.reader)
    assert heard(lab) == []
    echo.fails = False
    go_on(lab.context(), echo.reader)
    assert heard(lab) == ["a"]


def test_a_long_absence_is_made_up_for_in_order(lab: Lab) -> None:
    echo = Echo()
    go_on(lab.context(), echo.reader)
    many = [str(number) for number in range(2 * BATCH + 3)]
    happen(lab, *many)
    go_on(lab.context(), echo.reader)
    assert heard(lab) == many


def test_what_another_process_has_acted_on_is_taken_back(lab: Lab) -> None:
    echo = Echo()
    go_on(lab.context(), echo.reader)
    happen(lab, "a")
    with lab.services.database.read() as connection:
        at = store.place(connection, "echo")
    assert at is not None

    def read(ctx: Context, connection: Connection, events: Sequence[Event]) -> None:
        echo.read(ctx, connection, events)
        store.put_place(connection, "echo", at, events[-1].id)  # as if it had come between

    go_on(lab.context(), Reader(name="echo", on=("items.",), read=read))
    assert heard(lab) == []


def test_a_new_reader_begins_where_the_process_began_and_an_old_one_goes_on(lab: Lab) -> None:
    echo = Echo()
    happen(lab, "before")
    take_places(lab.services.database, [echo.reader])
    happen(lab, "a")
    take_places(lab.services.database, [echo.reader])
    go_on(lab.context(), echo.reader)
    assert heard(lab) == ["a"]
