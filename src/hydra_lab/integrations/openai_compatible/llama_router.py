"""llama.cpp's server in router mode: each model in a process of its own, started and stopped when asked."""

from collections.abc import Iterator, Sequence

from hydra_lab.integrations.openai_compatible.model import Listed, RouterStatus
from hydra_lab.integrations.openai_compatible.plain import PlainServer
from hydra_lab.integrations.openai_compatible.waiting import until
from hydra_lab.kernel.capabilities import LoadedModel, Loading, LoadOptions
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.model_servers import AS_SET

UNLOADED = RouterStatus(value="unloaded")


class RouterServer(PlainServer):
    """A router. A request that names a model has it loaded, unless that was switched off."""

    loads = True
    swaps = True
    holds_many = True

    def loaded(self) -> Sequence[LoadedModel]:
        """The models whose processes are ready, by name."""
        found = [one for one in self.listing() if one.status and one.status.value == "loaded"]
        return [LoadedModel(name=one.id) for one in sorted(found, key=lambda one: one.id)]

    def load(self, model: str, options: LoadOptions = AS_SET) -> Iterator[Loading]:
        """Start a model's process and wait until it is ready; its context is set where the router is started."""
        yield Loading(message=f"loading {model}")
        if self._listed(model).value not in ("loaded", "loading"):
            answer = self._calls.post("/models/load", {"model": model, **(options.extra or {})})
            if not answer.is_success:
                raise self._calls.failed(f"load {model}", answer)
        place = self._calls.place
        for seen in until(place, f"load {model}", lambda: self._listed(model), lambda one: one.value == "loaded"):
            if seen.failed or seen.value == "unloaded":
                code = "" if seen.exit_code is None else f" with exit code {seen.exit_code}"
                raise self._calls.refused(f"load {model}", f"its process ended{code}")
            yield Loading(message=f"{seen.value} {model}")

    def unload(self, model: str) -> None:
        """Have a model's process end, and wait until it has."""
        if self._listed(model).value == "unloaded":
            return
        answer = self._calls.post("/models/unload", {"model": model})
        if not answer.is_success and self._listed(model).value != "unloaded":
            raise self._calls.failed(f"unload {model}", answer)
        place = self._calls.place
        list(until(place, f"unload {model}", lambda: self._listed(model), lambda one: one.value == "unloaded"))

    def _listed(self, model: str) -> RouterStatus:
        found: Listed | None = next((one for one in self.listing() if one.id == model), None)
        if found is None:
            raise NotFound(f"{self.title} has no model {model}.", fix=f"See what {self.title} has.")
        return found.status or UNLOADED
