"""What an API offers, read from its OpenAPI document: endpoints, parameters, bodies, answers and schemas."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Field:
    """One value a caller sends or gets. ``name`` is dotted for inline objects, ``[]`` marks list elements.

    ``required`` is ``None`` where the document does not say.
    """

    name: str
    type: str
    required: bool | None = None
    description: str = ""
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A value in the path, the query, a header or a cookie."""

    name: str
    place: str
    type: str
    required: bool
    description: str = ""
    default: str | None = None


@dataclass(frozen=True, kw_only=True)
class Content:
    """A body in one media type. ``example`` is ready to print; ``given`` tells the document's own from a made one."""

    media_type: str
    type: str
    fields: tuple[Field, ...] = ()
    example: str | None = None
    given: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an endpoint may answer; ``status`` is ``200``, ``4XX`` or ``default``."""

    status: str
    description: str
    contents: tuple[Content, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether the status tells of a failure; OpenAPI's ``default`` stands for the errors not listed."""
        return self.status == "default" or self.status[:1] in ("4", "5")


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One method on one path."""

    method: str
    path: str
    area: str
    summary: str
    description: str
    deprecated: bool
    parameters: tuple[Parameter, ...]
    bodies: tuple[Content, ...]
    body_required: bool
    answers: tuple[Answer, ...]

    @property
    def key(self) -> str:
        """``GET /queue/{id}``: how an endpoint is named in tables, links and the list of changes."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, kw_only=True)
class Schema:
    """A named schema, shown once and linked to from everywhere."""

    name: str
    type: str
    description: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, kw_only=True)
class Api:
    """A whole document. ``unresolved`` lists references that lead nowhere or out of the document."""

    title: str
    version: str
    description: str
    endpoints: tuple[Endpoint, ...]
    schemas: tuple[Schema, ...]
    unresolved: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One difference to the last run. ``kind`` is ``added``, ``removed`` or ``changed``; ``breaking`` for callers."""

    kind: str
    endpoint: str
    detail: str
    breaking: bool = False


@dataclass(frozen=True, kw_only=True)
class Run:
    """One time an API was documented."""

    source: str
    made_at: datetime
    version: str
    endpoints: int


Outline = dict[str, dict[str, Any]]
