"""Show the rules, ask what they would say to a call, and put other rules in force."""

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, Field

from hydra_lab.areas.policy.model import fingerprint, remarks
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict
from hydra_lab.kernel.operation import Effect, Input, Output, operation, subject_of
from hydra_lab.kernel.policy import Actor, ActorKind, Decision, Mode, Verdict
from hydra_lab.kernel.policy.describe import ShownRule, built_in_rules, floor_rules, written_rules


class Rules(Output):
    """Every rule in force, in the order in which they are looked up."""

    mode: Mode
    until: datetime | None
    floors: list[ShownRule]
    rules: list[ShownRule]
    built_in: list[ShownRule]
    text: str = Field(description="policy.yaml as it is in force")
    problem: str | None = Field(description="What is wrong with policy.yaml as it stands, if it is not in force")
    standing: str | None = Field(description="policy.yaml as it stands; unknown when it is no text")
    fingerprint: str | None = Field(description="Names the text as it stands; to be given when it is replaced")


class Pretended(Input):
    """Who would call."""

    kind: ActorKind = ActorKind.PERSON
    name: str = "somebody"
    scopes: frozenset[str] | None = Field(
        default=None,
        description="Scopes of their credential; if left out, all for a person and read and write for others",
    )

    @property
    def actor(self) -> Actor:
        """The caller."""
        usual = {"admin"} if self.kind is ActorKind.PERSON else {"read", "write"}
        return Actor(kind=self.kind, name=self.name, scopes=frozenset(usual) if self.scopes is None else self.scopes)


class Question(Input):
    """A call to be judged, without being made."""

    operation: str
    input: dict[str, Any] | None = Field(default=None, description="Its input, if what it is about matters")
    target: str | None = Field(
        default=None, max_length=500, description="What it is about, e.g. a container; read from the input if left out"
    )
    actor: Pretended = Pretended()
    mode: Mode | None = Field(default=None, description="Judge it in this mode instead of the one in force")
    at: AwareDatetime | None = Field(default=None, description="Judge it at this time instead of now")
    confirm: str | None = Field(default=None, description="What a person would confirm it with")


class Answer(Output):
    """What policy says to the call."""

    operation: str
    subject: str | None
    verdict: Verdict
    rule: str
    reason: str
    lapse_h: float | None = Field(description="Hours until an unanswered question lapses")
    default: str | None = Field(description="What applies when it lapses: yes or no")


class Document(Input):
    """The rules as YAML."""

    text: str = Field(max_length=1 << 20, description="policy.yaml: a list of rules under `rules`")


class Replacement(Document):
    """Rules as YAML, to be put in force."""

    replaces: str | None = Field(
        default=None, max_length=64, description="The fingerprint of the text it replaces; refused if another stands"
    )


class Understood(Output):
    """What a text would put in force."""

    rules: list[ShownRule]
    remarks: list[str] = Field(description="Rules that fit nothing, are never reached, or that a floor overrules")


class InForce(Output):
    """What was put in force."""

    rules: int


@operation("policy.show", effect=Effect.READ, path="GET /policy", tool=True)
def show(ctx: Context) -> Rules:
    """Show every rule in force: the floors, your own, and those built in."""
    policy, state = ctx.services.policy, ctx.services.policy.mode()
    text = standing(ctx)
    return Rules(
        mode=state.mode, until=state.until, floors=floor_rules(), rules=written_rules(policy.rules()),
        built_in=built_in_rules(), text=policy.text(), problem=policy.problem, standing=text,
        fingerprint=None if text is None else fingerprint(text),
    )  # fmt: skip


def standing(ctx: Context) -> str | None:
    """policy.yaml as it stands; ``None`` when it cannot be read as text."""
    try:
        return ctx.services.policy.standing()
    except (OSError, UnicodeDecodeError):
        return None


@operation("policy.check", effect=Effect.READ, path="POST /policy/check", queueable=False)
def check(ctx: Context, input: Question) -> Answer:
    """Ask what policy would say to a call, without making it."""
    verb = ctx.services.registry.operation(input.operation)
    subject = input.target
    if subject is None and input.input is not None:
        subject = subject_of(verb, ctx.services.gate.parse(verb, input.input))
    decision = ctx.services.policy.check(
        verb, subject, input.actor.actor, confirm=input.confirm, mode=input.mode, at=input.at
    )
    return answer(verb.name, subject, decision)


def answer(operation: str, subject: str | None, decision: Decision) -> Answer:
    """A decision as it is shown."""
    asks = decision.verdict is Verdict.ASK
    return Answer(
        operation=operation, subject=subject, verdict=decision.verdict, rule=decision.rule, reason=decision.reason,
        lapse_h=decision.lapse.total_seconds() / 3600 if asks else None,
        default=("yes" if decision.default_yes else "no") if asks else None,
    )  # fmt: skip


@operation("policy.validate", effect=Effect.READ, path="POST /policy/validate", queueable=False)
def validate(ctx: Context, input: Document) -> Understood:
    """Read rules without putting them in force: how they are understood, and what is odd about them."""
    rules = ctx.services.policy.read(input.text)
    return Understood(rules=written_rules(rules), remarks=remarks(rules, ctx.services.registry.operations()))


@operation("policy.set", effect=Effect.WRITE, path="PUT /policy", scope="admin", floor="edits policy")
def set_(ctx: Context, input: Replacement) -> InForce:
    """Put other rules in force in place of your own; floors and built-in rules stay as they are."""
    now = standing(ctx)
    if input.replaces and now is not None and input.replaces != fingerprint(now):
        raise Conflict(
            "policy.yaml was changed meanwhile.", fix="Open it again, put your changes into it, and save that."
        )
    with ctx.begin() as connection:
        ctx.services.policy.write(connection, input.text, ctx.actor, cause=ctx.cause)
    return InForce(rules=len(ctx.services.policy.rules()))
