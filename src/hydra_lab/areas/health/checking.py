"""Running checks side by side, none longer than it may take, none able to break the others."""

import queue
import threading
import time
from collections.abc import Sequence

from hydra_lab.areas.health.model import Checked
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Check, CheckResult
from hydra_lab.kernel.errors import describe

LONGEST_S = 10.0


def run(ctx: Context, checks: Sequence[Check], longest_s: float = LONGEST_S) -> list[Checked]:
    """Every check's answer, in the order given; one that raises or takes too long is ``unknown`` and says so."""
    answers: queue.SimpleQueue[tuple[int, Checked]] = queue.SimpleQueue()

    def one(number: int, check: Check) -> None:
        answers.put((number, answer(ctx, check)))

    for number, check in enumerate(checks):
        # A thread that the end of the process does not wait for: a check may hang on a dead network.
        threading.Thread(target=one, args=(number, check), name=f"check-{check.name}", daemon=True).start()
    deadline = time.monotonic() + longest_s
    found: dict[int, Checked] = {}
    while len(found) < len(checks):
        try:
            number, checked = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            break
        found[number] = checked
    return [found.get(number) or late(check, longest_s) for number, check in enumerate(checks)]


def answer(ctx: Context, check: Check) -> Checked:
    """One check's answer, without secrets."""
    began = time.monotonic()
    try:
        result = check.run(ctx)
    except Exception as error:
        said = describe(error)
        result = CheckResult(status="unknown", detail=f"The check failed: {said['detail']}", fix=said["fix"])
    scrub = ctx.services.scrubber.scrub
    return Checked(
        name=check.name, title=check.title, status=result.status, detail=scrub(result.detail), fix=scrub(result.fix),
        data=scrub(result.data), took_ms=round((time.monotonic() - began) * 1000, 1),
    )  # fmt: skip


def late(check: Check, longest_s: float) -> Checked:
    """The answer of a check that gave none."""
    detail = f"The check gave no answer in {longest_s:g} seconds."
    return Checked(name=check.name, title=check.title, status="unknown", detail=detail, took_ms=longest_s * 1000)
