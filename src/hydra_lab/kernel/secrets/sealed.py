"""Secrets in an input that is kept: sealed where it lies, masked where it is shown, opened only to run."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, SecretStr

from hydra_lab.kernel.errors import Invalid
from hydra_lab.kernel.secrets.box import SecretBox
from hydra_lab.kernel.secrets.masking import MASK, Scrubber
from hydra_lab.kernel.secrets.spotting import Span, spotted, veiled

SEALED = "$sealed"  # beside an input's own fields: the secrets that stand masked among them
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Concealed:
    """Marks, as ``Annotated[dict[str, str], Concealed(…)]``, a mapping whose values are secret but for some names."""

    harmless: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Spotted:
    """Marks, as ``Annotated[str, Spotted()]``, what is no secret but may hold some: an address, a body, a document."""


class Sealing:
    """Keeps the secrets of inputs: ``SecretStr`` fields, ``Concealed`` mappings, and those in ``Spotted`` fields."""

    def __init__(self, box: SecretBox, scrubber: Scrubber) -> None:
        self._box = box
        self._scrubber = scrubber

    def seal(self, model: type[BaseModel], input: dict[str, Any]) -> dict[str, Any]:
        """The input as it is kept: secrets masked, and all of them in one sealed text beside it.

        What is sealed already stays so. Raises ``Invalid`` where a mask was given for a secret.
        """
        if SEALED in input or not declares(model):
            return input
        found = [(place, at(input, place), where) for place, where in places(model, input)]
        if not found:
            return input
        problems = [
            {"field": ".".join(map(str, place)), "problem": "is a mask; give the secret itself again"}
            for place, text, where in found
            if any(MASK in text[start:end] for start, end in where)
        ]
        if problems:
            raise Invalid("A secret is not known to whoever looks at it.", problems=problems, fix="Type it again.")
        self._learn(text[start:end] for _, text, where in found for start, end in where)
        sealed = self._box.seal(json.dumps(found))
        return {**replaced(input, {place: veiled(text, where) for place, text, where in found}), SEALED: sealed}

    def open(self, input: dict[str, Any]) -> dict[str, Any]:
        """A kept input with its secrets in their places, which are masked from now on wherever they turn up.

        Raises ``NotReady`` when they were sealed with another key.
        """
        if SEALED not in input:
            return input
        kept = json.loads(self._box.open(input[SEALED]))  # place, text, and which parts of it are secret
        self._learn(text[start:end] for _, text, *where in kept for start, end in (where[0] if where else whole(text)))
        opened: dict[str, Any] = replaced(shown(input), {tuple(place): text for place, text, *_ in kept})
        return opened

    def _learn(self, secrets: Iterable[str]) -> None:
        for secret in secrets:
            self._scrubber.add_passing(secret)
            self._scrubber.add_passing(secret.rpartition(" ")[2])  # of “Bearer …” what comes after it


def shown(input: dict[str, Any]) -> dict[str, Any]:
    """A kept input as it may be shown."""
    return {name: value for name, value in input.items() if name != SEALED} if SEALED in input else input


def refuse_sealed(input: Mapping[str, Any]) -> None:
    """Raise ``Invalid`` where somebody gives a sealed text: only Hydra may put one in place, and open it."""
    if SEALED in input:
        raise Invalid(
            f"{SEALED} is no field of an input.", fix="Give the secrets themselves in their fields.",
            problems=[{"field": SEALED, "problem": "does not exist"}],
        )  # fmt: skip


@lru_cache(maxsize=1024)
def declares(model: type[BaseModel], above: frozenset[type[BaseModel]] = frozenset()) -> bool:
    """Whether an input of this shape may hold a secret."""
    above |= {model}
    return any(
        any(isinstance(mark, Concealed | Spotted) for mark in field.metadata)
        or SecretStr in kinds(field.annotation)
        or any(declares(inner, above) for inner in models(field.annotation) if inner not in above)
        for field in model.model_fields.values()
    )


def places(model: type[BaseModel], input: Any, above: Place = ()) -> Iterator[tuple[Place, list[Span]]]:
    """Where the secrets of an input are, and which parts of the text at a place are secret."""
    if not isinstance(input, Mapping):
        return
    for name, field in model.model_fields.items():
        value, here = input.get(name), (*above, name)
        mark = concealed(field.metadata)
        if mark and isinstance(value, Mapping):
            harmless = {key for key in value if str(key).lower() in mark.harmless}
            yield from (((*here, key), whole(value[key])) for key in value.keys() - harmless
                        if isinstance(value[key], str))  # fmt: skip
        elif SecretStr in kinds(field.annotation):
            yield from texts(value, here)
        elif any(isinstance(mark, Spotted) for mark in field.metadata):
            yield from spotted(value, here)
        for inner in models(field.annotation):
            for place, one in parts(value, here):
                yield from places(inner, one, place)


def whole(text: str) -> list[Span]:
    """All of a text."""
    return [(0, len(text))]


def texts(value: Any, here: Place) -> Iterator[tuple[Place, list[Span]]]:
    """Every text in a value, which may be a list or a mapping of them."""
    for place, one in parts(value, here):
        if isinstance(one, str):
            yield place, whole(one)


def parts(value: Any, here: Place) -> Iterator[tuple[Place, Any]]:
    """A value, and what it holds if it is a list or a mapping."""
    yield here, value
    if isinstance(value, Mapping):
        yield from (((*here, key), one) for key, one in value.items())
    elif isinstance(value, list | tuple):
        yield from (((*here, number), one) for number, one in enumerate(value))


def kinds(annotation: Any) -> list[Any]:
    """Every type that an annotation names, however deep."""
    return [annotation, *(kind for inner in get_args(annotation) for kind in kinds(inner))]


def models(annotation: Any) -> list[type[BaseModel]]:
    """The shapes that an annotation names."""
    return [kind for kind in kinds(annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]


def concealed(metadata: list[Any]) -> Concealed | None:
    """The mark among a field's metadata."""
    return next((one for one in metadata if isinstance(one, Concealed)), None)


def at(input: Any, place: Place) -> Any:
    """What is at a place."""
    for step in place:
        input = input[step]
    return input


def replaced(input: Any, by: Mapping[Place, Any]) -> Any:
    """A copy with other values at some places."""
    if () in by:
        return by[()]
    inner: dict[str | int, dict[Place, Any]] = {}
    for place, value in by.items():
        inner.setdefault(place[0], {})[place[1:]] = value
    if isinstance(input, Mapping):
        return {key: replaced(value, inner[key]) if key in inner else value for key, value in input.items()}
    return [replaced(value, inner[number]) if number in inner else value for number, value in enumerate(input)]
