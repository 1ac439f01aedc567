"""The least work there is: an operation that does nothing, so that what is measured is Hydra alone."""

import sys
from datetime import timedelta

from hydra_lab.kernel.area import Area
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, Output, operation


class Number(Input):
    """Which one it is."""

    number: int


class Same(Output):
    """The number that came in."""

    number: int


@operation("noop.run", effect=Effect.WRITE, durable=Durable(timeout=timedelta(minutes=5)))
def run(ctx: Context, input: Number) -> Same:
    """Do nothing, durably."""
    return Same(number=input.number)


@operation("noop.step", effect=Effect.WRITE, durable=Durable(timeout=timedelta(minutes=5)))
def step(ctx: Context, input: Number) -> Same:
    """Do nothing, in one step that is recorded."""
    return Same(number=ctx.step("same", same, input.number))


def same(number: int) -> int:
    """The step."""
    return number


AREA = Area(name="noop", title="Nothing", operations=(sys.modules[__name__],))
