"""Going on: each reader acts on every entry of the journal that it waits for, exactly once, whatever crashes."""

from collections.abc import Iterable

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Reader
from hydra_lab.kernel.database import Database
from hydra_lab.kernel.journal.acting import store
from hydra_lab.kernel.journal.store import newest_id

BATCH = 200


class Overtaken(Exception):
    """Another process has acted on these entries; what this one wrote is taken back."""


def take_places(database: Database, readers: Iterable[Reader]) -> None:
    """Have readers that never were here begin with what happens from now on."""
    with database.read() as connection:
        newest = newest_id(connection)
        new = [reader.name for reader in readers if store.place(connection, reader.name) is None]
    if new:
        with database.begin() as connection:
            for name in new:
                store.take_place(connection, name, newest)


def go_on(ctx: Context, reader: Reader) -> None:
    """Have a reader act on everything that happened since it was here last, a transaction a batch."""
    while True:
        with ctx.read() as connection:
            newest, last = newest_id(connection), store.place(connection, reader.name)
        if last == newest:
            return
        try:
            if not a_batch(ctx, reader, newest):
                return
        except Overtaken:
            return


def a_batch(ctx: Context, reader: Reader, newest: int) -> bool:
    """Act on the next entries, up to ``newest``. Whether there may be more. Raises ``Overtaken``."""
    with ctx.begin() as connection:
        last = store.place(connection, reader.name)
        if last is None:
            store.take_place(connection, reader.name, newest)
            return False
        prefixes = reader.on(connection) if callable(reader.on) else reader.on
        found = store.beginning_with(connection, prefixes, last, newest, BATCH) if prefixes else []
        full = len(found) == BATCH
        if found:
            reader.read(ctx, connection, found)
        if not store.put_place(connection, reader.name, last, found[-1].id if full else newest):
            raise Overtaken
        return full
