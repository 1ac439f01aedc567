"""Asking for a measurement without waiting long for one that does not answer."""

import threading

from hydra_lab.kernel.capabilities import MetricsSource, Sample
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError, Unavailable

NEED = "metrics_source"
PATIENCE_S = 2.0  # pages show it


def asked(ctx: Context, query: str) -> list[Sample]:
    """What a query gives now.

    Raises ``NotConfigured`` where nothing measures, ``Unavailable`` soon where what does is silent, ``Invalid`` for a
    wrong query.
    """
    ctx.services.integrations.require((NEED,))
    (one, *_) = ctx.services.integrations.configured(NEED)
    state = ctx.services.integrations.state(one.name)
    if state.status.lost:
        raise Unavailable(f"{state.title} is lost: {state.detail}", fix=f"See /ui/integrations/{state.name}.")
    source = ctx.capability(MetricsSource)
    found: list[list[Sample] | HydraError] = []

    def ask() -> None:
        try:
            found.append(source.query(query))
        except HydraError as error:
            found.append(error)

    thread = threading.Thread(target=ask, name="triggers-asked", daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    if not found:
        raise Unavailable(f"{state.title} did not answer within {PATIENCE_S:.0f} s.", fix="See whether it runs.")
    if isinstance(found[0], HydraError):
        raise found[0]
    return found[0]


def reason(error: HydraError) -> str:
    """Why something cannot be measured, for a person."""
    return f"{error.detail} {error.fix}" if error.fix else error.detail
