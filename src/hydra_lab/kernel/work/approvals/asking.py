"""Asking a person with a preview: what they said yes to is just what they were shown."""

from dataclasses import replace

from hydra_lab.kernel.errors import ApprovalNeeded, Denied, NotFound
from hydra_lab.kernel.policy.model import Verdict
from hydra_lab.kernel.policy.preview import Preview
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work import store
from hydra_lab.kernel.work.add import hash_of
from hydra_lab.kernel.work.approvals import store as approvals

DANGER = "built-in:danger"


def ask(services: Services, item: str, preview: Preview, floor: str | None) -> None:
    """Return when policy allows what is shown, or a person said yes to it. Raises ``ApprovalNeeded`` or ``Denied``.

    Whoever confirmed the call did so before they saw what it shows: that is no yes to it.
    """
    with services.database.read() as connection:
        row = store.row_of(connection, item)
        if row is None:
            raise NotFound(f"There is no work item {item}.", fix="Queue it again.")
        digest = hash_of(row.operation, row.input)
        if approvals.granted(connection, item, row.operation, digest, preview.digest):
            return
    verb = services.registry.operation(row.operation)
    parsed = services.gate.parse(verb, row.input)
    decision = services.policy.decide(verb, parsed, store.actor_of(row.actor), floor=floor)
    if decision.rule == DANGER:
        decision = replace(decision, reason="this is dangerous: a person sees what it would do before it does it")
    match decision.verdict:
        case Verdict.ALLOW:
            return
        case Verdict.DENY:
            raise Denied(
                f"Policy says no: {decision.reason}", rule=decision.rule, fix="`hydra policy show` lists the rules."
            )
        case Verdict.ASK:
            raise ApprovalNeeded(
                decision.reason, rule=decision.rule, decision=decision, preview=preview,
                fix="Look at what it shows in the inbox, then approve or reject it.",
            )  # fmt: skip
