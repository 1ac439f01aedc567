"""Whether a database file is whole, asked without the rest of Hydra: the command line's only SQL."""

import sqlite3
from contextlib import closing
from pathlib import Path


def damage(path: Path) -> str | None:
    """What is wrong with an SQLite file, ``None`` when it is whole. It is opened for reading only."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error)
    return None if found == "ok" else found
