"""The rules of policy as pure functions: what the facts of a call lead to."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from hydra_lab.kernel.operation import Effect
from hydra_lab.kernel.policy.floors import ADMINISTRATION, floor_reason
from hydra_lab.kernel.policy.match import Patterns, Windows
from hydra_lab.kernel.policy.model import Actor, ActorKind, Decision, Mode, Verdict

LAPSE = timedelta(days=3)
SEVERITY = {Verdict.ALLOW: 0, Verdict.ASK: 1, Verdict.DENY: 2}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that a decision is made from. ``local`` is the time on the lab's wall clock."""

    operation: str
    effect: Effect
    scope: str  # the scope the call wants
    actor: Actor
    subject: str | None = None
    floor: str | None = None
    passes_on: bool = False
    mode: Mode = Mode.AUTONOMOUS
    local: datetime | None = None
    confirm: str | None = None
    lapse: timedelta = LAPSE

    @property
    def is_person(self) -> bool:
        """Whether a person calls."""
        return self.actor.kind is ActorKind.PERSON

    @property
    def confirmed(self) -> bool:
        """Whether a person, in the call itself, named what the call is about: that is their yes."""
        return self.is_person and self.confirm is not None and self.confirm == (self.subject or self.operation)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule of policy.yaml. A part that is ``None`` fits every call."""

    name: str
    verdict: Verdict
    reason: str
    operations: Patterns | None = None
    targets: Patterns | None = None
    effects: frozenset[Effect] | None = None
    actors: Patterns | None = None  # matched against "agent" and "agent:its name"
    modes: frozenset[Mode] | None = None
    hours: Windows | None = None
    lapse: timedelta | None = None
    default_yes: bool = False

    def fits(self, facts: Facts) -> bool:
        """Whether this rule speaks about a call."""
        actor = facts.actor
        return (
            (self.operations is None or self.operations.fit(facts.operation))
            and (self.effects is None or facts.effect in self.effects)
            and (self.modes is None or facts.mode in self.modes)
            and (self.actors is None or self.actors.fit(actor.kind, f"{actor.kind}:{actor.name}"))
            and (self.targets is None or (facts.subject is not None and self.targets.fit(facts.subject)))
            and (self.hours is None or (facts.local is not None and self.hours.cover(facts.local.time())))
        )


def decide(rules: tuple[Rule, ...], facts: Facts) -> Decision:
    """What policy answers: entitlement first, then the file's first fitting rule or what is built in.

    Never less than what the call's floor demands.
    """
    refusal = entitlement(facts)
    if refusal:
        return refusal
    rule = next((one for one in rules if one.fits(facts)), None)
    said = spoken(rule, facts) if rule else built_in(facts)
    if facts.scope == "approve" and said.verdict is Verdict.ASK:
        # Asking a person whether a person may answer would never end.
        said = allowed("approval", "a person who may approve answers")
    least = demanded(facts)
    return said if least is None else stricter(said, least)


def entitlement(facts: Facts) -> Decision | None:
    """A denial when the credential does not reach so far; ``None`` when it does."""
    kind = facts.actor.kind
    if facts.scope == "approve" and not facts.is_person:
        return Decision(verdict=Verdict.DENY, rule="approval", reason="only a person may approve")
    if kind in (ActorKind.PERSON, ActorKind.AGENT, ActorKind.HOOK) and not facts.actor.may(facts.scope):
        reason = f"the credential of {kind.value} “{facts.actor.name}” has no scope “{facts.scope}”"
        return Decision(verdict=Verdict.DENY, rule="scope", reason=reason)
    return None


def demanded(facts: Facts) -> Decision | None:
    """The least that this call takes, whatever any rule says; ``None`` when it takes nothing."""
    if facts.floor is not None:
        # A person's own yes counts, if they are one who may say it.
        if facts.confirmed and facts.actor.may("approve"):
            return None
        return asked(facts, f"floor:{facts.floor}", floor_reason(facts.floor))
    if facts.scope == "admin" and facts.effect is not Effect.READ and not facts.is_person:
        return asked(facts, f"floor:{ADMINISTRATION}", floor_reason(ADMINISTRATION))
    return None


def stricter(said: Decision, least: Decision) -> Decision:
    """The stricter of two answers; an approval that a floor wants never lapses into a yes."""
    if SEVERITY[said.verdict] > SEVERITY[least.verdict]:
        return said
    lapse = said.lapse if said.verdict is Verdict.ASK else least.lapse
    return Decision(verdict=least.verdict, rule=least.rule, reason=least.reason, lapse=lapse)


def spoken(rule: Rule, facts: Facts) -> Decision:
    """A file rule's answer. A person who confirmed and may approve has already answered what it asks."""
    if rule.verdict is Verdict.ASK and facts.confirmed and facts.actor.may("approve"):
        return Decision(verdict=Verdict.ALLOW, rule=rule.name, reason="the person who calls has confirmed it")
    return Decision(
        verdict=rule.verdict, rule=rule.name, reason=rule.reason,
        lapse=rule.lapse or facts.lapse, default_yes=rule.default_yes,
    )  # fmt: skip


def built_in(facts: Facts) -> Decision:
    """What holds where no file rule speaks. Deny by default."""
    kind = facts.actor.kind
    if facts.passes_on:
        return allowed("passes-on", "what it hands over is judged by itself")
    match facts.effect:
        case Effect.READ:
            return allowed("read", "reads are allowed")
        case Effect.DANGER:
            if facts.confirmed:
                return allowed("danger", "the person who calls has confirmed it")
            word = facts.subject or facts.operation
            return asked(facts, "built-in:danger", f"this is dangerous: a person confirms it with “{word}”")
        case Effect.WRITE:
            pass
        case _:
            assert_never(facts.effect)
    match kind:
        case ActorKind.PERSON:
            return allowed("write", "a person may change things")
        case ActorKind.SCHEDULE | ActorKind.BACKLOG | ActorKind.HYDRA:
            if facts.mode is Mode.SUPERVISED:
                return asked(facts, "built-in:supervised", "in supervised mode every change asks first")
            return allowed("write", "schedules and imported backlogs may change things")
        case ActorKind.AGENT | ActorKind.HOOK:
            return asked(facts, f"built-in:{kind.value}", f"what {SPOKEN[kind]} wants to change asks first")
        case _:
            assert_never(kind)


SPOKEN = {ActorKind.AGENT: "an agent", ActorKind.HOOK: "a hook"}


def allowed(rule: str, reason: str) -> Decision:
    """A built-in yes."""
    return Decision(verdict=Verdict.ALLOW, rule=f"built-in:{rule}", reason=reason)


def asked(facts: Facts, rule: str, reason: str) -> Decision:
    """An answer that asks a person; unanswered it lapses into a no."""
    return Decision(verdict=Verdict.ASK, rule=rule, reason=reason, lapse=facts.lapse)
