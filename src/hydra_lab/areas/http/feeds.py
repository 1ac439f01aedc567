"""What calls over HTTP tell the rest of Hydra: which hosts may be called."""

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Fact


def allowed(ctx: Context) -> list[str]:
    """The hosts that may be called."""
    return list(ctx.services.settings.current.http.allowed_hosts)


CONTRIBUTIONS = (Fact(name="http_allowed_hosts", measure=allowed),)
