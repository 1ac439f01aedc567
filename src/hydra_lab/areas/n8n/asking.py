"""Asking n8n for a page without waiting long for one that hangs."""

import threading
from collections.abc import Callable
from typing import TypeVar

from hydra_lab.areas.n8n.failures import NEED
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import Unavailable

T = TypeVar("T")
PATIENCE_S = 2.0


def soon(ctx: Context, ask: Callable[[], T]) -> T:
    """An answer, if it comes soon. Raises ``Unavailable`` when it does not or n8n is lost, and what asking raises."""
    for one in ctx.services.integrations.configured(NEED)[:1]:
        state = ctx.services.integrations.state(one.name)
        if state.status.lost:
            raise Unavailable(f"{state.title} is lost: {state.detail}", fix="It is asked again by itself.")
    found: list[T] = []
    failed: list[Exception] = []

    def work() -> None:
        try:
            found.append(ask())
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=work, name="n8n-page", daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if failed:
        raise failed[0]
    if not found:
        raise Unavailable(f"It did not answer within {PATIENCE_S:g} s.", fix="Load the page again.")
    return found[0]
