"""Load, unload, switch and fetch models: durable work, with progress and a way back."""

from datetime import timedelta

from pydantic import Field

from hydra_lab.areas.models.steering import work
from hydra_lab.areas.models.steering.views import Pulled, Switched, Unloaded
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.operation import Durable, Effect, Input, operation

NEEDS = ("model_backend",)
# A lane of its own: work in the other lanes may wait for a model.
STEERING = Durable(lane="models", attempts=3, timeout=timedelta(hours=1))
FETCHING = Durable(attempts=5, timeout=timedelta(hours=24))


class OnServer(Input):
    """A server, and how long what runs there may take to end."""

    server: str = Field(max_length=100, description="Its id, e.g. tabbyapi or ollama:big")
    wait_s: float = Field(
        default=300, ge=0, le=1800, description="Seconds that running requests may take to end; new ones wait meanwhile"
    )


class ToLoad(OnServer):
    """A model to load."""

    model: str = Field(max_length=500, description="Its name, as models.available has it")
    context: int | None = Field(
        default=None, ge=1, le=100_000_000, description="Tokens of context; the server's own choice if left out"
    )


class ToUnload(OnServer):
    """A model to unload."""

    model: str | None = Field(default=None, max_length=500, description="Its name; everything loaded if left out")


class ToPull(Input):
    """A model to fetch."""

    server: str = Field(max_length=100, description="The id of a server that fetches models, e.g. ollama")
    model: str = Field(max_length=500, description="Its name there, e.g. qwen3:8b")


@operation("models.switch", effect=Effect.WRITE, needs=NEEDS, subject="server", common=True, durable=STEERING)
def switch(ctx: Context, input: ToLoad) -> Switched:
    """Switch a server to another model; the old one comes back if that fails.

    What cannot fit is refused before anything is touched, where the figures are known. Then requests that run may end
    while new ones wait, the old model is unloaded, its memory is seen to be free, and the new one is loaded and has to
    answer.
    """
    return work.carry_out(ctx, input.server, input.model, input.context, alone=True, wait_s=input.wait_s)


@operation("models.load", effect=Effect.WRITE, needs=NEEDS, subject="server", durable=STEERING)
def load(ctx: Context, input: ToLoad) -> Switched:
    """Load a model beside what is loaded; a server that holds one at a time switches to it."""
    return work.carry_out(ctx, input.server, input.model, input.context, alone=False, wait_s=input.wait_s)


@operation("models.unload", effect=Effect.WRITE, needs=NEEDS, subject="server", durable=STEERING)
def unload(ctx: Context, input: ToUnload) -> Unloaded:
    """Take a model out of memory once its requests have ended, and see its memory free."""
    return work.unload(ctx, input.server, input.model, input.wait_s)


@operation("models.pull", effect=Effect.WRITE, needs=NEEDS, subject="server", durable=FETCHING)
def pull(ctx: Context, input: ToPull) -> Pulled:
    """Fetch a model to a server that can, such as Ollama."""
    work.pull(ctx, input.server, input.model)
    return Pulled(server=input.server, model=input.model)
