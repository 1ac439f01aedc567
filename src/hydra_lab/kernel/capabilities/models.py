"""Model servers, as areas know them whatever program serves: what they have, what is loaded, how they are called."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


class Ability(StrEnum):
    """What a model can be asked for."""

    CHAT = "chat"
    COMPLETION = "completion"
    EMBEDDINGS = "embeddings"
    VISION = "vision"
    TOOLS = "tools"


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model that a server can serve. What the server does not tell is ``None``, or absent from ``abilities``.

    ``bytes`` is its size on disk; ``context`` is in tokens; ``abilities`` is ``None`` where nothing is told at all.
    """

    name: str
    bytes: int | None = None
    quantisation: str | None = None
    parameters: str | None = None
    family: str | None = None
    context: int | None = None
    abilities: frozenset[Ability] | None = None
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class LoadedModel:
    """A model in memory. ``gpu_bytes`` is what its server says it holds on GPUs; ``until`` when it goes by itself."""

    name: str
    gpu_bytes: int | None = None
    context: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Loading:
    """How far a load or a pull is: ``done`` of ``total``, in ``modules`` or ``bytes``; ``None`` where untold."""

    message: str
    done: int | None = None
    total: int | None = None
    unit: str | None = None


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """What a load may set; ``None`` leaves it to the server. ``context`` is in tokens, ``extra`` its own."""

    context: int | None = None
    extra: Mapping[str, object] | None = None


class ServedAnswer(Protocol):
    """A server's answer as it comes: nothing of its body is changed."""

    status: int
    headers: Mapping[str, str]  # names in lower case

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece. Raises ``Unavailable`` when it ends too early or stays silent too long."""


@runtime_checkable
class ModelServer(Protocol):
    """One server of models. Its control side blocks (call it in a thread); its data side, ``send``, is async.

    ``id`` is ``<integration>`` or ``<integration>:<name>``; ``node`` and ``gpus`` say where its memory is, ``None`` and
    empty where the owner did not say. ``loads`` is whether models can be loaded and unloaded by asking; one that does
    not is used as it is. ``swaps`` is whether it swaps models by itself when a request names another. ``holds_many`` is
    whether several models may be in memory at once. ``pulls`` is whether it can fetch models.
    """

    id: str
    title: str
    node: str | None
    gpus: tuple[int, ...]
    loads: bool
    swaps: bool
    holds_many: bool
    pulls: bool

    def models(self) -> Sequence[Model]:
        """What it has, by name."""

    def loaded(self) -> Sequence[LoadedModel] | None:
        """What is in memory now; ``None`` where the server does not tell."""

    def load(self, model: str, options: LoadOptions = LoadOptions()) -> Iterator[Loading]:
        """Load a model, told step by step; it is loaded when the iterator ends.

        Raises ``NotFound`` for an unknown one, ``Refused`` when it fails (whatever was loaded may be gone then).
        """

    def unload(self, model: str) -> None:
        """Take a model out of memory; one that is not loaded stays so."""

    def pull(self, model: str) -> Iterator[Loading]:
        """Fetch a model; raises ``Invalid`` where ``pulls`` is false."""

    def send(
        self, path: str, body: bytes, headers: Mapping[str, str], *, silence_s: float
    ) -> AbstractAsyncContextManager[ServedAnswer]:
        """POST a body as it is to a path of the OpenAI interface (``/v1/chat/completions``), with the credential.

        Leaving the block before the body's end closes the connection, which tells the server to stop. Any status is
        an answer. Raises ``Unavailable`` when the server cannot be reached or sends nothing for ``silence_s``.
        """


@runtime_checkable
class ModelBackend(Protocol):
    """An integration's model servers: one, or as many as its settings name."""

    def servers(self) -> Sequence[ModelServer]:
        """Its servers, by id."""
