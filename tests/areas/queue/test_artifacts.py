"""Files that work made: downloaded whole, under their own name, and nothing else of the disk."""

from pathlib import Path

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.work.logs.report import Reporter
from tests.areas.queue.workshop import Item, Workshop


def reporter_of(shop: Workshop) -> Reporter:
    """What keeps the files of running work."""
    assert shop.services.work.node
    return shop.services.work.node.reporter


@pytest.fixture
def made(shop: Workshop) -> Item:
    """An item with a file."""
    return shop.done("bench.steps")


def test_a_file_is_downloaded_as_it_was_made(shop: Workshop, made: Item) -> None:
    (file,) = made["artifacts"]
    answer = shop.client.get(file["url"])
    assert answer.content == b"first 2"
    assert len(answer.content) == file["size"]
    assert answer.headers["content-type"].partition(";")[0] == file["media_type"] == "text/plain"
    assert 'filename="note.txt"' in answer.headers["content-disposition"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_head_tells_the_same_without_the_file(shop: Workshop, made: Item) -> None:
    url = made["artifacts"][0]["url"]
    head, whole = shop.client.head(url), shop.client.get(url)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "content-disposition", "etag"):
        assert head.headers[name] == whole.headers[name], name


def test_a_part_of_a_file_and_an_unchanged_one(shop: Workshop, made: Item) -> None:
    url = made["artifacts"][0]["url"]
    part = shop.client.get(url, headers={"Range": "bytes=0-4"})
    assert (part.status_code, part.content) == (206, b"first")
    tag = part.headers["etag"]
    assert shop.client.get(url, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fkey", "..%2f..%2f..%2fcli-token", "..%5c..%5ckey", "%2fetc%2fpasswd", "%2e%2e", "%2e%2e%2f",
        "..%252f..%252fkey", "note.txt%00", "note.txt%2f..%2f..%2fkey", ".note.txt.part", "NOTE.TXT", "note.txt%20",
        "other.txt", "x" * 3000, "%E2%80%A6",
    ],
)  # fmt: skip
def test_nothing_but_its_own_files_is_given_out(shop: Workshop, made: Item, name: str) -> None:
    folder = Path(shop.services.settings.current.data_dir)
    (folder / "artifacts" / made["id"] / ".note.txt.part").write_text("half")
    for verb in (shop.client.get, shop.client.head):
        answer = verb(f"/queue/{made['id']}/artifacts/{name}")
        assert answer.status_code in (404, 422), answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_another_items_file_is_not_its_own(shop: Workshop, made: Item) -> None:
    assert shop.client.get(f"/queue/{shop.done()['id']}/artifacts/note.txt").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_told_as_gone(shop: Workshop, made: Item) -> None:
    folder = Path(shop.services.settings.current.data_dir) / "artifacts" / made["id"]
    (folder / "note.txt").unlink()
    answer = shop.client.get(made["artifacts"][0]["url"])
    assert answer.status_code == 404
    assert answer.json()["fix"]


@pytest.mark.parametrize("name", ["../out.txt", "/tmp/out.txt", "a/b.txt", ".hidden", "", ".."])
def test_work_writes_nothing_outside_its_own_folder(shop: Workshop, name: str) -> None:
    reporter = reporter_of(shop)
    before = set(Path(shop.services.settings.current.data_dir).rglob("*out.txt"))
    with pytest.raises(Invalid, match="no file name"):
        reporter.artifact(shop.held()["id"], name, b"x", "text/plain")
    assert set(Path(shop.services.settings.current.data_dir).rglob("*out.txt")) == before


@pytest.mark.parametrize("name", ["report ü “x”.md", 'say "hi".txt', "naïve; x.csv", "a b+c.txt"])
def test_a_file_of_any_language_can_be_downloaded_by_its_url(shop: Workshop, made: Item, name: str) -> None:
    reporter_of(shop).artifact(made["id"], name, b"body", "application/x-own")
    (url,) = (one["url"] for one in shop.item(made)["artifacts"] if one["name"] == name)
    answer = shop.client.get(url)
    assert (answer.status_code, answer.content) == (200, b"body")
    assert answer.headers["content-type"] == "application/x-own"
