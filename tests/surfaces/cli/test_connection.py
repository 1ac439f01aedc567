"""The way to the server: which one, and with which token."""

from pathlib import Path

import pytest

from hydra_lab.surfaces.cli import places
from hydra_lab.surfaces.cli.calls.connection import find_server


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No settings of the developer's own."""
    for name in ("HYDRA_URL", "HYDRA_TOKEN", "HYDRA_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that a server serves."""
    folder = tmp_path / "lab"
    folder.mkdir()
    (folder / "cli-token").write_text("hyd_local\n")
    places.write_down(folder, "http://127.0.0.1:9999", "1.0")
    return folder


def test_the_server_of_the_data_directory_is_found_with_its_token(data: Path) -> None:
    one = find_server(data)
    assert (one.url, one.token) == ("http://127.0.0.1:9999", "hyd_local")


def test_without_any_server_the_usual_address_is_asked(tmp_path: Path) -> None:
    assert find_server(tmp_path / "nowhere").url == "http://127.0.0.1:8700"


def test_the_local_token_is_never_sent_to_another_machine(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HYDRA_URL", "http://lab.example:8700/")
    one = find_server(data)
    assert (one.url, one.token) == ("http://lab.example:8700", None)
    monkeypatch.setenv("HYDRA_TOKEN", "hyd_theirs")
    assert find_server(data).token == "hyd_theirs"
    assert "hyd_theirs" not in repr(find_server(data))


def test_the_directory_served_last_is_taken_without_being_named(data: Path) -> None:
    assert places.data_dir() == data
    assert places.data_dir(Path("other")) == Path("other").absolute()


def test_a_hydra_in_this_folder_comes_first(data: Path, tmp_path: Path) -> None:
    (tmp_path / ".hydra").mkdir()
    assert places.data_dir() == data  # nothing of Hydra's is in it yet
    (tmp_path / ".hydra" / "cli-token").write_text("x")
    assert places.data_dir() == tmp_path / ".hydra"


def test_only_the_server_itself_takes_back_what_it_wrote(data: Path) -> None:
    (data / "server.json").write_text('{"pid": 1, "url": "http://127.0.0.1:1"}')
    places.wipe(data)
    assert (data / "server.json").exists()
