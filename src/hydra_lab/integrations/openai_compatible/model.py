"""What servers with OpenAI's interface tell, each in its own words, and which kinds of them there are."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What can be asked of a server besides OpenAI's interface."""

    PLAIN = "plain"
    LLAMA_SWAP = "llama-swap"
    LLAMA_ROUTER = "llama.cpp router"
    LM_STUDIO = "LM Studio"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a server turned out to be; ``program`` and ``version`` where it tells them."""

    kind: Kind
    program: str | None = None
    version: str | None = None


@dataclass(frozen=True, kw_only=True)
class RouterStatus:
    """Whether the router of llama.cpp has a model in memory."""

    value: str
    failed: bool = False
    exit_code: int | None = None


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What llama.cpp tells of a model's file, and in ``n_ctx`` what it was started with."""

    n_ctx: int | None = None
    n_ctx_train: int | None = None
    n_params: int | None = None
    size: int | None = None


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A model as ``/v1/models`` lists it; all but its id depends on the program."""

    id: str
    owned_by: str | None = None
    max_model_len: int | None = None
    context_length: int | None = None
    meta: Meta | None = None
    status: RouterStatus | None = None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The models of a server."""

    data: list[Listed]


@dataclass(frozen=True, kw_only=True)
class Process:
    """A model that llama-swap runs, starts or stops."""

    model: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Processes:
    """What llama-swap runs."""

    running: list[Process]


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A model in LM Studio's memory."""

    id: str
    config: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Studio:
    """A model of LM Studio."""

    key: str
    loaded_instances: list[Instance]
    type: str | None = None
    architecture: str | None = None
    quantization: dict[str, Any] | None = None
    size_bytes: int | None = None
    params_string: str | None = None
    max_context_length: int | None = None
    capabilities: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class StudioListing:
    """The models of LM Studio."""

    models: list[Studio]
