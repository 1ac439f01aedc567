"""What is said of work that is refused: every wrong field at once, in each item of a batch."""

from collections.abc import Mapping

from hydra_lab.kernel.errors import HydraError, Invalid
from hydra_lab.kernel.inputs.problems import Problems
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.secrets.sealed import refuse_sealed
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import NewItem

TOLD = 20  # places that are named in the sentence; the problems name all


def refusal(services: Services, rest: Mapping[int, NewItem], count: int, error: HydraError) -> HydraError:
    """Why nothing is added, from the error of the first wrong one of ``count`` items.

    Where that is about its fields, all that are wrong are told, those of the ``rest`` (by place, from the first wrong
    one on) as well: ``items.<place>.input.<field>``, of a single item ``input.<field>``.
    """
    first = min(rest)
    wrong = {place: found for place, one in rest.items() if (found := wrong_fields(services, one))}
    if count > 1:
        error.detail = f"Item {first + 1} of {count}: {error.detail}"
    if first not in wrong or (len(wrong) == 1 and not isinstance(error, Invalid)):
        return error
    problems = [
        {"field": f"items.{place}.{one['field']}" if count > 1 else one["field"], "problem": one["problem"]}
        for place, found in wrong.items()
        for one in found
    ]
    if len(wrong) == 1:
        return Invalid(error.detail, problems=problems, fix=error.fix)
    places = ", ".join(str(place + 1) for place in list(wrong)[:TOLD]) + (", …" if len(wrong) > TOLD else "")
    return Invalid(
        f"{len(wrong)} of {count} items cannot be added: {places}.", problems=problems,
        fix="Correct them and send the batch again: nothing of it was added.",
    )  # fmt: skip


def wrong_fields(services: Services, new: NewItem) -> Problems:
    """What is wrong with an item's fields, those of its operation's input among them."""
    found: Problems = []
    verb = services.registry.verbs.get(new.operation or "")
    if new.operation is not None and not isinstance(verb, Operation):
        found.append({"field": "operation", "problem": "is no operation of this Hydra"})
    elif verb is not None and not verb.queueable:
        found.append({"field": "operation", "problem": "answers at once and cannot be queued"})
    elif verb is not None:
        try:
            refuse_sealed(new.input)
            services.gate.parse(verb, new.input)
        except Invalid as error:
            found += [{**one, "field": f"input.{one['field']}"} for one in error.problems]
    if new.deadline and new.deadline <= services.clock.now() and not new.finished:
        found.append({"field": "deadline", "problem": "in the past"})
    return found
