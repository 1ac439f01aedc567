"""What sign-in tells the rest of Hydra: whether its settings let anybody in, and fit together."""

from hydra_lab.kernel.context import Context
from hydra_lab.kernel.contributions import Check, CheckResult
from hydra_lab.kernel.settings.entry import Grants


def check(ctx: Context) -> CheckResult:
    """Whether the other ways in are set to an end."""
    settings = ctx.services.settings.current
    oidc, proxy = settings.oidc, settings.forward_auth
    if bool(oidc.issuer) != bool(oidc.client_id):
        missing = "oidc.client_id" if oidc.issuer else "oidc.issuer"
        return CheckResult(status="warn", detail=f"Single sign-on is off: {missing} is not set.", fix=f"Set {missing}.")
    if oidc.is_on and not grants_any(oidc):
        detail = "Single sign-on lets nobody in: nobody is granted anything."
        return CheckResult(status="warn", detail=detail, fix="Name somebody in oidc.admin, oidc.write or oidc.read.")
    if proxy.proxies and not grants_any(proxy):
        detail = "A proxy may say who it is, but nobody is granted anything."
        return CheckResult(status="warn", detail=detail, fix="Name somebody in forward_auth.admin, .write or .read.")
    ways = [*(["single sign-on"] if oidc.is_on else []), *(["a reverse proxy"] if proxy.proxies else []), "tokens"]
    return CheckResult(status="ok", detail=f"People sign in by {' and '.join(ways)}.")


def grants_any(grants: Grants) -> bool:
    """Whether anybody is named."""
    return any((grants.admin, grants.approve, grants.write, grants.read))


CONTRIBUTIONS = (Check(name="sign-in", title="Sign-in", run=check),)
