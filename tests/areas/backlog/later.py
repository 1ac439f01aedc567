"""An operation that a newer Hydra brings."""

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Effect, Input, operation


class Topic(Input):
    """What to find out."""

    topic: str


@operation("research.run", effect=Effect.WRITE)
def research(ctx: Context, input: Topic) -> str:
    """Answer a question with sources."""
    return input.topic
