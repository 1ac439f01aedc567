"""Going on: each reader acts on every entry of the journal that it waits for, exactly once, whatever crashes."""

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Reader
from hydra_lab.kernel.journal.acting import store
from hydra_lab.kernel.journal.store import newest_id

BATCH = 200


class Overtaken(Exception):
    """Another process has acted on these entries; what this one wrote is taken back."""


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
            return not store.put_place(connection, reader.name, None, newest)
        prefixes = reader.on(connection) if callable(reader.on) else reader.on
        found = store.beginning_with(connection, prefixes, last, newest, BATCH) if prefixes else []
        full = len(found) == BATCH
        if found:
            reader.read(ctx, connection, found)
        if not store.put_place(connection, reader.name, last, found[-1].id if full else newest):
            raise Overtaken
        return full
