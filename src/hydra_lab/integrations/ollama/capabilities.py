"""Ollama as a server of models."""

from collections.abc import Iterator, Sequence

import httpx
from pydantic import TypeAdapter, ValidationError

from hydra_lab.integrations.ollama.model import Card, Processes, Pulling, Tag, Tags
from hydra_lab.integrations.ollama.settings import OllamaSettings
from hydra_lab.kernel.capabilities import Ability, LoadedModel, Loading, LoadOptions, Model
from hydra_lab.kernel.errors import NotFound, Unavailable
from hydra_lab.kernel.http import HttpClient
from hydra_lab.kernel.model_servers import AS_SET, Calls, Served

ABILITIES = {
    "completion": {Ability.CHAT, Ability.COMPLETION}, "embedding": {Ability.EMBEDDINGS}, "vision": {Ability.VISION},
    "tools": {Ability.TOOLS},
}  # fmt: skip
NEVER_TOLD = Card()


class OllamaServer(Served):
    """One Ollama: several models at once as memory allows, and each is loaded when it is asked for."""

    loads = True
    swaps = True
    holds_many = True
    pulls = True

    def __init__(self, calls: Calls, cards: dict[str, Card]) -> None:
        super().__init__(calls)
        self._cards = cards

    def models(self) -> Sequence[Model]:
        """What it has, by name."""
        found = [self._model(tag) for tag in self._calls.read(Tags, "/api/tags").models]
        return sorted(found, key=lambda one: one.name)

    def loaded(self) -> Sequence[LoadedModel]:
        """What is in memory now, by name."""
        found = [
            LoadedModel(name=one.name, gpu_bytes=one.size_vram, context=one.context_length, until=one.expires_at)
            for one in self._calls.read(Processes, "/api/ps").models
        ]
        return sorted(found, key=lambda one: one.name)

    def load(self, model: str, options: LoadOptions = AS_SET) -> Iterator[Loading]:
        """Ask for nothing, which loads the model; how far it is Ollama does not tell."""
        yield Loading(message=f"loading {model}")
        body = {"model": model, **(options.extra or {})}
        if options.context:
            given = body.get("options")
            body["options"] = {**(given if isinstance(given, dict) else {}), "num_ctx": options.context}
        answer = self._calls.post("/api/generate", {**body, "stream": False}, patient=True)
        if answer.status_code == 400 and "does not support generate" in answer.text:
            answer = self._calls.post("/api/embed", {**body, "input": []}, patient=True)
        self._known(model, answer)
        if not answer.is_success:
            raise self._calls.failed(f"load {model}", answer)

    def unload(self, model: str) -> None:
        """Have the model go at once; Ollama lets its running requests finish first."""
        answer = self._calls.post("/api/generate", {"model": model, "keep_alive": 0, "stream": False}, patient=True)
        if answer.status_code != 404 and not answer.is_success:
            raise self._calls.failed(f"unload {model}", answer)

    def pull(self, model: str) -> Iterator[Loading]:
        """Fetch a model; the bytes are of all layers that are known so far."""
        totals: dict[str, int] = {}
        there: dict[str, int] = {}
        status = ""
        with self._calls.lines("/api/pull", {"model": model, "stream": True}) as answer:
            if not answer.is_success:
                raise self._calls.failed(f"fetch {model}", answer)
            for one in map(self._line, filter(None, answer.iter_lines())):
                if one.error:
                    raise self._not_fetched(model, one.error)
                status = one.status
                if one.digest and one.total is not None:
                    totals[one.digest], there[one.digest] = one.total, one.completed or 0
                done, total = (sum(there.values()), sum(totals.values())) if totals else (None, None)
                yield Loading(message=status, done=done, total=total, unit="bytes" if totals else None)
        if status != "success":
            raise Unavailable(
                f"{self.title} stopped telling how far {model} is.", fix="Fetch it again: what is there is kept."
            )

    def _line(self, text: str) -> Pulling:
        try:
            return TypeAdapter(Pulling).validate_json(text)
        except ValidationError as error:
            raise self._calls.refused("tell how far it is", "a line that is no JSON") from error

    def _not_fetched(self, model: str, why: str) -> Exception:
        if "does not exist" in why or "not found" in why:
            return NotFound(f"There is no model {model} to fetch: {why}.", fix="Look at https://ollama.com/library.")
        return self._calls.refused(f"fetch {model}", why)

    def _known(self, model: str, answer: httpx.Response) -> None:
        if answer.status_code == 404:
            raise NotFound(f"{self.title} has no model {model}.", fix=f"Fetch it first, or see what {self.title} has.")

    def _model(self, tag: Tag) -> Model:
        card = self._card(tag)
        told = tag.capabilities if tag.capabilities is not None else card.capabilities
        return Model(
            name=tag.name,
            bytes=tag.size,
            quantisation=tag.details.quantization_level or None,
            parameters=tag.details.parameter_size or None,
            family=tag.details.family or None,
            context=card.context,
            abilities=None if told is None else frozenset().union(*(ABILITIES.get(one, set()) for one in told)),
            digest=tag.digest,
        )

    def _card(self, tag: Tag) -> Card:
        """What is told of one model, asked once; a model that was just removed has none."""
        if (digest := tag.digest) is None or digest not in self._cards:
            answer = self._calls.post("/api/show", {"model": tag.name})
            if answer.status_code == 404:
                return NEVER_TOLD
            card = TypeAdapter(Card).validate_json(self._calls.raise_for(answer).content)
            if digest is None:
                return card
            self._cards[digest] = card
        return self._cards[digest]


class Ollama:
    """Every Ollama of the lab."""

    def __init__(self, settings: OllamaSettings, http: HttpClient) -> None:
        self._servers = [
            OllamaServer(Calls(place, http), settings.cards) for place in settings.places("ollama", "Ollama")
        ]

    def servers(self) -> Sequence[OllamaServer]:
        """Each of them."""
        return self._servers
