"""TabbyAPI as a server of models."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from hydra_lab.integrations.tabbyapi.model import Card, Cards, Told
from hydra_lab.integrations.tabbyapi.settings import TabbyapiSettings
from hydra_lab.kernel.capabilities import LoadedModel, Loading, LoadOptions, Model
from hydra_lab.kernel.errors import NotFound, Unavailable
from hydra_lab.kernel.http import HttpClient, read_as
from hydra_lab.kernel.model_servers import AS_SET, Calls, Served


class TabbyapiServer(Served):
    """One TabbyAPI: one language model at a time."""

    loads = True

    def models(self) -> Sequence[Model]:
        """What it has, by name. It tells nothing but names of what is not loaded."""
        context = {one.name: one.context for one in self.loaded()}
        names = {card.id for card in self._calls.read(Cards, "/v1/model/list").data}
        return [Model(name=name, context=context.get(name)) for name in sorted(names)]

    def loaded(self) -> Sequence[LoadedModel]:
        """The model in memory, if there is one."""
        answer = self._calls.get("/v1/model")
        if answer.status_code == 503:  # “No models are currently loaded.”
            return []
        card = read_as(self.title, Card, self._calls.raise_for(answer))
        return [LoadedModel(name=card.id, context=card.parameters.max_seq_len if card.parameters else None)]

    def load(self, model: str, options: LoadOptions = AS_SET) -> Iterator[Loading]:
        """Load a model in place of the one that is there, told module by module.

        It answers 200 before it begins, so only its events say how it ends: well when the model itself, not its
        draft or vision part, is finished. When it fails, what was loaded before is gone.
        """
        body: dict[str, Any] = {"model_name": model, **(options.extra or {})}
        if options.context:
            body["max_seq_len"] = options.context
        finished = False
        with self._calls.lines("/v1/model/load", body) as answer:
            if answer.status_code in (400, 404):
                raise NotFound(f"{self.title} has no model {model}.", fix="Put its folder where TabbyAPI reads models.")
            if not answer.is_success:
                raise self._calls.failed(f"load {model}", answer)
            for told in self._events(answer.iter_lines()):
                if told.error:
                    raise self._calls.refused(f"load {model}", told.error.message)
                finished = finished or (told.status == "finished" and told.model_type == "model")
                part = "" if told.model_type == "model" else f" ({told.model_type})"
                yield Loading(message=f"loading {model}{part}", done=told.module, total=told.modules, unit="modules")
        if not finished:
            raise Unavailable(
                f"{self.title} stopped telling how far {model} is.",
                fix="It may still be loading: look at what is loaded.",
            )

    def unload(self, model: str) -> None:
        """Take the model out of memory, if it is the one that is there."""
        if any(one.name == model for one in self.loaded()):
            answer = self._calls.post("/v1/model/unload", patient=True)
            if answer.status_code != 503 and not answer.is_success:
                raise self._calls.failed(f"unload {model}", answer)

    def _events(self, lines: Iterator[str]) -> Iterator[Told]:
        for line in lines:
            if line.startswith("data:") and (text := line.removeprefix("data:").strip()) != "[DONE]":
                try:
                    yield TypeAdapter(Told).validate_json(text)
                except ValidationError as error:
                    raise self._calls.refused("tell how far it is", "an event that is no JSON") from error


class Tabbyapi:
    """Every TabbyAPI of the lab."""

    def __init__(self, settings: TabbyapiSettings, http: HttpClient) -> None:
        self._servers = [TabbyapiServer(Calls(place, http)) for place in settings.places("tabbyapi", "TabbyAPI")]

    def servers(self) -> Sequence[TabbyapiServer]:
        """Each of them."""
        return self._servers
