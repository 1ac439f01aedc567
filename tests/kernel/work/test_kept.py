"""What is kept of work, and what is forgotten with age."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.work.logs.report import Reporter, folder_of, read_file
from hydra_lab.kernel.work.logs.store import lines
from hydra_lab.kernel.work.prune import Pruned, prune
from tests.kernel.work.still import StillHydra
from tests.lab import OWNER


class NoEngine:
    """Remembers what it was told to forget."""

    def __init__(self) -> None:
        self.forgot: list[tuple[str, int]] = []

    def forget(self, attempts: list[tuple[str, int]]) -> None:
        """Remember."""
        self.forgot += attempts


@pytest.fixture
def reporter(still: StillHydra) -> Iterator[Reporter]:
    """What running work speaks to."""
    return Reporter(still.services)


def done(still: StillHydra, title: str, **options: object) -> str:
    """An item that is done."""
    item = still.add(title, **options)
    still.release()
    still.end(item)
    return item.id


def pruned(still: StillHydra) -> tuple[Pruned, NoEngine]:
    """Prune what is older than ten days."""
    engine = NoEngine()
    return prune(still.services, engine, OWNER, items_days=10, logs_days=5), engine  # type: ignore[arg-type]


def titles(still: StillHydra) -> set[str]:
    """The titles of all there is."""
    return {item.title for item in still.work.page(limit=500)[0]}


def test_old_finished_work_is_forgotten_with_its_steps(still: StillHydra) -> None:
    old = done(still, "old")
    still.clock.pass_(days=11)
    done(still, "young")
    said, engine = pruned(still)
    assert (said.items, titles(still), engine.forgot) == (1, {"young"}, [(old, 1)])
    assert "items.pruned" in still.names("items.")


def test_open_work_is_never_forgotten(still: StillHydra) -> None:
    still.add("held", window="overnight")
    still.add("queued")
    still.clock.pass_(days=100)
    assert pruned(still)[0].items == 0


def test_what_something_still_needs_is_not_forgotten(still: StillHydra, reporter: Reporter) -> None:
    needed = done(still, "needed")
    still.add("waits for it and more", depends_on=(needed, still.add("open", window="overnight").id))
    with_file = done(still, "with a file")
    reporter.artifact(with_file, "report.md", b"# Report", "text/markdown")
    done(still, "of a document", origin={"source": "document", "backlog": "lab"})
    verb = still.services.registry.operation("bench.echo")
    still.work.schedules.create(id="s", title="scheduled", verb=verb, input={}, cron="0 0 1 1 *", actor=OWNER)
    still.work.schedules.run_now("s")
    still.release()
    still.end(still.started[-1].item)
    still.clock.pass_(days=100)
    assert pruned(still)[0].items == 0
    assert read_file(still.services, with_file, "report.md") is not None


def test_more_than_one_batch_is_forgotten(still: StillHydra) -> None:
    still.work.add_all([still.new(f"{n}", None, input={}, finished={"n": n}) for n in range(1200)])
    still.clock.pass_(days=11)
    assert pruned(still)[0].items == 1200


def test_old_log_lines_are_forgotten_before_their_items(still: StillHydra, reporter: Reporter) -> None:
    item = still.add("talks")
    reporter.line(item.id, 1, "first words")
    reporter.flush()
    still.clock.pass_(days=6)
    reporter.line(item.id, 1, "last words")
    reporter.flush()
    assert pruned(still)[0].log_lines == 1
    with still.services.database.read() as connection:
        assert [line.text for line in lines(connection, item.id)] == ["last words"]


def test_long_lines_are_cut_and_nul_is_shown(still: StillHydra, reporter: Reporter) -> None:
    item = still.add("talks")
    reporter.line(item.id, 1, "x" * 5_000)
    reporter.line(item.id, 1, "a\x00b")
    reporter.flush()
    with still.services.database.read() as connection:
        long, odd = lines(connection, item.id)
    assert long.text.endswith("… (1000 more characters)")
    assert odd.text == "a\N{REPLACEMENT CHARACTER}b"


def test_a_file_of_the_same_name_replaces_the_one_before(still: StillHydra, reporter: Reporter) -> None:
    item = done(still, "writes")
    reporter.artifact(item, "a.txt", b"one", "text/plain")
    reporter.artifact(item, "a.txt", b"three", "text/plain")
    [file] = still.item(item).artifacts
    assert (file.name, file.size, file.url) == ("a.txt", 5, f"/queue/{item}/artifacts/a.txt")
    found = read_file(still.services, item, "a.txt")
    assert found
    stored, path = found
    assert (path.read_bytes() if path else stored.content) == b"three"


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "/etc/passwd"])
def test_a_file_stays_in_its_items_folder(still: StillHydra, reporter: Reporter, name: str) -> None:
    item = still.add("writes")
    with pytest.raises(Invalid):
        reporter.artifact(item.id, name, b"x", "text/plain")
    assert not any(Path(folder_of(still.services, item.id)).glob("**/*"))


def test_words_of_an_item_that_is_gone_are_dropped(still: StillHydra, reporter: Reporter) -> None:
    reporter.line("nobody", 1, "hello?")
    reporter.progress("nobody", 1, 0.5, "half")
    reporter.flush()


@pytest.mark.parametrize(("given", "kept"), [(0.5, 0.5), (-1, 0.0), (7, 1.0), (None, None)])
def test_progress_is_between_nothing_and_all(
    still: StillHydra, reporter: Reporter, given: float | None, kept: float | None
) -> None:
    item = still.add("moves")
    still.release()
    reporter.progress(item.id, 1, given, "on it")
    reporter.flush()
    progress = still.item(item).progress
    assert progress
    assert (progress.fraction, progress.message) == (kept, "on it")
