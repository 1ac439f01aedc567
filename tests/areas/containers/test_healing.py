"""What labels ask for, and the order in which dependencies come: pure rules."""

import pytest

from hydra_lab.areas.containers.healing import Care, care_of, needed
from hydra_lab.areas.containers.model import PROJECT, SERVICE, masked
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.errors import Invalid


def made(service: str, *needs: str) -> Container:
    """A container of the project shop that depends on others."""
    labels = {
        PROJECT: "shop",
        SERVICE: service,
        "com.docker.compose.depends_on": ",".join(f"{one}:x:y" for one in needs),
    }
    return Container(id=service, name=service, image="i", image_id="i", state="running", labels=labels)


def test_without_a_label_nothing_is_done() -> None:
    assert care_of({"other": "1"}) == Care(mode="off")


def test_labels_say_how_often_how_long_and_when() -> None:
    labels = {
        "hydra.heal": "Restart",
        "hydra.heal.cooldown": "5m",
        "hydra.heal.prove": "1h",
        "hydra.heal.attempts": "7",
    }
    assert care_of(labels) == Care(mode="restart", cooldown_s=300, prove_s=3600, attempts=7)


@pytest.mark.parametrize("label", [{"hydra.heal": "yes"}, {"hydra.heal.attempts": "0"}, {"hydra.heal.prove": "30"}])
def test_a_label_that_makes_no_sense_is_named(label: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="makes no sense"):
        care_of(label)


def test_dependencies_come_farthest_first_and_circles_are_refused() -> None:
    app, api, db, cache = made("app", "api", "cache"), made("api", "db"), made("db"), made("cache", "db")
    assert [one.name for one in needed(app, [app, api, db, cache])] == ["db", "api", "cache"]
    with pytest.raises(Invalid, match="circle"):
        needed(app, [app, made("api", "app"), cache, db])


def test_what_looks_like_a_secret_is_masked_in_a_line() -> None:
    assert masked('login "password": "hunter22", user=bob') == 'login "password": "•••", user=bob'
    assert masked("Authorization: Bearer abc.def") == "Authorization: Bearer •••"
    assert masked("the token bucket is full") == "the token bucket is full"
