"""Trying: what would happen if people were elsewhere, without anything happening."""

from datetime import timedelta

from pydantic import Field

from hydra_lab.areas.presence import store
from hydra_lab.areas.presence.deciding import known
from hydra_lab.areas.presence.eco import applying, lanes
from hydra_lab.areas.presence.judging import Known, Verdict, judge
from hydra_lab.areas.presence.model import Mode, Plan, Seen
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Input, Output


class ToTry(Input):
    """What to assume. What is not named is as it is now."""

    seen: dict[str, str | None] = Field(
        default_factory=dict, max_length=100,
        description="Where people and switches would be, by their ids: person.owner = not_home; empty is unknown",
    )  # fmt: skip
    for_minutes: float = Field(default=60, ge=0, le=10_080, description="For how long that would have been so")
    state: Mode | None = Field(default=None, description="This state, whatever the rules say")


class WouldSet(Output):
    """What a card's limit would become."""

    node: str
    uuid: str
    name: str
    now_w: float | None
    would_w: float | None = Field(description="Empty where it would be left alone")
    why: str


class Tried(Output):
    """What would happen. Nothing has."""

    state: Mode | None = Field(description="The state it would be")
    why: str
    changes: bool = Field(description="Whether that is another one than now")
    verdict: Verdict
    cards: list[WouldSet]
    unreached: dict[str, str] = Field(description="Nodes whose cards nobody knows now, and why")
    lanes_would_close: list[str]
    waits_for: list[str] = Field(description="Work that would be waited for")


def tried(ctx: Context, wanted: ToTry) -> Tried:
    """Judge the rules by what is assumed, and look at what the state would change."""
    with ctx.read() as connection:
        now_known = known(ctx, connection, ctx.clock.now())
        rules, plan, standing = store.rules(connection), store.plan(connection), store.standing(connection)
    said = judge(rules.rules, assumed(now_known, wanted))
    override = standing.override
    state: Mode | None
    if wanted.state:
        state, why = wanted.state, "It was asked for."
    elif override and not wanted.seen:
        state, why = override.state, f"{override.by} decided it."
    else:
        state, why = said.state, said.why
    after = state or standing.state
    wishes, failed = applying.survey(ctx, plan, after)
    changing = any(one.changes for one in wishes)
    return Tried(
        state=state, why=why, changes=state is not None and state != standing.state, verdict=said,
        cards=[
            WouldSet(
                node=one.card.node, uuid=one.card.uuid, name=one.card.name, now_w=one.card.power_limit_w,
                would_w=one.wanted_w, why=one.why,
            )
            for one in wishes
        ],
        unreached={node: error.detail for node, error in failed.items()},
        lanes_would_close=would_close(ctx, plan, after),
        waits_for=[f"{one.title} ({one.lane})" for one in lanes.busy(ctx, plan)] if changing else [],
    )  # fmt: skip


def assumed(now: Known, wanted: ToTry) -> Known:
    """What is known, with what is assumed in place of it."""
    since = now.now - timedelta(minutes=wanted.for_minutes)
    seen = [
        one.model_copy(update={"value": wanted.seen[one.id], "since": since}) if one.id in wanted.seen else one
        for one in now.seen
    ]
    there = {one.id for one in now.seen}
    seen += [
        Seen(source="assumed", id=id, name=id.partition(".")[2] or id, value=value, last=value, since=since)
        for id, value in wanted.seen.items()
        if id not in there
    ]
    return Known(
        seen=seen, complete=now.complete or bool(wanted.seen), now=now.now, zone=now.zone, overnight=now.overnight
    )


def would_close(ctx: Context, plan: Plan, state: Mode | None) -> list[str]:
    """The lanes that would be closed and are open now."""
    if plan.profile(state).heavy_lanes == "open":
        return []
    already = lanes.paused(ctx)
    return [lane for lane in lanes.heavy_lanes(ctx, plan) if lane not in already]
