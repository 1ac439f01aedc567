"""Asking hosts of containers without waiting long for one that hangs."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from hydra_lab.kernel.errors import HydraError, Unavailable

T = TypeVar("T")
PATIENCE_S = 2.0  # how long a page, or a list of many hosts, waits for what only a host can tell


def soon(ask: Callable[[], Any]) -> Any:
    """An answer of the host's, if it comes soon. Raises ``Unavailable`` when it does not, and what asking raises."""
    (found,) = soon_of_each({"": ask}).values()
    if isinstance(found, HydraError):
        raise found
    return found


def soon_of_each(asks: Mapping[str, Callable[[], T]]) -> dict[str, T | HydraError]:
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

    threads = [threading.Thread(target=work, args=(name,), name="containers-asked", daemon=True) for name in asks]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + PATIENCE_S
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    if odd:
        raise odd[0]
    silent = Unavailable(f"It did not answer within {PATIENCE_S:g} s.", fix="Ask again; it is looked at all the time.")
    return {name: found.get(name, silent) for name in asks}
