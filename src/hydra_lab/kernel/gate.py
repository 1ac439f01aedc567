"""The gate: every call, from any surface or from the queue, passes policy, then the journal, then its handler."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from hydra_lab.kernel.context import Context, Run
from hydra_lab.kernel.errors import Denied, describe
from hydra_lab.kernel.inputs.alike import may_spell, unlike
from hydra_lab.kernel.inputs.carried import carried, carries
from hydra_lab.kernel.inputs.problems import Problems, problems_of, unreadable, unstorable
from hydra_lab.kernel.operation import Effect, Input, Operation, subject_of
from hydra_lab.kernel.policy.model import Actor, Decision, Verdict
from hydra_lab.kernel.secrets.sealed import SEALED, refuse_sealed
from hydra_lab.kernel.secrets.spotting import veiled

if TYPE_CHECKING:
    from hydra_lab.kernel.services import Services


@dataclass(frozen=True, kw_only=True)
class Queued:
    """Instead of an output: the work item a call became."""

    item: Any


class Gate:
    """``call`` is the one way in. Reads leave no journal entry; everything else does, refused or not."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def parse(self, operation: Operation, input: dict[str, Any], *, exact: bool = False) -> Input:
        """The typed input, what is sealed in it opened. Raises ``Invalid`` that lists every wrong field at once.

        ``exact`` is for inputs that came as JSON: a text that spells a number is none.
        """
        parsed, problems = self._read(operation, input, exact)
        if problems or (exact and carries(operation.input) and may_spell(input)):
            problems += self._wrong_work(operation, input, exact)
        if problems or parsed is None:
            raise unreadable(operation, problems)
        return parsed

    def _read(self, operation: Operation, input: dict[str, Any], exact: bool) -> tuple[Input | None, Problems]:
        """An input as its model sees it, or what is wrong with it."""
        given = self._services.sealing.open(input)
        try:
            parsed = operation.input.model_validate(given)
        except ValidationError as error:
            return None, [*problems_of(error, operation.input), *unstorable(input)]
        return parsed, [*unstorable(dict(parsed)), *unlike(given, parsed, exact=exact)]

    def _wrong_work(self, operation: Operation, input: dict[str, Any], exact: bool) -> Problems:
        """What is wrong with the operations and inputs of work that an input carries."""
        found: Problems = []
        for where, name, given in carried(operation.input, input):
            verb = self._services.registry.verbs.get(name) if isinstance(name, str) else None
            if verb is None or not verb.queueable:
                if isinstance(name, str):
                    said = "answers at once and cannot be queued" if verb else "is no operation of this Hydra"
                    found.append({"field": f"{where}operation", "problem": said})
            elif isinstance(given, dict) and SEALED not in given:
                _, wrong = self._read(verb, given, exact)
                found += [{**one, "field": f"{where}input.{one['field']}"} for one in wrong]
        return found

    def decide(self, operation: Operation, parsed: Input, actor: Actor, confirm: str | None = None) -> Decision:
        """What policy says to this call, now."""
        return self._services.policy.decide(operation, parsed, actor, confirm=confirm)

    def call(
        self,
        name: str,
        input: dict[str, Any],
        *,
        actor: Actor,
        cause: int | None = None,
        confirm: str | None = None,
    ) -> Any:
        """Call an operation at once and return its output; a durable one is queued and its ``Item`` returned.

        A call that policy wants asked becomes an item with an ``approval`` hold, returned likewise. Raises ``Denied``
        (policy said no), ``Invalid``, ``NotFound`` and whatever the handler raises.
        """
        answer = self.enter(name, input, actor=actor, cause=cause, confirm=confirm)
        return answer.item if isinstance(answer, Queued) else answer

    def enter(
        self,
        name: str,
        input: dict[str, Any],
        *,
        actor: Actor,
        cause: int | None = None,
        confirm: str | None = None,
        exact: bool = False,
    ) -> Any:
        """Like ``call``, but a call that became work is told apart: it returns ``Queued``.

        ``exact`` as for ``parse``.
        """
        refuse_sealed(input)
        operation = self._services.registry.operation(name)
        parsed = self.parse(operation, input, exact=exact)
        decision = self.decide(operation, parsed, actor, confirm)
        if decision.verdict is Verdict.DENY:
            raise self.refused(operation, parsed, actor, decision, cause)
        if operation.durable or decision.verdict is Verdict.ASK:
            if not operation.queueable:
                raise self.refused(operation, parsed, actor, decision, cause)
            item = self._services.work.add(
                actor=actor,
                operation=name,
                input=input,
                cause=cause,
                # A wrong confirmation is none: the queue judges the item again and must not take it for a yes.
                confirmed=confirm is not None and decision.verdict is Verdict.ALLOW,
            )
            return Queued(item=item)
        return self.run(operation, parsed, actor=actor, cause=cause)

    def open(self, operation: Operation, parsed: Input, actor: Actor) -> Context:
        """Pass the gate for a stream or a raw endpoint; returns the context its handler gets.

        Raises ``Denied``. What is not a read is journalled as called.
        """
        decision = self.decide(operation, parsed, actor)
        if decision.verdict is Verdict.DENY:
            raise self.refused(operation, parsed, actor, decision, None)
        if decision.verdict is Verdict.ASK:
            raise self.refused(operation, parsed, actor, decision, None)
        context = Context(services=self._services, actor=actor)
        if operation.effect is not Effect.READ:
            context = replace(context, cause=self.note("operations.called", operation, parsed, actor, None, None, {}))
        return context

    def open_at_once(self, operation: Operation, parsed: Input, actor: Actor) -> Context | None:
        """Like ``open``, without a look at the database: what it lets through may be called on the event loop.

        ``None`` where more is needed than policy's plain yes to a reading call; then ``open`` has to be asked.
        """
        if operation.effect is not Effect.READ or operation.needs or not self._services.policy.is_at_hand:
            return None
        if self.decide(operation, parsed, actor).verdict is not Verdict.ALLOW:
            return None
        return Context(services=self._services, actor=actor)

    def run(
        self,
        operation: Operation,
        parsed: Input,
        *,
        actor: Actor,
        cause: int | None = None,
        run: Run | None = None,
    ) -> Any:
        """Journal the intent, run the handler, journal the outcome. Policy has spoken before."""
        context = Context(services=self._services, actor=actor, cause=cause, run=run)
        if operation.effect is Effect.READ:
            return self.handled(operation, context, parsed)
        item = run.item_id if run else None
        if run is None:
            context = replace(context, cause=self.note("operations.called", operation, parsed, actor, cause, item, {}))
        try:
            output = self.handled(operation, context, parsed)
        except Exception as error:
            if run is None:
                self.note(
                    "operations.failed", operation, parsed, actor, context.cause, item, {"error": describe(error)}
                )
            raise
        if run is None:
            self.note("operations.done", operation, parsed, actor, context.cause, item, {})
        return output

    def handled(self, operation: Operation, context: Context, parsed: Input) -> Any:
        """The handler's output; needs are looked at first, so that a missing credential is named as such."""
        self._services.integrations.require(operation.needs)
        return operation.handler(context, parsed)

    def refused(
        self, operation: Operation, parsed: Input, actor: Actor, decision: Decision, cause: int | None
    ) -> Denied:
        """Journal that a call may not be, or not without a person, and return the error to raise.

        A call that policy wants asked comes here when it answers at once: it cannot wait for approval as work can.
        """
        self.note("policy.denied", operation, parsed, actor, cause, None, {"rule": decision.rule})
        if decision.verdict is Verdict.ASK:
            said, fix = (
                "is for a person to call",
                "It answers at once and cannot wait for approval; have a person call it.",
            )
        else:
            said, fix = "is not allowed", "`hydra policy show` lists the rules; an owner may change policy.yaml."
        return Denied(f"{operation.name} {said}: {decision.reason}", rule=decision.rule, fix=fix)

    def note(
        self,
        event: str,
        operation: Operation,
        parsed: Input,
        actor: Actor,
        cause: int | None,
        item: str | None,
        data: dict[str, Any],
    ) -> int:
        """One journal entry about a call, in a transaction of its own."""
        subject = subject_of(operation, parsed)
        with self._services.database.begin() as connection:
            return self._services.journal.write(
                connection, event, actor=actor, cause=cause, item=item,
                subject=veiled(subject) if subject else subject, data={"operation": operation.name, **data},
            )  # fmt: skip
