"""What is said of a batch that is refused: every wrong input in it at once."""

from collections.abc import Mapping

from hydra_lab.kernel.errors import HydraError, Invalid
from hydra_lab.kernel.operation import Operation
from hydra_lab.kernel.secrets.sealed import refuse_sealed
from hydra_lab.kernel.services import Services
from hydra_lab.kernel.work.model import NewItem

TOLD = 20  # places that are named in the sentence; the problems name all


def refusal(services: Services, rest: Mapping[int, NewItem], count: int, error: HydraError) -> HydraError:
    """Why a batch is not added, from the error of its first wrong item.

    Where that is an operation's wrong input, every other such item of the ``rest`` (by place, from the first wrong one
    on) is told as well: ``items.<place>.input.<field>``.
    """
    first = min(rest)
    error.detail = f"Item {first + 1} of {count}: {error.detail}"
    wrong = {place: found for place, one in rest.items() if (found := wrong_input(services, one))}
    if first not in wrong:
        return error
    problems = [
        {"field": f"items.{place}.input.{one['field']}", "problem": one["problem"]}
        for place, found in wrong.items()
        for one in found
    ]
    if len(wrong) == 1:
        return Invalid(error.detail, problems=problems, fix=error.fix)
    places = ", ".join(str(place + 1) for place in list(wrong)[:TOLD]) + (", …" if len(wrong) > TOLD else "")
    return Invalid(
        f"{len(wrong)} of {count} items have a wrong input: {places}.", problems=problems,
        fix="Correct them and send the batch again: nothing of it was added.",
    )  # fmt: skip


def wrong_input(services: Services, new: NewItem) -> list[dict[str, str]]:
    """What is wrong with an item's input, as its operation sees it; nothing where it has none that exists."""
    verb = services.registry.verbs.get(new.operation or "")
    if not isinstance(verb, Operation):
        return []
    try:
        refuse_sealed(new.input)
        services.gate.parse(verb, new.input)
    except Invalid as error:
        return error.problems
    return []
