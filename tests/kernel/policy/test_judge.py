"""Policy while Hydra runs: an edited file counts at once, a broken one changes nothing, and deciding is quick."""

import timeit
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.operation import Effect, Input, Nothing, Operation
from hydra_lab.kernel.policy import Actor, ActorKind, Mode, ModeState, Verdict
from hydra_lab.kernel.policy.model import HYDRA
from tests.lab import OWNER, Lab

AGENT = Actor(kind=ActorKind.AGENT, name="claude", scopes=frozenset({"write"}))
SCHEDULE = Actor(kind=ActorKind.SCHEDULE, name="nightly")


class Restart(Input):
    """A call about a container."""

    name: str


def verb(input: type[Input] = Restart, subject: str | None = "name", floor: str | None = None) -> Operation:
    """A writing operation."""
    return Operation(
        name="containers.restart", effect=Effect.WRITE, handler=print, input=input, output=None, method="POST",
        path="/x", summary="", description="", subject=subject, floor=floor,
    )  # fmt: skip


def decide(lab: Lab, actor: Actor = AGENT, name: str = "web") -> tuple[Verdict, str]:
    """What policy says to a restart."""
    decision = lab.services.policy.decide(verb(), Restart(name=name), actor)
    return decision.verdict, decision.rule


def write(data_dir: Path, lab: Lab, text: str) -> None:
    """Edit policy.yaml by hand, and let the second pass in which it is noticed."""
    (data_dir / "policy.yaml").write_text(text)
    lab.clock.pass_(seconds=1.1)


def test_an_edited_file_counts_within_a_second(lab: Lab, data_dir: Path) -> None:
    assert decide(lab) == (Verdict.ASK, "built-in:agent")
    write(data_dir, lab, "rules: [{operation: containers.*, target: web, then: allow}]")
    assert decide(lab) == (Verdict.ALLOW, "policy.yaml:1")
    assert decide(lab, name="db") == (Verdict.ASK, "built-in:agent")
    (data_dir / "policy.yaml").unlink()
    lab.clock.pass_(seconds=1.1)
    assert decide(lab) == (Verdict.ASK, "built-in:agent")


def test_a_broken_file_keeps_the_rules_before_it(lab: Lab, data_dir: Path) -> None:
    write(data_dir, lab, "rules: [{then: allow}]")
    assert decide(lab)[0] is Verdict.ALLOW
    write(data_dir, lab, "rules: [{then: allow}")
    assert decide(lab)[0] is Verdict.ALLOW
    assert "policy.yaml cannot be read" in (lab.services.policy.problem or "")


def test_a_file_broken_from_the_start_has_hydra_ask(lab: Lab, data_dir: Path) -> None:
    (data_dir / "policy.yaml").write_text("rules: nonsense")
    assert decide(lab, SCHEDULE) == (Verdict.ASK, "policy.yaml:unreadable")
    assert decide(lab, OWNER) == (Verdict.ALLOW, "built-in:write")


def test_taking_up_and_breaking_is_journalled_once(lab: Lab, data_dir: Path) -> None:
    policy = lab.services.policy
    policy.reload()
    write(data_dir, lab, "rules: [{then: allow}]")
    policy.reload()
    policy.reload()
    write(data_dir, lab, "rules: [")
    policy.reload()
    policy.reload()
    write(data_dir, lab, "rules: []")
    policy.reload()
    assert lab.names("policy.") == ["policy.loaded", "policy.broken", "policy.loaded"]


def test_a_written_document_is_in_force_at_once(lab: Lab, data_dir: Path) -> None:
    with lab.services.database.begin() as connection:
        lab.services.policy.write(connection, "rules: [{then: deny}]", OWNER)
    assert decide(lab, OWNER)[0] is Verdict.DENY
    assert (data_dir / "policy.yaml").read_text() == "rules: [{then: deny}]"
    assert "policy.changed" in lab.names()


def test_a_wrong_document_is_not_written(lab: Lab, data_dir: Path) -> None:
    with pytest.raises(Invalid), lab.services.database.begin() as connection:
        lab.services.policy.write(connection, "rules: [{then: maybe}]", OWNER)
    assert not (data_dir / "policy.yaml").exists()
    assert lab.names() == []


def test_hours_follow_the_labs_zone_and_what_overnight_means(lab: Lab, data_dir: Path) -> None:
    write(data_dir, lab, "rules: [{hours: overnight, then: deny}]")
    with lab.services.database.begin() as connection:
        lab.services.settings.set(connection, "time_zone", "Asia/Tokyo", OWNER)
    assert decide(lab)[0] is Verdict.ASK  # noon in UTC, 21:00 in Tokyo
    lab.clock.pass_(hours=2)
    assert decide(lab)[0] is Verdict.DENY
    with lab.services.database.begin() as connection:
        lab.services.settings.set(connection, "overnight", "01:00-05:00", OWNER)
    assert decide(lab)[0] is Verdict.ASK
    at = lab.clock.now() + timedelta(hours=3)
    assert lab.services.policy.decide(verb(), None, AGENT, at=at).verdict is Verdict.DENY


def test_a_mode_is_kept_over_a_restart_and_ends_by_itself(lab: Lab, make_lab: Callable[..., Lab]) -> None:
    until = lab.clock.now() + timedelta(hours=1)
    with lab.services.database.begin() as connection:
        lab.services.policy.set_mode(connection, ModeState(mode=Mode.SUPERVISED, until=until, reason="away"), OWNER)
    assert decide(lab, SCHEDULE) == (Verdict.ASK, "built-in:supervised")
    again = make_lab()
    assert again.services.policy.mode().mode is Mode.SUPERVISED
    assert again.services.policy.mode().reason == "away"
    again.clock.pass_(hours=1)
    assert again.services.policy.mode() == ModeState(since=until)
    assert decide(again, SCHEDULE)[0] is Verdict.ALLOW
    assert lab.events("policy.mode_set")[0].data["mode"] == "supervised"


def test_the_end_of_a_mode_is_written_down_once(lab: Lab) -> None:
    policy = lab.services.policy
    with lab.services.database.begin() as connection:
        until = lab.clock.now() + timedelta(hours=1)
        policy.set_mode(connection, ModeState(mode=Mode.PAUSED, until=until), OWNER)
    assert not policy.end_lapsed_mode()
    lab.clock.pass_(hours=2)
    assert policy.end_lapsed_mode()
    assert not policy.end_lapsed_mode()
    assert policy.mode() == ModeState(since=until)
    assert lab.names("policy.") == ["policy.mode_set", "policy.mode_ended"]


def test_a_mode_does_not_begin_after_its_end(lab: Lab) -> None:
    with pytest.raises(Invalid), lab.services.database.begin() as connection:
        lab.services.policy.set_mode(connection, ModeState(mode=Mode.PAUSED, until=lab.clock.now()), OWNER)
    assert lab.services.policy.mode().mode is Mode.AUTONOMOUS


def test_a_mode_that_is_rolled_back_is_not_in_force(lab: Lab) -> None:
    with suppress(RuntimeError), lab.services.database.begin() as connection:
        lab.services.policy.set_mode(connection, ModeState(mode=Mode.STOPPED), HYDRA)
        raise RuntimeError
    assert lab.services.policy.mode().mode is Mode.AUTONOMOUS


def test_on_postgres_nodes_share_document_and_mode(postgres_url: str, make_lab: Callable[..., Lab]) -> None:
    one, other = make_lab(database_url=postgres_url), make_lab(database_url=postgres_url)
    assert decide(other)[0] is Verdict.ASK
    with one.services.database.begin() as connection:
        one.services.policy.write(connection, "rules: [{then: deny}]", OWNER)
        one.services.policy.set_mode(connection, ModeState(mode=Mode.PAUSED), OWNER)
    other.clock.pass_(seconds=1.1)
    assert decide(other)[0] is Verdict.DENY
    assert other.services.policy.mode().mode is Mode.PAUSED


def test_deciding_takes_microseconds(lab: Lab, data_dir: Path) -> None:
    rules = "".join(f"- {{operation: 'area{n}.*', then: deny}}\n" for n in range(30))
    write(data_dir, lab, f"rules:\n{rules}")
    operation, policy = verb(Nothing, None), lab.services.policy
    best = min(timeit.repeat(lambda: policy.decide(operation, Nothing(), AGENT), number=1000, repeat=5))
    assert best / 1000 < 100e-6
