"""llama-swap: a proxy that starts the program that serves a model when a request names it."""

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from hydra_lab.integrations.openai_compatible.model import Processes
from hydra_lab.integrations.openai_compatible.plain import PlainServer
from hydra_lab.integrations.openai_compatible.waiting import until
from hydra_lab.kernel.capabilities import LoadedModel, Loading, LoadOptions
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.model_servers import AS_SET
from hydra_lab.kernel.model_servers.calling import said


class SwapServer(PlainServer):
    """A llama-swap. Which models run beside each other is set in its own configuration."""

    loads = True
    swaps = True

    def loaded(self) -> Sequence[LoadedModel]:
        """What is ready, by name."""
        return [LoadedModel(name=name) for name, state in sorted(self._running().items()) if state == "ready"]

    def load(self, model: str, options: LoadOptions = AS_SET) -> Iterator[Loading]:
        """Ask the model's own server how it is, which has llama-swap start it; its context is set there."""
        yield Loading(message=f"loading {model}")
        if all(one.id != model for one in self.listing()):
            raise NotFound(f"{self.title} has no model {model}.", fix="Add it to llama-swap's configuration.")
        answer = self._calls.get(f"/upstream/{quote(model)}/health", patient=True)
        if self._running().get(model) != "ready":
            raise self._calls.refused(f"load {model}", said(answer))

    def unload(self, model: str) -> None:
        """Have the model's program end, and wait until it has."""
        if model not in self._running():
            return
        answer = self._calls.post(f"/api/models/unload/{quote(model)}", patient=True)
        if answer.status_code == 404:  # versions before that path end all of them
            answer = self._calls.get("/unload", patient=True)
        if not answer.is_success:
            raise self._calls.failed(f"unload {model}", answer)
        list(until(self._calls.place, f"unload {model}", self._running, lambda running: model not in running))

    def _running(self) -> dict[str, str]:
        """The states of what has not stopped."""
        found = self._calls.read(Processes, "/running").running
        return {one.model: one.state for one in found if one.state != "stopped"}
