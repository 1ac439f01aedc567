"""Waiting for a server that loads and unloads in its own time: asked again and again until it is so."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from hydra_lab.kernel.errors import Unavailable
from hydra_lab.kernel.model_servers import Place

T = TypeVar("T")
PAUSE_S = 0.25


def until(place: Place, what: str, look: Callable[[], T], so: Callable[[T], bool]) -> Iterator[T]:
    """What each look saw, until it is so. Raises ``Unavailable`` when that takes too long."""
    deadline = time.monotonic() + place.load_silence_s
    while True:
        seen = look()
        yield seen
        if so(seen):
            return
        if time.monotonic() > deadline:
            raise Unavailable(f"{place.title} did not {what} in time.", fix=f"Look into the log of {place.title}.")
        time.sleep(PAUSE_S)
