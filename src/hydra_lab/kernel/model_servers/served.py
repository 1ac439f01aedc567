"""A model server as areas know it: what every kind of them has in common."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager

from hydra_lab.kernel.capabilities.models import Loading, LoadOptions, ServedAnswer
from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.model_servers.calling import Calls

# A load that sets nothing.
AS_SET = LoadOptions()


class Served:
    """What is the same for each: who it is, where its memory is, how a body is sent to it."""

    loads = False
    swaps = False
    holds_many = False
    pulls = False

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        place = calls.place
        self.id, self.title, self.node, self.gpus = place.id, place.title, place.node, place.gpus

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], *, silence_s: float
    ) -> AbstractAsyncContextManager[ServedAnswer]:
        """POST a body as it is to a path of the OpenAI interface, with the credential."""
        return self._calls.send(path, body, headers, silence_s=silence_s)

    def pull(self, model: str) -> Iterator[Loading]:
        """Refused: this kind fetches no models."""
        raise Invalid(
            f"{self.title} does not fetch models.", fix="Put the model where it reads its models from.",
            problems=[{"field": "server", "problem": "does not fetch models"}],
        )  # fmt: skip

    def loads_nothing(self) -> Invalid:
        """The error of a server whose models cannot be loaded or unloaded by asking."""
        return Invalid(
            f"{self.title} does not load or unload models when asked.", fix="It is used as it was started.",
            problems=[{"field": "server", "problem": "does not load models"}],
        )  # fmt: skip
