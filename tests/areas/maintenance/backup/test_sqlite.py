"""Copies of an SQLite database: of one moment however busy it is, and never called good when they are not."""

import hashlib
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hydra_lab.areas.maintenance.backup import files, make, store
from hydra_lab.areas.maintenance.backup.model import Artifacts, DatabaseCopy, Key, Manifest, backups_in, read_manifest
from hydra_lab.areas.maintenance.backup.restore import chosen, restore
from hydra_lab.kernel.errors import HydraError, Invalid, NotFound

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """A database in WAL mode in which two tables always hold the same number of rows."""
    path = tmp_path / "hydra.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE schema_versions (room TEXT, version INTEGER)")
        connection.execute("INSERT INTO schema_versions VALUES ('work', 3)")
        for table in ("first", "second"):
            connection.execute(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, text TEXT)")
        connection.execute("CREATE TABLE child (id INTEGER REFERENCES first(id))")
    return path


def add_pairs(path: Path, stop: threading.Event) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        while not stop.is_set():
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO first (text) VALUES (?)", [("x" * 500,)] * 20)
            connection.executemany("INSERT INTO second (text) VALUES (?)", [("y" * 500,)] * 20)
            connection.execute("COMMIT")


def test_a_copy_made_under_load_is_of_one_moment_and_counted_at_it(live: Path, tmp_path: Path) -> None:
    stop = threading.Event()
    writer = threading.Thread(target=add_pairs, args=(live, stop))
    writer.start()
    try:
        for number in range(10):
            target = tmp_path / f"copy-{number}.db"
            rows = store.copy(live, target, lambda fraction: None)
            with closing(store.opened(target, immutable=True)) as connection:
                assert store.counts(connection) == rows
                assert rows["first"] == rows["second"]
                assert store.problems(connection) == []
    finally:
        stop.set()
        writer.join()
    assert rows["first"] > 0


def test_stopping_a_copy_leaves_the_database_free(live: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(live)) as connection, connection:
        connection.executemany("INSERT INTO first (text) VALUES (?)", [("x" * 3000,)] * 9000)

    def stop(fraction: float) -> None:
        raise Invalid("stopped")

    with pytest.raises(Invalid, match="stopped"):
        store.copy(live, tmp_path / "copy.db", stop)
    with closing(sqlite3.connect(live, timeout=0.1)) as connection, connection:
        connection.execute("INSERT INTO first (text) VALUES ('free')")


def backup(live: Path, data: Path, name: str = "hydra-20260601T000000Z-abc") -> Path:
    folder = data / "backups" / name
    folder.mkdir(parents=True)
    rows = store.copy(live, folder / "hydra.db", lambda fraction: None)
    (folder / "policy.yaml").write_text("rules: []\n")
    kept = files.described(folder / "hydra.db")
    manifest = Manifest(
        name=name, made_at=NOW, hydra="1", verified_at=NOW, policy=files.described(folder / "policy.yaml"),
        database=DatabaseCopy(
            engine="sqlite", file="hydra.db", size=kept.size, sha256=kept.sha256, tables=rows, versions={"work": 3}
        ),
        artifacts=Artifacts(file="artifacts.json", count=0, bytes=0, missing=[], content="not included"),
        key=Key(included=False, how="apart"),
    )  # fmt: skip
    files.write(folder / "manifest.json", manifest.model_dump_json())
    return folder


def rehash(folder: Path) -> Manifest:
    """The manifest as if what is there now were what was written."""
    manifest, path = read_manifest(folder), folder / "hydra.db"
    database = manifest.database.model_copy(update={"sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
    return manifest.model_copy(update={"database": database})


def test_a_copy_with_damage_or_other_rows_is_not_called_good(live: Path, tmp_path: Path) -> None:
    folder = backup(live, tmp_path)
    path = folder / "hydra.db"
    assert "0 rows" not in " ".join(make.sound(folder, read_manifest(folder)))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO first (text) VALUES ('more')")
    with pytest.raises(HydraError, match="SHA-256"):
        make.sound(folder, read_manifest(folder))
    with pytest.raises(HydraError, match="other rows than the database in first"):
        make.sound(folder, rehash(folder))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO child VALUES (99)")
    with pytest.raises(HydraError, match="refers to a row of first"):
        make.sound(folder, rehash(folder))
    path.write_bytes(path.read_bytes()[:5000] + b"\0" * 3000)
    with pytest.raises((HydraError, sqlite3.DatabaseError)):
        make.sound(folder, rehash(folder))
    path.unlink()
    with pytest.raises(HydraError, match="has lost its"):
        make.sound(folder, read_manifest(folder))


def test_a_restore_puts_the_copy_in_place_and_what_was_there_aside(live: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    folder = backup(live, data)
    with closing(sqlite3.connect(data / "hydra.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE newer (id INTEGER)")
        (data / "policy.yaml").write_text("rules: [newer]\n")
        restored = restore(data, chosen(data, None), NOW)
    with closing(store.opened(data / "hydra.db")) as connection:
        assert store.counts(connection) == read_manifest(folder).database.tables
    assert (data / "policy.yaml").read_text() == "rules: []\n"
    with closing(store.opened(Path(restored.aside) / "hydra.db", immutable=True)) as connection:
        assert "newer" in store.counts(connection)
    assert (Path(restored.aside) / "policy.yaml").read_text() == "rules: [newer]\n"


def test_the_copy_an_upgrade_made_can_be_restored_and_nothing_else_is_taken_for_one(live: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    (data / "backups").mkdir(parents=True)
    copy = data / "backups" / "before-upgrade-20260101T000000Z.db"
    rows = store.copy(live, copy, lambda fraction: None)
    assert restore(data, chosen(data, copy.name), NOW).rows == sum(rows.values())
    with closing(sqlite3.connect(tmp_path / "photos.db")) as connection, connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")
    for name in ("photos.db", "notes.txt"):
        (tmp_path / "notes.txt").write_text("no database at all" * 100)
        with pytest.raises(Invalid, match="is no database of Hydra"):
            restore(data, chosen(data, str(tmp_path / name)), NOW)
    with closing(store.opened(data / "hydra.db")) as connection:
        assert store.counts(connection) == rows


def test_only_verified_backups_count_and_a_missing_one_names_those_there_are(live: Path, tmp_path: Path) -> None:
    folder = backup(live, tmp_path)
    broken = folder.with_name("hydra-20260602T000000Z-def")
    broken.mkdir()
    unverified = read_manifest(folder).model_copy(update={"verified_at": None, "name": broken.name})
    files.write(broken / "manifest.json", unverified.model_dump_json())
    assert [one.name for one in backups_in(folder.parent)] == [folder.name]
    with pytest.raises(NotFound) as caught:
        chosen(tmp_path, "yesterday")
    assert folder.name in str(caught.value.fix)
