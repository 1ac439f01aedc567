"""What TabbyAPI tells."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """How a model was loaded."""

    max_seq_len: int | None = None


@dataclass(frozen=True, kw_only=True)
class Card:
    """A model by the name of its directory."""

    id: str
    parameters: Parameters | None = None


@dataclass(frozen=True, kw_only=True)
class Cards:
    """The models that it has."""

    data: list[Card]


@dataclass(frozen=True, kw_only=True)
class Issue:
    """Something that is wrong with it."""

    description: str = ""


@dataclass(frozen=True, kw_only=True)
class Health:
    """How it is."""

    status: str
    issues: list[Issue] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Failed:
    """Why a load failed."""

    message: str = "it did not say why"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One event of a load: how far it is, or that it failed. Draft and vision models tell of themselves first."""

    model_type: str = "model"
    module: int | None = None
    modules: int | None = None
    status: str | None = None
    error: Failed | None = None
