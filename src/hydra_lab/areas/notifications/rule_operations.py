"""Show the rules that say what is told, set one, take one away, and have finished work announced in a channel."""

from datetime import timedelta

from pydantic import Field
from sqlalchemy import Connection

from hydra_lab.areas.notifications import channels, rules, store
from hydra_lab.areas.notifications.model import Rule
from hydra_lab.kernel.capabilities import Notice, Severity
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Durable, Effect, Input, Nothing, Output, operation
from hydra_lab.kernel.policy.match import Patterns

RESULTS = "results"  # the built-in rule for work whose result is worth a message of its own


class Rules(Output):
    """Every rule, in the order in which they are tried."""

    rules: list[rules.ListedRule]


class RuleId(Input):
    """Which rule."""

    id: str = Field(max_length=40, description="Its id")


class Switch(RuleId):
    """Which rule, and whether it tells anything."""

    enabled: bool = Field(description="False has it tell nothing, and leave what fits to the rules after it")


class Announce(Input):
    """Finished work of which operations is announced, and where."""

    channel: str = Field(description="Where to, e.g. discord", max_length=120)
    operations: tuple[str, ...] = Field(
        default=(), max_length=50, description="Patterns beside those for research, chapters and assets, e.g. images.*",
    )  # fmt: skip


class Announced(Output):
    """What is announced from now on; ``absent`` are kinds of work that this Hydra does not have yet."""

    summary: str
    channel: str
    rule: Rule
    announced: list[str]
    absent: list[str]


@operation("notifications.rules", effect=Effect.READ)
def show(ctx: Context, input: Nothing) -> Rules:
    """Show the rules that say which events are told where, in the order in which they are tried."""
    with ctx.read() as connection:
        return Rules(rules=rules.listed(connection))


@operation("notifications.set_rule", effect=Effect.WRITE, path="PUT /notifications/rules/{id}", subject="id")
def set_rule(ctx: Context, input: Rule) -> Rules:
    """Set a rule: a new one, or in place of the one of its id, also one that is built in."""
    with ctx.begin() as connection:
        keep(ctx, connection, input)
    return show(ctx, Nothing())


@operation("notifications.switch_rule", effect=Effect.WRITE, path="POST /notifications/rules/{id}/switch", subject="id")
def switch_rule(ctx: Context, input: Switch) -> Rules:
    """Turn a rule off, also one that is built in, or on again."""
    with ctx.begin() as connection:
        rule = rules.named(connection, input.id).model_copy(update={"enabled": input.enabled})
        keep(ctx, connection, rule)
        if rule == rules.built_in().get(rule.id):
            store.drop_rule(connection, rule.id)
    return show(ctx, Nothing())


@operation("notifications.remove_rule", effect=Effect.WRITE, path="DELETE /notifications/rules/{id}", subject="id")
def remove_rule(ctx: Context, input: RuleId) -> Rules:
    """Remove a rule that was set; one that is built in is as it was at first again."""
    with ctx.begin() as connection:
        if not store.drop_rule(connection, input.id):
            raise NotFound(
                f"No rule “{input.id}” was set here.", fix="To have a built-in rule take nothing, set enabled to false."
            )
        ctx.emit(connection, "notifications.rule_removed", subject=input.id)
    return show(ctx, Nothing())


@operation(
    "notifications.route", effect=Effect.WRITE, subject="channel",
    durable=Durable(attempts=5, timeout=timedelta(minutes=5)),
)  # fmt: skip
def route(ctx: Context, input: Announce) -> Announced:
    """Have finished work announced in a channel, and say so there: chapters, research, assets, scores, benchmarks."""
    one = channels.channel(ctx, input.channel)
    rule = ctx.transaction("set the rule", announce, ctx, one.name, input.operations)
    verbs = ctx.services.registry.verbs
    found = {pattern: any(Patterns([pattern]).fit(name) for name in verbs) for pattern in rule.operations}
    there, absent = ([name for name, is_there in found.items() if is_there is wanted] for wanted in (True, False))
    text = f"Work that is done is announced here from now on: {', '.join(rule.operations)}."
    if absent:
        text += f" Of these, this Hydra cannot do {', '.join(absent)} yet; they are announced once it can."
    notice = Notice(
        title="Finished work is announced here", text=text, severity=Severity.SUCCESS, id=(ctx.item_id or "")[-8:]
    )
    ctx.step("say so there", one.notifier.notify, notice)
    summary = f"Finished work is announced in {one.title}, which has taken the first message."
    return Announced(summary=summary, channel=one.name, rule=rule, announced=there, absent=absent)


def announce(connection: Connection, ctx: Context, channel: str, operations: tuple[str, ...]) -> Rule:
    """Have the rule for results take in a channel, and more operations where some are named."""
    rule = rules.named(connection, RESULTS)
    rule = rule.model_copy(update={
        "channels": tuple(dict.fromkeys((*rule.channels, channel))) if rule.channels else (),  # none means all
        "operations": tuple(dict.fromkeys((*rule.operations, *operations))), "enabled": True,
    })  # fmt: skip
    keep(ctx, connection, rule)
    return rule


def keep(ctx: Context, connection: Connection, rule: Rule) -> None:
    """Keep a rule, and journal that it was set."""
    store.put_rule(connection, rule.id, rule.model_dump(mode="json"), ctx.actor.name, ctx.clock.now())
    ctx.emit(connection, "notifications.rule_set", subject=rule.id, data={"title": rule.title, "enabled": rule.enabled})
