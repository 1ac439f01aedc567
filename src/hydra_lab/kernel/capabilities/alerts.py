"""Alerts and silences, as areas know them whatever keeps them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """A condition on one label; a label that an alert lacks is the empty text, and a pattern fits the whole value."""

    name: str
    value: str
    is_regex: bool = False
    is_equal: bool = True


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert that fires. ``suppressed`` are those that nobody is told of: by silences, or by other alerts."""

    fingerprint: str
    labels: dict[str, str]
    annotations: dict[str, str] = field(default_factory=dict)
    starts_at: datetime
    suppressed: bool = False
    silenced_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class PastAlert:
    """An alert that fired within a span: from when to when it was seen to."""

    labels: dict[str, str]
    first_at: datetime
    last_at: datetime


@runtime_checkable
class AlertSource(Protocol):
    """Knows which alerts fire."""

    def alerts(self, matchers: Sequence[Matcher] = ()) -> list[Alert]:
        """The alerts that fire now and fit every matcher. Raises ``Invalid`` for a wrong matcher."""


@runtime_checkable
class AlertHistory(Protocol):
    """Knows which alerts fired before."""

    def fired(self, matchers: Sequence[Matcher], *, start: datetime, end: datetime) -> list[PastAlert]:
        """The alerts that fired within a span and fit every matcher. Raises ``Invalid`` for a wrong matcher."""


@dataclass(frozen=True, kw_only=True)
class NewSilence:
    """A silence to be: from ``starts_at`` to ``ends_at`` nobody is told of the alerts that fit every matcher."""

    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    owner: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Silence(NewSilence):
    """A silence as it is kept."""

    id: str
    state: Literal["pending", "active", "expired"]
    updated_at: datetime | None = None


class HeldSilence(Protocol):
    """A silence for as long as a block runs. ``problem`` says why it may have lapsed, ``None`` while all is well."""

    id: str
    problem: str | None

    def muted(self) -> list[Alert]:
        """The alerts that it has muted so far."""


@runtime_checkable
class Silencer(Protocol):
    """Keeps silences. Those made elsewhere are among them."""

    def silences(self) -> list[Silence]:
        """Every silence that is still kept, expired ones too."""

    def silence(self, id: str) -> Silence:
        """One of them. Raises ``NotFound``."""

    def put(self, silence: NewSilence, *, id: str | None = None) -> str:
        """Make a silence, or change the one of an id; what it is called from now on.

        A change of what it fits ends the old one and makes another. Raises ``Invalid`` for a wrong one, ``NotFound``.
        """

    def expire(self, id: str) -> None:
        """End a silence now. Raises ``NotFound``."""

    def hold(self, matchers: Sequence[Matcher], *, owner: str, reason: str) -> AbstractContextManager[HeldSilence]:
        """A silence while a block runs: extended again and again, ended after it, lapsing within minutes of a crash."""
