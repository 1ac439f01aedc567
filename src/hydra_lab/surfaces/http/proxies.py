"""Reverse proxies: whose word on the caller's address and on https is taken, and who a proxy says it is."""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import Scope

from hydra_lab.kernel.credentials import By, Identity, Visit
from hydra_lab.kernel.errors import Denied
from hydra_lab.kernel.policy.model import Actor
from hydra_lab.kernel.services import Services

PEER = "peer"
# The same name under which other proxies send it.
ALSO = {"remote-user": "x-forwarded-user", "remote-email": "x-forwarded-email", "remote-groups": "x-forwarded-groups"}
LONGEST_AGENT = 200


@lru_cache(maxsize=4096)
def is_in(address: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is in one of some networks."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(one) for one in networks)


def through(scope: Scope, trusted: tuple[str, ...]) -> None:
    """Put the caller's own address and scheme in place of the proxy's, where a trusted proxy tells them.

    The address that really connected stays in the state as ``peer``. Of the addresses in ``X-Forwarded-For`` the last
    one that is no trusted proxy counts: what is before it anybody may have written.
    """
    peer = (scope.get("client") or ("", 0))[0]
    scope.setdefault("state", {})[PEER] = peer
    if not is_in(peer, trusted):
        return
    headers = Headers(scope=scope)
    told = [one.strip() for line in headers.getlist("x-forwarded-for") for one in line.split(",") if one.strip()]
    for address in reversed(told):
        scope["client"] = (address, 0)
        if not is_in(address, trusted):
            break
    scheme = headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
    if scheme in ("http", "https"):
        scope["scheme"] = scheme


def place_of(request: Request) -> str:
    """The address a request comes from: failed sign-ins are counted by it."""
    return request.client.host if request.client else "unknown"


def visit_of(request: Request, by: By) -> Visit:
    """How somebody comes in, by what their request tells."""
    return Visit(by=by, address=place_of(request), agent=request.headers.get("user-agent", "")[:LONGEST_AGENT])


def vouched_for(request: Request) -> Actor | None:
    """Who a trusted proxy says it is, where that person is granted anything; ``None`` else.

    Such a header from anywhere else is ignored, and so is one that came twice: the proxy has not taken the caller's own
    away. The journal tells of it.
    """
    services: Services = request.app.state.services
    settings = services.settings.current.forward_auth
    if not settings.proxies:
        return None
    given = said(request.headers, settings.user_header)
    if not given:
        return None
    peer = request.scope["state"].get(PEER, "")
    if not is_in(peer, settings.proxies) or len(given) > 1:
        services.credentials.pretended(settings.user_header, peer)
        return None
    groups = said(request.headers, settings.groups_header)
    identity = Identity(
        subject=given[0], name=given[0], email=next(iter(said(request.headers, settings.email_header)), ""),
        groups=tuple(one.strip() for line in groups for one in line.replace("|", ",").split(",") if one.strip()),
    )  # fmt: skip
    visit = visit_of(request, By.PROXY)
    try:
        actor = services.credentials.vouched(identity, settings, visit)
    except Denied:
        services.credentials.turned_away(identity.called, visit)
        return None
    services.credentials.arrived(actor, visit)
    return actor


def said(headers: Headers, name: str) -> list[str]:
    """What a header says, each time it came; under its other usual name where it did not come."""
    found: Iterable[str] = headers.getlist(name) if name else ()
    lines = [line.strip() for line in found if line.strip()]
    other = ALSO.get(name.lower())
    return lines or ([line.strip() for line in headers.getlist(other) if line.strip()] if other else [])
