"""Settings come from four places, the strongest wins, and everything wrong is said at once."""

from pathlib import Path

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.settings import Layers, Settings, SettingsStore, read_layers

KNOWN = frozenset({"discord", "home_assistant"})


def read(data_dir: Path, toml: str = "", **environ: str) -> Layers:
    """The layers of a data directory with this hydra.toml and these variables."""
    if toml:
        (data_dir / "hydra.toml").write_text(toml)
    return read_layers(overrides={"data_dir": data_dir}, environ=environ, integrations=KNOWN)


def settings(data_dir: Path, toml: str = "", **environ: str) -> Settings:
    """The settings that those make."""
    return SettingsStore(read(data_dir, toml, **environ)).current


def test_the_database_is_in_the_data_directory_unless_named(data_dir: Path) -> None:
    assert settings(data_dir).database_url == f"sqlite:///{data_dir}/hydra.db"
    url = "postgresql://lab@db.example/hydra"
    assert settings(data_dir, HYDRA_DATABASE_URL=url).database_url == url


def test_a_file_beats_the_default(data_dir: Path) -> None:
    assert settings(data_dir, "port = 9000").port == 9000


def test_the_environment_beats_a_file(data_dir: Path) -> None:
    assert settings(data_dir, "port = 9000", HYDRA_PORT="9001").port == 9001


def test_an_option_beats_the_environment(data_dir: Path) -> None:
    layers = read_layers(overrides={"data_dir": data_dir, "port": 1}, environ={"HYDRA_PORT": "2"})
    assert SettingsStore(layers).current.port == 1


def test_an_option_that_was_not_given_says_nothing(data_dir: Path) -> None:
    layers = read_layers(overrides={"data_dir": data_dir, "port": None}, environ={"HYDRA_PORT": "2"})
    assert SettingsStore(layers).current.port == 2


def test_an_empty_variable_says_nothing(data_dir: Path) -> None:
    assert settings(data_dir, HYDRA_PORT="").port == 8700


def test_groups_are_reached_with_two_underscores(data_dir: Path) -> None:
    found = settings(data_dir, HYDRA_HTTP__ALLOWED_HOSTS="lab.example, nas:8080", HYDRA_BACKUP__KEEP="3")
    assert found.http.allowed_hosts == ("lab.example", "nas:8080")
    assert found.backup.keep == 3


def test_lanes_are_laid_over_the_default_ones(data_dir: Path) -> None:
    found = settings(data_dir, '[lanes]\n"gpu:forge:0" = 1', HYDRA_LANES__DEFAULT="3")
    assert found.lanes == {"default": 3, "inference": 2, "models": 16, "gpu:forge:0": 1}
    assert found.slots("never named") == 1


def test_integrations_have_sections_and_variables(data_dir: Path) -> None:
    layers = read(data_dir, '[integrations.discord]\nwebhook = "a"', HYDRA_HOME_ASSISTANT__TOKEN="b")
    assert layers.integrations["file"] == {"discord": {"webhook": "a"}}
    assert layers.integrations["environment"] == {"home_assistant": {"token": "b"}}


def test_values_are_not_in_the_representation(data_dir: Path) -> None:
    layers = read(data_dir, HYDRA_DISCORD__WEBHOOK="a-secret", HYDRA_DATABASE_URL="postgresql://u:pw123456@h/d")
    assert "a-secret" not in repr(layers)
    assert "pw123456" not in repr(layers)


def test_the_base_path_is_the_public_address_path(data_dir: Path) -> None:
    found = settings(data_dir, HYDRA_PUBLIC_URL="https://Lab.example:8443/hydra/", HYDRA_ALLOWED_HOSTS="nas")
    assert found.public_url == "https://lab.example:8443/hydra"
    assert found.base_path == "/hydra"
    assert found.hosts == ("nas", "lab.example:8443")
    assert settings(data_dir, HYDRA_BASE_PATH="/lab/hydra/").base_path == "/lab/hydra"
    assert settings(data_dir, HYDRA_PUBLIC_URL="http://lab.example").base_path == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"HYDRA_PUBLIC_URL": "lab.example/hydra"}, "absolute"),
        ({"HYDRA_PUBLIC_URL": "https://me@lab.example"}, "no user"),
        ({"HYDRA_PUBLIC_URL": "https://lab.example:http"}, "no address"),
        ({"HYDRA_PUBLIC_URL": "https://lab.example/?a=b"}, "no question mark"),
        ({"HYDRA_BASE_PATH": "hydra"}, "begins with a slash"),
        ({"HYDRA_BASE_PATH": "/a/../b"}, "such as /hydra"),
        ({"HYDRA_BASE_PATH": "/hydra?"}, "such as /hydra"),
        ({"HYDRA_BASE_PATH": "/hydra", "HYDRA_PUBLIC_URL": "https://lab.example"}, "end public_url with /hydra"),
    ],
)
def test_a_wrong_address_says_what_a_right_one_is(data_dir: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        read(data_dir, **given)
    assert "HYDRA_" in caught.value.detail


def test_variables_that_mean_nothing_are_named(data_dir: Path) -> None:
    layers = read(data_dir, HYDRA_PROT="1", HYDRA_DISCROD__WEBHOOK="a", HYDRA_KEY_FILE="k", HYDRA_ADMIN_TOKEN="t")
    assert layers.unknown == ("HYDRA_DISCROD__WEBHOOK", "HYDRA_PROT")


def test_everything_wrong_is_said_at_once(data_dir: Path) -> None:
    toml = 'overnight = "late"\nprot = 1\n[backup]\nevery = "daily"\n[integrations.discrod]\nwebhook = "x"'
    with pytest.raises(Invalid) as caught:
        read(data_dir, toml, HYDRA_TIME_ZONE="Mars/Olympus", HYDRA_PORT="99999", HYDRA_DATABASE_URL="mysql://x")
    found = {one["field"]: one["problem"] for one in caught.value.problems}
    assert set(found) == {
        "time_zone", "port", "database_url", "overnight", "backup.every", "prot", "integrations.discrod",
    }  # fmt: skip
    assert "did you mean port?" in found["prot"]
    assert "HYDRA_TIME_ZONE" in found["time_zone"]
    assert "hydra.toml" in found["overnight"]


@pytest.mark.parametrize("toml", ["port = ", "http = 1", "lanes = 2", "integrations = 3", "[http]\nallowed_hosts = 7"])
def test_a_broken_file_is_a_sentence(data_dir: Path, toml: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(data_dir, toml, HYDRA_HTTP__ALLOWED_HOSTS="" if "7" in toml else "a.example")
    assert caught.value.fix


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="There is no file"):
        read_layers(environ={"HYDRA_CONFIG": str(tmp_path / "gone.toml")})


@pytest.mark.parametrize("host", ["http://lab.example", "lab.example/x", "a b", "me@lab"])
def test_a_host_is_a_name(data_dir: Path, host: str) -> None:
    with pytest.raises(Invalid, match="allowed_hosts"):
        read(data_dir, HYDRA_ALLOWED_HOSTS=host)
