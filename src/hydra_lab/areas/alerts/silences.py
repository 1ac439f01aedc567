"""Silences: make, foresee, show, change, extend and end them, and have them come back by themselves."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator, Field, StringConstraints, field_validator, model_validator

from hydra_lab.areas.alerts import asking
from hydra_lab.areas.alerts.model import AlertView, SilenceView, as_text, parsed, silence_view, view, written
from hydra_lab.areas.alerts.operations import Source
from hydra_lab.kernel.capabilities import AlertHistory, AlertSource, Matcher, NewSilence, Silence, Silencer
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, HydraError, Invalid, NotConfigured
from hydra_lab.kernel.integrations.soon import soon_from
from hydra_lab.kernel.operation import Effect, Input, Output, operation

NEEDS, HISTORY = ("silencer",), "alert_history"
LONGEST_MIN = 60 * 24 * 365
Condition = Annotated[str, BeforeValidator(as_text), Field(max_length=4000)]
Matchers = Annotated[
    list[Condition],
    Field(
        min_length=1, max_length=50,
        description='Conditions on labels, all of which must hold: `alertname="DiskFull"`, `node=~"atlas|boreas"`, '
        '`severity!="info"`; a pattern (RE2) must fit the whole value',
    ),
]  # fmt: skip
Owner = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Field(description="Who answers for it")
]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    Field(description="Why nobody is to be told"),
]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_MIN, description="How long it lasts, in minutes")]


class Matching(Input):
    """Which alerts."""

    matchers: Matchers

    @field_validator("matchers")
    @classmethod
    def readable(cls, given: list[str]) -> list[str]:
        """Each is a condition."""
        return [written(one) for one in conditions(given)]


class WantedSilence(Matching):
    """A silence."""

    owner: Owner
    reason: Reason
    minutes: Minutes | None = Field(default=None, description="How long it lasts; or say when it ends")
    ends_at: AwareDatetime | None = Field(default=None, description="When it ends, instead of minutes")
    starts_at: AwareDatetime | None = Field(default=None, description="Default: now")

    @model_validator(mode="after")
    def ends(self) -> "WantedSilence":
        """It has one end."""
        if (self.minutes is None) == (self.ends_at is None):
            raise ValueError("say either for how many minutes or when it ends")
        return self

    def silence(self, now: datetime) -> NewSilence:
        """What is to be kept."""
        starts_at = self.starts_at or now
        ends_at = self.ends_at or starts_at + timedelta(minutes=self.minutes or 0)
        return checked(
            NewSilence(
                matchers=tuple(conditions(self.matchers)), starts_at=starts_at, ends_at=ends_at, owner=self.owner,
                reason=self.reason,
            ),
            now,
        )  # fmt: skip


class SilenceId(Input):
    """One silence."""

    id: str = Field(max_length=64)


class ChangedSilence(SilenceId):
    """What of a silence is to be otherwise; what is left out stays."""

    matchers: Matchers | None = None
    owner: Owner | None = None
    reason: Reason | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None


class Extended(SilenceId):
    """How much longer."""

    minutes: Minutes


class Foreseen(Matching):
    """Which alerts, and how far back to look."""

    days: int = Field(default=7, ge=0, le=30, description="Days back in which to look for alerts")


class Silences(Source):
    """Silences, those that end last first; expired ones at the end."""

    silences: list[SilenceView] | None = Field(description="Unknown while the source has never answered")


class Past(Output):
    """An alert of the past days that would have been muted."""

    name: str
    labels: dict[str, str]
    first_at: AwareDatetime
    last_at: AwareDatetime


class Preview(Output):
    """What a silence would mute."""

    matchers: list[str]
    now: list[AlertView] = Field(description="Of the alerts that fire now")
    firing: int = Field(description="How many alerts fire now in all")
    past: list[Past] | None = Field(description="Of those of the past days; unknown where nothing keeps them")
    past_problem: str | None
    days: int


def conditions(given: list[str]) -> list[Matcher]:
    """Matchers from text. Raises ``Invalid``, in a validator as well."""
    try:
        return [parsed(one) for one in given]
    except Invalid as error:
        raise ValueError(f"{error.detail} {error.fix}") from error


def checked(one: NewSilence, now: datetime) -> NewSilence:
    """A silence that ends after it begins, and not before now. Raises ``Invalid``."""
    if one.ends_at <= max(one.starts_at, now):
        problem = [{"field": "ends_at", "problem": "is not after its beginning and now"}]
        raise Invalid("The silence would be over before it begins.", problems=problem, fix="Give it a later end.")
    return one


def kept(ctx: Context, event: str, wanted: NewSilence, id: str | None = None) -> SilenceView:
    """Keep a silence, journal it and show it."""
    silencer = ctx.capability(Silencer)
    now_id = silencer.put(wanted, id=id)
    there = silence_view(silencer.silence(now_id))
    data = there.model_dump(mode="json", exclude={"mutes"}) | ({"replaces": id} if id and id != now_id else {})
    with ctx.begin() as connection:
        ctx.emit(connection, event, subject=now_id, data=data)
    return there


@operation("alerts.silences", effect=Effect.READ, path="GET /alerts/silences")
def silences(ctx: Context) -> Silences:
    """Show every silence, wherever it was made, and how many alerts each keeps quiet now."""
    return shown(asking.known(ctx))


def shown(known: asking.Known) -> Silences:
    """What is known of silences."""
    answer = known.answer
    found = answer and sorted(answer.silences, key=lambda one: (one.state != "expired", one.ends_at), reverse=True)
    return Silences(
        silences=None if answer is None else [silence_view(one, answer.alerts) for one in found or ()],
        source=known.source, asked_at=known.asked_at, problem=known.problem,
    )  # fmt: skip


@operation("alerts.silence", effect=Effect.WRITE, path="POST /alerts/silences", subject="reason", needs=NEEDS,
           status=201)  # fmt: skip
def silence(ctx: Context, input: WantedSilence) -> SilenceView:
    """Keep people from being told of some alerts for a while.

    The same silence made again, as after an answer that was lost, is that one, until the later of the two ends.
    """
    wanted = input.silence(ctx.clock.now())
    there = same(ctx, wanted)
    if there and there.ends_at >= wanted.ends_at:
        return silence_view(there)
    return kept(ctx, "alerts.silenced", wanted, there.id if there else None)


def same(ctx: Context, wanted: NewSilence) -> Silence | None:
    """A silence in force for the same alerts, owner and reason: a call whose answer was lost may have made it."""
    if wanted.starts_at > ctx.clock.now():
        return None
    asked = (wanted.matchers, wanted.owner, wanted.reason)
    found = (one for one in ctx.capability(Silencer).silences() if one.state == "active")
    return next((one for one in found if (one.matchers, one.owner, one.reason) == asked), None)


@operation("alerts.preview", effect=Effect.READ, path="POST /alerts/silences/preview", needs=NEEDS)
def preview(ctx: Context, input: Foreseen) -> Preview:
    """Show which alerts a silence would mute: of those that fire now, and of those of the past days."""
    matchers, now = conditions(input.matchers), ctx.clock.now()
    source = ctx.capability(AlertSource)
    past, problem = fired_before(ctx, matchers, now, input.days)
    return Preview(
        matchers=input.matchers, now=[view(one, (), now) for one in source.alerts(matchers)],
        firing=len(source.alerts()), past=past, past_problem=problem, days=input.days,
    )  # fmt: skip


def fired_before(
    ctx: Context, matchers: list[Matcher], now: datetime, days: int
) -> tuple[list[Past] | None, str | None]:
    """The alerts of the past days that fit, or why they are unknown."""
    try:
        history = ctx.capability(AlertHistory)
        found = soon_from(ctx, HISTORY, lambda: history.fired(matchers, start=now - timedelta(days=days), end=now))
    except NotConfigured as error:
        return None, f"{error.detail} {error.fix}"
    except Invalid:
        raise
    except HydraError as error:
        return None, error.detail
    return [
        Past(name=one.labels.get("alertname", "?"), labels=one.labels, first_at=one.first_at, last_at=one.last_at)
        for one in found
    ], None


@operation("alerts.show_silence", effect=Effect.READ, path="GET /alerts/silences/{id}", needs=NEEDS)
def show_silence(ctx: Context, input: SilenceId) -> SilenceView:
    """Show a silence, also one that is over while it is kept."""
    return silence_view(ctx.capability(Silencer).silence(input.id))


@operation("alerts.change_silence", effect=Effect.WRITE, path="PUT /alerts/silences/{id}", subject="id", needs=NEEDS)
def change_silence(ctx: Context, input: ChangedSilence) -> SilenceView:
    """Change a silence. One that fits other alerts from now on gets another id; the first one ends."""
    there = ctx.capability(Silencer).silence(input.id)
    if there.state == "expired":
        raise Conflict("This silence is over.", fix="Make a new one.")
    wanted = NewSilence(
        matchers=tuple(conditions(input.matchers)) if input.matchers else there.matchers,
        starts_at=input.starts_at or there.starts_at, ends_at=input.ends_at or there.ends_at,
        owner=input.owner or there.owner, reason=input.reason or there.reason,
    )  # fmt: skip
    return kept(ctx, "alerts.silence_changed", checked(wanted, ctx.clock.now()), input.id)


@operation("alerts.extend_silence", effect=Effect.WRITE, path="POST /alerts/silences/{id}/extend", subject="id",
           needs=NEEDS)  # fmt: skip
def extend_silence(ctx: Context, input: Extended) -> SilenceView:
    """Have a silence end later."""
    there = ctx.capability(Silencer).silence(input.id)
    values: dict[str, Any] = {"id": input.id, "ends_at": there.ends_at + timedelta(minutes=input.minutes)}
    return change_silence(ctx, ChangedSilence(**values))


@operation("alerts.end_silence", effect=Effect.WRITE, path="DELETE /alerts/silences/{id}", subject="id", needs=NEEDS)
def end_silence(ctx: Context, input: SilenceId) -> SilenceView:
    """End a silence now."""
    silencer = ctx.capability(Silencer)
    silencer.expire(input.id)
    ended = silence_view(silencer.silence(input.id))
    with ctx.begin() as connection:
        ctx.emit(connection, "alerts.silence_ended", subject=input.id, data={"reason": ended.reason})
    return ended
