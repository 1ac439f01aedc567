"""Requests that wait for one server: who goes next, and which model is loaded next, so that it changes seldom."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A request that waits. ``number`` is the order of arrival, ``rank`` 0 for the most urgent."""

    number: int
    model: str
    rank: int
    since: float


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The model whose turn it is, how many of its requests run, and the newest request that was there when it began."""

    model: str | None = None
    running: int = 0
    newest: int = 0


def overdue(waiting: Sequence[Waiting], now: float, together_s: float) -> list[Waiting]:
    """Those that have waited longer than requests for another model may go before them, oldest first."""
    return sorted((one for one in waiting if now - one.since >= together_s), key=lambda one: one.number)


def may_go(turn: Turn, waiting: Sequence[Waiting], now: float, *, together_s: float, at_once: int) -> list[Waiting]:
    """Requests for the model whose turn it is that go now.

    Who came before the turn began goes in any case. Who came later goes only while no request for another model is
    overdue: so a turn ends, and nobody waits for more than ``together_s`` and the turns of those that came before.
    """
    others = any(one.model != turn.model for one in overdue(waiting, now, together_s))
    own = [one for one in waiting if one.model == turn.model and (one.number <= turn.newest or not others)]
    return in_order(own, now, together_s)[: max(0, at_once - turn.running)]


def next_model(waiting: Sequence[Waiting], now: float, *, together_s: float) -> str | None:
    """The model to load when nobody of the present turn runs or may go: that of the oldest overdue, else the best."""
    ordered = in_order(waiting, now, together_s)
    return ordered[0].model if ordered else None


def in_order(waiting: Sequence[Waiting], now: float, together_s: float) -> list[Waiting]:
    """Who goes first: the overdue by age, whatever their rank, then by rank and age."""
    late = overdue(waiting, now, together_s)
    numbers = {one.number for one in late}
    return late + sorted((one for one in waiting if one.number not in numbers), key=lambda one: (one.rank, one.number))
