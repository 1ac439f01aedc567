"""Asking outside systems without waiting long for one that hangs: what a page or a list of many can wait for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from hydra_lab.kernel.errors import HydraError, Unavailable

if TYPE_CHECKING:
    from hydra_lab.kernel.context import Context

T = TypeVar("T")
PATIENCE_S = 2.0


def soon(ask: Callable[[], T], who: str = "It") -> T:
    """An answer, if it comes soon. Raises ``Unavailable`` when it does not, and what asking raises."""
    (found,) = soon_of_each({"": ask}, who).values()
    if isinstance(found, HydraError):
        raise found
    return found


def soon_of_each(asks: Mapping[str, Callable[[], T]], who: str = "It") -> dict[str, T | HydraError]:
    """What each answers, or why it does not; all are asked at the same time. Raises what is no error of Hydra's."""
    found: dict[str, T | HydraError] = {}
    odd: list[Exception] = []

    def work(name: str) -> None:
        try:
            found[name] = asks[name]()
        except HydraError as error:
            found[name] = error
        except Exception as error:
            odd.append(error)

    threads = [threading.Thread(target=work, args=(name,), name="asked-soon", daemon=True) for name in asks]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if odd:
        raise odd[0]
    silent = Unavailable(f"{who} did not answer within {PATIENCE_S:g} s.", fix="See whether it runs, and ask again.")
    return {name: found.get(name, silent) for name in asks}


def soon_from(ctx: Context, need: str, ask: Callable[[], T]) -> T:
    """The same of the system that meets a need; one that is known to be lost is not waited for.

    Raises ``NotConfigured`` where there is none, ``Unavailable`` where it is lost or silent, and what asking raises.
    """
    integrations = ctx.services.integrations
    integrations.require((need,))
    state = integrations.state(integrations.configured(need)[0].name)
    if state.status.lost:
        raise Unavailable(f"{state.title} is lost: {state.detail}", fix=f"See /ui/integrations/{state.name}.")
    return soon(ask, state.title)
