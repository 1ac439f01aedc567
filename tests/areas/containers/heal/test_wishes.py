"""What labels ask for, when that may be, and the order in which dependencies come: pure rules."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hydra_lab.areas.containers.heal.judging import foreseen, hours_open_at, refusal, wants_person
from hydra_lab.areas.containers.heal.model import RUNGS, Healing, Remediation
from hydra_lab.areas.containers.heal.order import needed
from hydra_lab.areas.containers.heal.wishes import Care, care_of
from hydra_lab.areas.containers.model import PROJECT, SERVICE, masked
from hydra_lab.kernel.capabilities import Container
from hydra_lab.kernel.errors import Invalid

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def made(service: str, *needs: str, **labels: str) -> Container:
    """A container of the project shop that depends on others."""
    compose = {PROJECT: "shop", SERVICE: service, "com.docker.compose.depends_on": ",".join(f"{x}:x:y" for x in needs)}
    return Container(id=service, name=service, image="i", image_id="i", state="running", labels=compose | labels)


def past(name: str, minutes_ago: float, outcome: Any = "recovered", detail: str | None = None) -> Remediation:
    """An attempt that took no time."""
    at = NOW - timedelta(minutes=minutes_ago)
    return Remediation(
        id="1", container=name, reason="", outcome=outcome, detail=detail, rungs=[], at=at, ended_at=at,
        recovery_s=None, item=None, before=None, after=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("label", "mode", "rungs"),
    [
        ("on", "on", RUNGS),
        ("true", "on", RUNGS),
        ("Restart", "on", ("restart",)),
        ("rollback, restart", "on", ("restart", "rollback")),
        ("shadow", "shadow", RUNGS),
        ("shadow,restart,recreate", "shadow", ("restart", "recreate")),
        ("off", "off", ()),
        ("", "off", ()),
    ],
)
def test_a_label_says_which_rungs_may_be_tried_and_they_keep_their_order(
    label: str, mode: str, rungs: tuple[str, ...]
) -> None:
    assert care_of({"hydra.heal": label}) == Care(mode=mode, rungs=rungs)  # type: ignore[arg-type]


def test_without_a_label_nothing_is_done() -> None:
    assert care_of({"other": "1"}) == Care(mode="off")


def test_labels_say_how_often_how_long_and_when() -> None:
    labels = {
        "hydra.heal": "restart", "hydra.heal.cooldown": "5m", "hydra.heal.prove": "1h", "hydra.heal.attempts": "7",
    }  # fmt: skip
    assert care_of(labels) == Care(mode="on", rungs=("restart",), cooldown_s=300, prove_s=3600, attempts=7)


@pytest.mark.parametrize("label", [{"hydra.heal": "maybe"}, {"hydra.heal": "restart,reboot"},
                                   {"hydra.heal": "on", "hydra.heal.attempts": "0"},
                                   {"hydra.heal": "on", "hydra.heal.prove": "30"}])  # fmt: skip
def test_a_label_that_makes_no_sense_is_named(label: dict[str, str]) -> None:
    with pytest.raises(Invalid, match="makes no sense"):
        care_of(label)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-02T22:30+01:00", None),
        ("2026-03-03T03:00+01:00", None),
        ("2026-03-03T05:59+01:00", None),
        ("2026-03-03T06:00+01:00", "2026-03-03T22:00+01:00"),
        ("2026-03-03T21:59+01:00", "2026-03-03T22:00+01:00"),
        # The night in which the clock jumps from two to three: the window is an hour shorter, and open through it.
        ("2026-03-29T01:30+01:00", None),
        ("2026-03-29T03:30+02:00", None),
        ("2026-03-29T06:00+02:00", "2026-03-29T22:00+02:00"),
    ],
)
def test_hours_across_midnight_are_the_labs_own(at: str, opens: str | None) -> None:
    care = care_of({"hydra.heal": "on", "hydra.heal.hours": "22:00-06:00"})
    found = hours_open_at(care, datetime.fromisoformat(at), BERLIN, "22:00-07:00")
    assert found == (datetime.fromisoformat(opens) if opens else None)


def test_what_speaks_against_an_attempt_is_said() -> None:
    care, rules = Care(mode="on", rungs=RUNGS, attempts=2, cooldown_s=60), Healing(most=3, protected=["vault*"])

    def why(name: str, *before: Remediation) -> str | None:
        return refusal(NOW, name, {}, care, rules, before)

    assert why("web") is None
    assert why("vault-1") == "it is protected"
    assert refusal(NOW, "web", {"hydra.protected": "True"}, care, rules, []) == "it is protected"
    assert why("web", past("web", 0.5)) == "it cools down for 60 s after the last attempt"
    assert why("web", past("web", 5), past("web", 55)) == "its 2 attempts within an hour are used up"
    assert why("web", past("web", 5), past("web", 65)) is None
    assert why("web", past("web", 5, "refused"), past("web", 6, "waits"), past("web", 7, "would have")) is None
    storm = why("web", *(past(name, 5) for name in ("a", "b", "c")))
    assert storm == "3 attempts within 10 minutes: something larger is wrong"
    assert why("web", *(past(name, 11) for name in ("a", "b", "c"))) is None
    assert wants_person(storm, NOW, rules, [])
    assert not wants_person(storm, NOW, rules, [past("db", 3, "refused", storm)]), "told once in a storm"
    assert wants_person(storm, NOW, rules, [past("db", 12, "refused", storm)])


def test_shadow_foresees_the_whole_ladder() -> None:
    assert foreseen(care_of({"hydra.heal": "shadow,restart"})) == "would have restarted it"
    assert foreseen(care_of({"hydra.heal": "shadow,restart,rollback"})) == (
        "would have restarted it; had that not helped, gone back to the last image that was healthy"
    )


def test_dependencies_come_farthest_first_by_compose_and_by_our_own_label() -> None:
    app, api, db, cache = made("app", "api", "cache"), made("api", "db"), made("db"), made("cache", "db")
    assert [one.name for one in needed(app, [app, api, db, cache])] == ["db", "api", "cache"]
    far = Container(id="nas", name="nas", image="i", image_id="i", state="running")
    own = made("app", "api", **{"hydra.depends_on": "nas, gone"})
    assert [one.name for one in needed(own, [own, api, db, far])] == ["db", "api", "nas"]


def test_a_circle_is_told_as_it_goes() -> None:
    app, api = made("app", "api"), made("api", **{"hydra.depends_on": "app"})
    with pytest.raises(Invalid, match="in a circle: app → api → app"):
        needed(app, [app, api])


def test_what_looks_like_a_secret_is_masked_in_a_line() -> None:
    assert masked('login "password": "hunter22", user=bob') == 'login "password": "•••", user=bob'
    assert masked("Authorization: Bearer abc.def") == "Authorization: Bearer •••"
    assert masked("the token bucket is full") == "the token bucket is full"
