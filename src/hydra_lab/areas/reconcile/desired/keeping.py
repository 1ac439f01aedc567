"""Keeping revisions of the desired state, sealed for what is secret in them."""

import json

from sqlalchemy import Connection

from hydra_lab.areas.reconcile import store
from hydra_lab.areas.reconcile.desired.model import Desired
from hydra_lab.areas.reconcile.desired.showing import by_name, difference, digest
from hydra_lab.areas.reconcile.model import Revision
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Conflict, Invalid, NotFound


def last(ctx: Context) -> int:
    """The number of the revision in force; 0 before the first."""
    with ctx.read() as connection:
        return store.last_number(connection)


def desired_of(ctx: Context, number: int) -> Desired:
    """What a revision says; nothing is wanted by number 0. Raises ``NotFound``."""
    if number == 0:
        return Desired()
    with ctx.read() as connection:
        return opened(ctx, connection, number)


def opened(ctx: Context, connection: Connection, number: int) -> Desired:
    """What a revision says. Raises ``NotFound``."""
    found = store.revision(connection, number)
    if found is None:
        raise NotFound(f"There is no revision {number}.", fix="`hydra reconcile history` shows those there are.")
    return Desired.model_validate(json.loads(ctx.services.secrets.open(found[1])))


def kept(ctx: Context, wanted: Desired, note: str | None, replaces: int | None) -> tuple[Revision, bool]:
    """Keep it as the next revision, unless it says what the last one says; whether it is new. Raises ``Conflict``."""
    sealed = ctx.services.secrets.seal(json.dumps(by_name(wanted, secrets=True)))
    mark = digest(wanted)
    with ctx.begin() as connection:
        number = store.last_number(connection)
        if replaces is not None and replaces != number:
            raise Conflict(
                f"The desired state is at revision {number} by now.",
                fix="Look at it again, and put your changes there.",
            )
        there = store.revision(connection, number)
        if there and there[2] == mark:
            return there[0], False
        before = opened(ctx, connection, number) if number else None
        one = Revision(
            number=number + 1, at=ctx.services.clock.now(), author=f"{ctx.actor.kind.value}:{ctx.actor.name}",
            note=note, diff=difference(before, wanted),
        )  # fmt: skip
        store.add_revision(connection, one, sealed, mark)
        data = {"revision": one.number, "note": note, "containers": len(wanted.containers)}
        ctx.emit(connection, "reconcile.desired_set", subject=f"revision {one.number}", data=data)
    return one, True


def schedule_problems(ctx: Context, wanted: Desired) -> list[dict[str, str]]:
    """Schedules of operations that there are not, that cannot be queued, or whose input is wrong."""
    problems: list[dict[str, str]] = []
    for one in wanted.schedules:
        place = f"schedules.{one.name}"
        try:
            verb = ctx.services.registry.operation(one.operation)
            if not verb.queueable:
                problems.append({"field": f"{place}.operation", "problem": "answers at once and cannot be queued"})
            ctx.services.gate.parse(verb, one.input)
        except NotFound as error:
            problems.append({"field": f"{place}.operation", "problem": error.detail})
        except Invalid as error:
            problems += [{**each, "field": f"{place}.input.{each['field']}"} for each in error.problems]
    return problems
