"""Asking for a measurement without waiting long for one that does not answer."""

from hydra_lab.kernel.capabilities import MetricsSource, Sample
from hydra_lab.kernel.context import Context
from hydra_lab.kernel.errors import HydraError
from hydra_lab.kernel.integrations.soon import soon_from

NEED = "metrics_source"


def asked(ctx: Context, query: str) -> list[Sample]:
    """What a query gives now.

    Raises ``NotConfigured`` where nothing measures, ``Unavailable`` soon where what does is silent, ``Invalid`` for a
    wrong query.
    """
    return soon_from(ctx, NEED, lambda: ctx.capability(MetricsSource).query(query))


def reason(error: HydraError) -> str:
    """Why something cannot be measured, for a person."""
    return f"{error.detail} {error.fix}" if error.fix else error.detail
