"""What policy says, as a table; and that nothing a file says goes below a floor."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hydra_lab.kernel.operation import Effect
from hydra_lab.kernel.policy.document import read_rules
from hydra_lab.kernel.policy.floors import FLOORS
from hydra_lab.kernel.policy.model import Actor, ActorKind, Mode, Verdict
from hydra_lab.kernel.policy.rules import Facts, Rule, decide

NIGHT = (time(22), time(7))
ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY
READ, WRITE, DANGER = Effect.READ, Effect.WRITE, Effect.DANGER
KINDS = {kind.value: kind for kind in ActorKind}


def actor(words: str) -> Actor:
    """``"agent write"`` is an agent whose key has the scope write."""
    kind, *scopes = words.split()
    return Actor(kind=KINDS[kind], name="somebody", scopes=frozenset(scopes))


def facts(who: str, effect: Effect, **more: object) -> Facts:
    """A call of ``containers.restart`` about ``web``."""
    scope = more.pop("scope", None) or ("read" if effect is READ else "write")
    given = {"operation": "containers.restart", "subject": "web", "scope": scope, **more}
    return Facts(actor=actor(who), effect=effect, **given)  # type: ignore[arg-type]


def say(rules: str, who: str, effect: Effect, **more: object) -> Verdict:
    """What policy says with these rules of a file."""
    return decide(read_rules(rules, NIGHT), facts(who, effect, **more)).verdict


SUPERVISED = {"mode": Mode.SUPERVISED}
BUILT_IN = [
    # Reads.
    ("person read", READ, {}, ALLOW),
    ("agent read", READ, {}, ALLOW),
    ("hook read", READ, {}, ALLOW),
    ("schedule", READ, {}, ALLOW),
    ("backlog", READ, {}, ALLOW),
    ("agent", READ, {}, DENY),
    ("hook", READ, {}, DENY),
    ("person", READ, {}, DENY),
    # Writes.
    ("person write", WRITE, {}, ALLOW),
    ("person admin", WRITE, {}, ALLOW),
    ("person read", WRITE, {}, DENY),
    ("schedule", WRITE, {}, ALLOW),
    ("backlog", WRITE, {}, ALLOW),
    ("hydra", WRITE, {}, ALLOW),
    ("agent read", WRITE, {}, DENY),
    ("agent write", WRITE, {}, ASK),
    ("hook write", WRITE, {}, ASK),
    ("hook", WRITE, {}, DENY),
    # Supervised: what is no person's own call asks.
    ("person write", WRITE, SUPERVISED, ALLOW),
    ("schedule", WRITE, SUPERVISED, ASK),
    ("backlog", WRITE, SUPERVISED, ASK),
    ("hydra", WRITE, SUPERVISED, ASK),
    ("agent write", WRITE, SUPERVISED, ASK),
    ("schedule", READ, SUPERVISED, ALLOW),
    # Danger.
    ("person write", DANGER, {}, ASK),
    ("person write", DANGER, {"confirm": "web"}, ALLOW),
    ("person write", DANGER, {"confirm": "Web"}, ASK),
    ("person write", DANGER, {"confirm": ""}, ASK),
    ("person write", DANGER, {"confirm": "containers.restart"}, ASK),
    ("person write", DANGER, {"confirm": "containers.restart", "subject": None}, ALLOW),
    ("person read", DANGER, {"confirm": "web"}, DENY),
    ("agent write", DANGER, {"confirm": "web"}, ASK),
    ("schedule", DANGER, {"confirm": "web"}, ASK),
    ("backlog", DANGER, {"confirm": "web"}, ASK),
    # Floors.
    ("person admin", WRITE, {"floor": "edits policy"}, ASK),
    ("person admin", WRITE, {"floor": "edits policy", "confirm": "web"}, ALLOW),
    ("person write", WRITE, {"floor": "edits policy", "confirm": "web"}, ASK),
    ("person write approve", WRITE, {"floor": "edits policy", "confirm": "web"}, ALLOW),
    ("agent write", WRITE, {"floor": "pushes git", "confirm": "web"}, ASK),
    ("backlog", WRITE, {"floor": "pushes git"}, ASK),
    ("schedule", WRITE, {"floor": "deletes data"}, ASK),
    ("schedule", WRITE, {"floor": "a floor nobody knows"}, ASK),
    # Administration and approvals are for people.
    ("backlog", WRITE, {"scope": "admin"}, ASK),
    ("schedule", WRITE, {"scope": "admin"}, ASK),
    ("agent admin", WRITE, {"scope": "admin"}, ASK),
    ("person admin", WRITE, {"scope": "admin"}, ALLOW),
    ("person write", WRITE, {"scope": "admin"}, DENY),
    ("person approve", WRITE, {"scope": "approve"}, ALLOW),
    ("person write", WRITE, {"scope": "approve"}, DENY),
    ("agent admin", WRITE, {"scope": "approve"}, DENY),
    ("backlog", WRITE, {"scope": "approve"}, DENY),
    # Handing over work that is judged by itself.
    ("agent write", WRITE, {"passes_on": True}, ALLOW),
    ("agent read", WRITE, {"passes_on": True}, DENY),
]


@pytest.mark.parametrize(("who", "effect", "more", "verdict"), BUILT_IN)
def test_what_is_built_in(who: str, effect: Effect, more: dict[str, object], verdict: Verdict) -> None:
    assert decide((), facts(who, effect, **more)).verdict is verdict


FILE = [
    # The first rule that fits speaks, and others do not.
    ("[{then: deny}, {then: allow}]", "person write", WRITE, {}, DENY),
    ("[{operation: models.*, then: deny}]", "person write", WRITE, {}, ALLOW),
    ("[{operation: containers.*, then: deny}]", "person write", WRITE, {}, DENY),
    ("[{operation: [models.*, '*.restart'], then: deny}]", "person write", WRITE, {}, DENY),
    ("[{operation: containers, then: deny}]", "person write", WRITE, {}, ALLOW),
    ("[{target: 'w?b', then: deny}]", "person write", WRITE, {}, DENY),
    ("[{target: db, then: deny}]", "person write", WRITE, {}, ALLOW),
    ("[{target: '*', then: deny}]", "person write", WRITE, {"subject": None}, ALLOW),
    ("[{effect: read, then: deny}]", "person write", WRITE, {}, ALLOW),
    ("[{effect: [read, write], then: deny}]", "person write", WRITE, {}, DENY),
    ("[{actor: agent, then: allow}]", "agent write", WRITE, {}, ALLOW),
    ("[{actor: 'agent:some*', then: allow}]", "agent write", WRITE, {}, ALLOW),
    ("[{actor: 'agent:claude', then: allow}]", "agent write", WRITE, {}, ASK),
    ("[{actor: person, then: ask}]", "schedule", WRITE, {}, ALLOW),
    ("[{mode: supervised, then: deny}]", "schedule", WRITE, SUPERVISED, DENY),
    ("[{mode: supervised, then: deny}]", "schedule", WRITE, {}, ALLOW),
    # A file can let an agent do what is built in to ask, but not what its key does not reach.
    ("[{then: allow}]", "agent write", DANGER, {}, ALLOW),
    ("[{then: allow}]", "agent read", WRITE, {}, DENY),
    # A person who confirms has answered what the file asks, if they may approve.
    ("[{then: ask}]", "person admin", WRITE, {}, ASK),
    ("[{then: ask}]", "person admin", WRITE, {"confirm": "web"}, ALLOW),
    ("[{then: ask}]", "person write", WRITE, {"confirm": "web"}, ASK),
    ("[{then: deny}]", "person admin", WRITE, {"confirm": "web"}, DENY),
    # Approving is never asked about, but may be denied.
    ("[{then: ask}]", "person approve", WRITE, {"scope": "approve"}, ALLOW),
    ("[{then: deny}]", "person approve", WRITE, {"scope": "approve"}, DENY),
    # Above a floor a file may only be stricter.
    ("[{then: allow}]", "schedule", WRITE, {"floor": "deletes data"}, ASK),
    ("[{then: deny}]", "schedule", WRITE, {"floor": "deletes data"}, DENY),
    ("[{then: deny}]", "person admin", WRITE, {"floor": "deletes data", "confirm": "web"}, DENY),
    ("[{then: allow}]", "agent admin", WRITE, {"scope": "admin"}, ASK),
    ("[{then: allow}]", "agent admin", WRITE, {"scope": "approve"}, DENY),
]


@pytest.mark.parametrize(("rules", "who", "effect", "more", "verdict"), FILE)
def test_what_a_file_says(rules: str, who: str, effect: Effect, more: dict[str, object], verdict: Verdict) -> None:
    assert say(f"rules: {rules}", who, effect, **more) is verdict


@pytest.mark.parametrize(
    ("hours", "clock", "fits"),
    [
        ("22:00-07:00", "21:59", False),
        ("22:00-07:00", "22:00", True),
        ("22:00-07:00", "06:59", True),
        ("22:00-07:00", "07:00", False),
        ("overnight", "23:00", True),
        ("overnight", "12:00", False),
        ("09:00-17:00", "12:00", True),
        ("09:00-17:00", "17:00", False),
        ("00:00-00:00", "12:00", True),
        ("[09:00-10:00, 14:00-15:00]", "14:30", True),
    ],
)
def test_hours_are_the_labs_wall_clock(hours: str, clock: str, fits: bool) -> None:
    at = datetime.combine(datetime(2025, 12, 19, tzinfo=UTC), time.fromisoformat(clock), tzinfo=UTC)
    verdict = say(f"rules: [{{hours: {hours}, then: deny}}]", "schedule", WRITE, local=at)
    assert (verdict is DENY) == fits


def test_a_question_of_the_file_says_when_it_lapses_and_what_then() -> None:
    rules = read_rules("rules: [{then: ask, reason: Look first., lapse: 12h, default: yes}]", NIGHT)
    decision = decide(rules, facts("schedule", WRITE))
    assert (decision.lapse, decision.default_yes, decision.reason) == (timedelta(hours=12), True, "Look first.")


def test_a_question_of_a_floor_never_lapses_into_a_yes() -> None:
    rules = read_rules("rules: [{then: ask, lapse: 1h, default: yes}]", NIGHT)
    decision = decide(rules, facts("schedule", WRITE, floor="deletes data"))
    assert (decision.verdict, decision.default_yes, decision.lapse) == (ASK, False, timedelta(hours=1))
    assert decision.rule == "floor:deletes data"


words = st.sampled_from(["*", "containers.*", "containers.restart", "web", "w*", "zzz"])
some = st.none() | st.lists(words, min_size=1, max_size=2).map(tuple)
files = st.lists(
    st.fixed_dictionaries(
        {"then": st.sampled_from(["allow", "ask", "deny"])},
        optional={
            "operation": words, "target": words, "default": st.booleans(), "lapse": st.sampled_from(["1m", "9d"]),
            "actor": st.sampled_from([*KINDS, "person:*", "agent:some*"]), "mode": st.sampled_from(list(Mode)),
            "effect": st.sampled_from(list(Effect)), "hours": st.sampled_from(["overnight", "00:00-00:00"]),
        },
    ),
    max_size=6,
)  # fmt: skip
callers = st.builds(
    lambda kind, scopes: Actor(kind=kind, name="somebody", scopes=frozenset(scopes)),
    st.sampled_from(list(ActorKind)), st.sets(st.sampled_from(["read", "write", "approve", "admin"])),
)  # fmt: skip
calls = st.builds(
    Facts,
    operation=st.just("containers.restart"), subject=st.sampled_from(["web", None]), actor=callers,
    effect=st.sampled_from(list(Effect)), scope=st.sampled_from(["read", "write", "approve", "admin"]),
    floor=st.sampled_from([None, *FLOORS]), mode=st.sampled_from(list(Mode)), passes_on=st.booleans(),
    confirm=st.sampled_from([None, "web", "containers.restart", ""]),
    local=st.datetimes(timezones=st.just(UTC)),
)  # fmt: skip
STRICT = [ALLOW, ASK, DENY]


@given(files, calls)
def test_no_file_lowers_a_floor(rules: list[dict[str, object]], call: Facts) -> None:
    import yaml

    text = yaml.safe_dump(
        {"rules": [{key: getattr(value, "value", value) for key, value in one.items()} for one in rules]}
    )
    decision = decide(read_rules(text, NIGHT), call)
    bare = decide((), call)
    entitled = bare.rule not in ("scope", "approval")
    if not entitled:
        assert decision.verdict is DENY
    yes = call.confirmed and call.actor.may("approve")
    administers = call.scope == "admin" and call.effect is not READ and call.actor.kind is not ActorKind.PERSON
    if (call.floor and not yes) or administers:
        assert STRICT.index(decision.verdict) >= STRICT.index(ASK)
        assert not decision.default_yes


@given(calls)
def test_only_a_person_gets_a_change_past_a_floor(call: Facts) -> None:
    rules = (Rule(name="all", verdict=ALLOW, reason="everything"),)
    if call.floor and decide(rules, call).verdict is ALLOW:
        assert call.actor.kind is ActorKind.PERSON
        assert call.actor.may("approve")
        assert call.confirm
