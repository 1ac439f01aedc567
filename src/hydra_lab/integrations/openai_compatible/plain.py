"""A server that is used as it was started: llama.cpp's own, vLLM, LiteLLM and the like."""

from collections.abc import Iterator, Sequence

from hydra_lab.integrations.openai_compatible.model import Found, Listed, Listing
from hydra_lab.kernel.capabilities import LoadedModel, Loading, LoadOptions, Model
from hydra_lab.kernel.model_servers import AS_SET, Calls, Served

# These have every model they list in memory; of others, such as proxies, that is not known.
HOLDING = ("llama.cpp", "vLLM")


class PlainServer(Served):
    """What it lists is what there is."""

    def __init__(self, calls: Calls, found: Found) -> None:
        super().__init__(calls)
        self._program = found.program

    def models(self) -> Sequence[Model]:
        """What it has, by name."""
        return sorted((model_of(one) for one in self.listing()), key=lambda one: one.name)

    def listing(self) -> list[Listed]:
        """What ``/v1/models`` lists."""
        return self._calls.read(Listing, "/v1/models").data

    def loaded(self) -> Sequence[LoadedModel] | None:
        """What it lists, where that is in memory."""
        if self._program not in HOLDING:
            return None
        return [LoadedModel(name=one.name, context=one.context) for one in self.models()]

    def load(self, model: str, options: LoadOptions = AS_SET) -> Iterator[Loading]:
        """Refused."""
        raise self.loads_nothing()

    def unload(self, model: str) -> None:
        """Refused."""
        raise self.loads_nothing()


def model_of(one: Listed) -> Model:
    """A model with what is told of it."""
    meta = one.meta
    return Model(
        name=one.id,
        bytes=meta.size if meta else None,
        parameters=f"{meta.n_params / 1e9:.3g}B" if meta and meta.n_params else None,
        context=one.max_model_len or one.context_length or ((meta.n_ctx or meta.n_ctx_train) if meta else None),
    )
