"""Who is at home, as the home's own systems tell it, and Hydra shown in such a system."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One person, place or switch as a source tells of it.

    ``id`` is ``person.owner``, ``zone.home``, ``input_select.house_mode``: its kind, a dot, its name. ``value`` is
    ``home``, ``not_home`` or a zone's name for a person, an option or a number for others, ``None`` where the source
    itself does not know. ``since`` is since when it is so, where the source tells.
    """

    id: str
    name: str
    value: str | None
    since: datetime | None = None


@runtime_checkable
class PresenceSource(Protocol):
    """Knows who is at home, and tells when that changes."""

    def follow(self, quiet_s: float) -> Iterator[Sighting | None]:
        """What is followed, as it is now; then ``None`` once all of it was told; then whatever changes, as it does.

        ``None`` comes again after every ``quiet_s`` without a change, once the source has shown that it still answers.
        Raises ``Unavailable`` when it is lost, ``Denied`` and ``Refused`` as every call does; ends only when closed.
        """


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One thing that is shown. ``key`` is a word of small letters and underscores; ``icon`` as ``mdi:pause``."""

    key: str
    title: str
    kind: Literal["number", "text", "switch"]
    icon: str
    unit: str | None = None


@runtime_checkable
class HomePanel(Protocol):
    """Shows Hydra in the home's own system, and hears what is switched there."""

    def show(
        self,
        tiles: Sequence[Tile],
        values: Callable[[], Mapping[str, str | int | bool | None]],
        switched: Callable[[str, bool], None],
    ) -> Iterator[None]:
        """Show tiles with their values for as long as this is iterated; each turn takes about a second.

        ``values`` is asked every turn, and what changed is sent; ``None`` is shown as unknown. ``switched(key, on)`` is
        called in the same thread. Closing it shows Hydra as not available, and so does its death. Raises
        ``Unavailable``, ``Denied`` and ``Refused``.
        """
