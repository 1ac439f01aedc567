"""Changing the rules that lead to states, and the plan of what each state changes."""

from pydantic import Field

from hydra_lab.areas.presence import store
from hydra_lab.areas.presence.deciding import apply_again
from hydra_lab.areas.presence.model import Mode, Plan, Profile, Rule, Rules
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Invalid, NotFound
from hydra_lab.kernel.operation import Effect, Input, operation
from hydra_lab.kernel.work.window import parse_window


class RuleId(Input):
    """Which rule."""

    id: str


class ToSetProfile(Profile):
    """What a state is to change."""

    state: Mode = Field(description="Which state")


@operation("presence.rules", effect=Effect.READ, path="GET /presence/rules")
def rules(ctx: Context) -> Rules:
    """Show the rules that lead to states, the first that decides at the top."""
    with ctx.read() as connection:
        found = store.rules(connection).rules
    return Rules(rules=sorted(found, key=lambda rule: (-rule.priority, rule.id)))


@operation("presence.set_rules", effect=Effect.WRITE, path="PUT /presence/rules", scope="admin", queueable=False)
def set_rules(ctx: Context, input: Rules) -> Rules:
    """Put other rules in place of all there are."""
    return keep(ctx, input)


@operation("presence.set_rule", effect=Effect.WRITE, path="PUT /presence/rules/{id}", subject="id", scope="admin",
           queueable=False)  # fmt: skip
def set_rule(ctx: Context, input: Rule) -> Rules:
    """Add a rule, or change the one of that name."""
    return keep(ctx, Rules(rules=[*(one for one in rules(ctx).rules if one.id != input.id), input]))


@operation("presence.remove_rule", effect=Effect.WRITE, path="DELETE /presence/rules/{id}", subject="id",
           scope="admin", queueable=False)  # fmt: skip
def remove_rule(ctx: Context, input: RuleId) -> Rules:
    """Take a rule away."""
    before = rules(ctx).rules
    left = [one for one in before if one.id != input.id]
    if len(left) == len(before):
        raise NotFound(f"There is no rule {input.id}.", fix="`hydra presence rules` shows them.")
    return keep(ctx, Rules(rules=left))


def keep(ctx: Context, wanted: Rules) -> Rules:
    """Keep all rules. Raises ``Invalid`` for a window that is none."""
    for rule in wanted.rules:
        if rule.hours:
            try:
                parse_window(rule.hours, ctx.services.settings.current.overnight)
            except Invalid as error:
                problem = {"field": "hours", "problem": "not a time window"}
                raise Invalid(f"{rule.id}: {error.detail}", problems=[problem], fix=error.fix) from error
    with ctx.begin() as connection:
        store.put_document(connection, "rules", wanted.model_dump(mode="json"))
        ctx.emit(connection, "presence.rules_set", data={"rules": [one.id for one in wanted.rules]})
    return rules(ctx)


@operation("presence.set_plan", effect=Effect.WRITE, path="PUT /presence/plan", scope="admin", queueable=False)
def set_plan(ctx: Context, input: Plan) -> Plan:
    """Say what each state changes of cards and lanes, or turn eco mode off; it is applied at once."""
    with ctx.begin() as connection:
        store.put_document(connection, "plan", input.model_dump(mode="json"))
        cause = ctx.emit(connection, "presence.plan_set", data={"eco": input.eco})
        if store.standing(connection).state is not None:
            apply_again(ctx, connection, "the plan was changed", f"presence:plan:{cause}")
    return input


@operation("presence.set_profile", effect=Effect.WRITE, path="PUT /presence/plan/{state}", subject="state",
           scope="admin", queueable=False)  # fmt: skip
def set_profile(ctx: Context, input: ToSetProfile) -> Plan:
    """Say what one state changes; if presence is in it, it is applied at once."""
    with ctx.read() as connection:
        plan = store.plan(connection)
    profile = Profile(**input.model_dump(exclude={"state"}))
    return set_plan(ctx, plan.model_copy(update={"profiles": {**plan.profiles, input.state: profile}}))
