"""See which state presence is in and why, set it for a while, try what would happen, look back."""

from datetime import timedelta

from pydantic import AwareDatetime, Field

from hydra_lab.areas.presence import store
from hydra_lab.areas.presence.deciding import begin, verdict
from hydra_lab.areas.presence.eco import lanes
from hydra_lab.areas.presence.eco import store as eco
from hydra_lab.areas.presence.judging import Verdict
from hydra_lab.areas.presence.model import Change, Mode, Override, Plan, Seen, Source, Standing
from hydra_lab.areas.presence.trying import ToTry, Tried, tried
from hydra_lab.kernel.capabilities import PresenceSource
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Unavailable
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation
from hydra_lab.kernel.until import end_of


class KnownCard(Output):
    """A card whose limit Hydra has lowered, or could not set."""

    uuid: str
    before_w: float | None = Field(description="What it is put back to")
    set_w: float | None
    trouble: str | None


class Status(Standing):
    """The state presence is in, and all that it follows from."""

    verdict: Verdict = Field(description="What the rules say now; an override stands above them")
    sources: list[Source]
    seen: list[Seen]
    plan: Plan
    cards: list[KnownCard]
    lanes_closed: list[str]
    last: Change | None


class ToSet(Input):
    """Which state, until when and why."""

    state: Mode
    until: str | None = Field(
        default=None, max_length=80, examples=["for 2 hours"],
        description="When rules decide again: for 2 hours, 18:00, tomorrow 07:00; until somebody says so if left out",
    )  # fmt: skip
    reason: str | None = Field(default=None, max_length=500)


class Wanted(Input):
    """Which part of the past."""

    limit: int = Field(default=50, ge=1, le=500)
    before: AwareDatetime | None = None


class History(Output):
    """Changes, newest first."""

    changes: list[Change]


class Watched(Output):
    """Who is followed, and what that comes to."""

    sources: list[str]
    followed: int
    unknown: list[str] = Field(description="What nobody knows now")
    state: Mode | None
    why: str


@operation("presence.status", effect=Effect.READ, path="GET /presence/status", tool=True)
def status(ctx: Context) -> Status:
    """Show which state presence is in and why, who is where, what the rules say, and what it changed."""
    now = ctx.clock.now()
    with ctx.read() as connection:
        standing = store.standing(connection)
        kept = eco.kept_cards(connection)
        cards = [
            KnownCard(uuid=uuid, before_w=one.before_w, set_w=one.set_w, trouble=one.trouble)
            for uuid, one in kept.items()
            if one.before_w is not None or one.trouble
        ]
        return Status(
            **dict(standing), verdict=verdict(ctx, connection, now), sources=store.all_sources(connection, now),
            seen=store.all_seen(connection, now), plan=store.plan(connection), cards=cards,
            lanes_closed=lanes.mine(ctx), last=store.change(connection, standing.change),
        )  # fmt: skip


@operation("presence.set", effect=Effect.WRITE, path="POST /presence/set", subject="state")
def set_(ctx: Context, input: ToSet) -> Status:
    """Say which state it is, above all rules, for a while or until somebody says otherwise."""
    now, by = ctx.clock.now(), f"{ctx.actor.kind.value}:{ctx.actor.name}"
    until = end_of(input.until, now, ctx.services.settings.current.zone) if input.until else None
    override = Override(state=input.state, until=until, by=by, reason=input.reason)
    with ctx.begin() as connection:
        standing = store.standing(connection).model_copy(update={"override": override})
        store.put_standing(connection, standing)
        data = {"until": until.isoformat() if until else None, "reason": input.reason}
        ctx.emit(connection, "presence.overridden", subject=input.state, data=data)
        if standing.state != input.state:
            why = input.reason or "Somebody said so."
            begin(ctx, connection, standing, input.state, by, why, ctx.actor)
    return status(ctx)


@operation("presence.auto", effect=Effect.WRITE, path="POST /presence/auto")
def auto(ctx: Context) -> Status:
    """Let the rules decide again."""
    with ctx.begin() as connection:
        standing = store.standing(connection)
        if standing.override is None:
            raise Conflict("The rules decide already.", fix="`hydra presence status` shows what they say.")
        store.put_standing(connection, standing.model_copy(update={"override": None}))
        ctx.emit(connection, "presence.override_ended", subject=standing.state)
    return status(ctx)


@operation("presence.test", effect=Effect.READ, path="POST /presence/test")
def test(ctx: Context, input: ToTry) -> Tried:
    """Show what would happen if people were elsewhere, or in another state; changes nothing."""
    return tried(ctx, input)


@operation("presence.history", effect=Effect.READ, path="GET /presence/history")
def history(ctx: Context, input: Wanted) -> History:
    """Show the states there were, why each began, and what became of every card."""
    with ctx.read() as connection:
        return History(changes=store.history(connection, input.limit, input.before))


@operation("presence.watch", effect=Effect.WRITE, path="POST /presence/watch", needs=("presence_source",),
           durable=Durable(attempts=3, timeout=timedelta(minutes=10)))  # fmt: skip
def watch(ctx: Context) -> Watched:
    """See that every source of presence is followed and tells something, and what the rules make of it."""
    return ctx.step("look", look, ctx)


def look(ctx: Context) -> Watched:
    """Everything as it is now. Raises ``Unavailable`` while a source is not heard from."""
    now = ctx.clock.now()
    wanted = set(ctx.services.integrations.capabilities(PresenceSource))
    with ctx.read() as connection:
        sources = {one.name: one for one in store.all_sources(connection, now)}
        seen = store.all_seen(connection, now)
        said = verdict(ctx, connection, now)
    silent = sorted(name for name in wanted if name not in sources or not sources[name].fresh)
    if silent:
        one = sources.get(silent[0])
        detail = one.detail if one and one.detail else f"{silent[0]} has not told anything yet."
        raise Unavailable(detail, fix=f"See /ui/integrations/{silent[0]}.")
    unknown = [one.id for one in seen if one.value is None]
    return Watched(sources=sorted(wanted), followed=len(seen), unknown=unknown, state=said.state, why=said.why)
