"""LM Studio: models of a desktop, loaded and unloaded through its own interface."""

from collections.abc import Iterator, Sequence
from typing import Any

from hydra_lab.integrations.openai_compatible.model import Studio, StudioListing
from hydra_lab.kernel.capabilities import Ability, LoadedModel, Loading, LoadOptions, Model
from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.model_servers import AS_SET, Served


class StudioServer(Served):
    """An LM Studio; it loads a model by itself when a request names it."""

    loads = True
    swaps = True
    holds_many = True

    def models(self) -> Sequence[Model]:
        """What it has, by name."""
        return sorted((model_of(one) for one in self._all()), key=lambda one: one.name)

    def loaded(self) -> Sequence[LoadedModel]:
        """What is in memory now, by name."""
        found = {one.key: one.loaded_instances[0] for one in self._all() if one.loaded_instances}
        return [
            LoadedModel(name=key, context=whole(instance.config.get("context_length")))
            for key, instance in sorted(found.items())
        ]

    def load(self, model: str, options: LoadOptions = AS_SET) -> Iterator[Loading]:
        """Load a model; how far it is LM Studio does not tell."""
        yield Loading(message=f"loading {model}")
        if self._one(model).loaded_instances:
            return
        body: dict[str, Any] = {"model": model, **(options.extra or {})}
        if options.context:
            body["context_length"] = options.context
        answer = self._calls.post("/api/v1/models/load", body, patient=True)
        if not answer.is_success:
            raise self._calls.failed(f"load {model}", answer)

    def unload(self, model: str) -> None:
        """Take every instance of a model out of memory."""
        for instance in self._one(model).loaded_instances:
            answer = self._calls.post("/api/v1/models/unload", {"instance_id": instance.id}, patient=True)
            if answer.status_code != 404 and not answer.is_success:
                raise self._calls.failed(f"unload {model}", answer)

    def _all(self) -> list[Studio]:
        return self._calls.read(StudioListing, "/api/v1/models").models

    def _one(self, model: str) -> Studio:
        if found := next((one for one in self._all() if one.key == model), None):
            return found
        raise NotFound(f"{self.title} has no model {model}.", fix="Download it in LM Studio.")


def model_of(one: Studio) -> Model:
    """A model with what is told of it."""
    told = one.capabilities or {}
    abilities = {Ability.EMBEDDINGS} if one.type == "embedding" else {Ability.CHAT, Ability.COMPLETION}
    abilities |= {Ability.VISION} if told.get("vision") else set()
    abilities |= {Ability.TOOLS} if told.get("trained_for_tool_use") else set()
    return Model(
        name=one.key,
        bytes=one.size_bytes,
        quantisation=str(name) if (name := (one.quantization or {}).get("name")) else None,
        parameters=one.params_string or None,
        family=one.architecture or None,
        context=one.max_context_length,
        abilities=frozenset(abilities) if one.type else None,
    )


def whole(value: object) -> int | None:
    """A number if it is one."""
    return value if isinstance(value, int) else None
