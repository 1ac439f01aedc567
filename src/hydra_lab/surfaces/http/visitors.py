"""Visitors: who sends a request, by token, key or session; and that a browser's change was meant."""

import hmac
from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from hydra_lab.kernel.credentials import By, Identity
from hydra_lab.kernel.errors import Denied, TooMany, Unauthenticated
from hydra_lab.kernel.operation import Entry
from hydra_lab.kernel.policy.model import Actor, ActorKind
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http.proxies import place_of, visit_of, vouched_for

COOKIE = "hydra_session"
SESSION_S = 30 * 24 * 3600
# RFC 6750, section 3.1: a token was shown, and it is none of ours.
UNKNOWN_TOKEN = {"WWW-Authenticate": 'Bearer realm="hydra", error="invalid_token"'}
SIGN_IN = "Send “Authorization: Bearer TOKEN”, or sign in; `hydra token link` prints a sign-in link."


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who asks. ``csrf`` is set for a browser's session: what its forms must carry."""

    actor: Actor
    session: str | None = None
    csrf: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether a credential was shown."""
        return bool(self.actor.scopes)


NOBODY = Visitor(actor=Actor(kind=ActorKind.HOOK, name="nobody"))


def visitor_of(request: Request, entry: Entry) -> Visitor:
    """Who asks, as the route wants it shown. Raises ``Unauthenticated`` where a credential is wanted and missing."""
    match entry:
        case Entry.CREDENTIAL:
            found = known_visitor(request)
            if found is None:
                raise Unauthenticated("This needs a credential.", fix=SIGN_IN)
            return found
        case Entry.PUBLIC:
            # Whoever is signed in is known here too, but a wrong credential is no hindrance.
            try:
                return known_visitor(request) or NOBODY
            except (Unauthenticated, TooMany):
                return NOBODY
        case Entry.HOOK | Entry.LINK:
            # Reading is all it may do by itself; whether it is who it says is for the handler to find out.
            return Visitor(actor=Actor(kind=ActorKind.HOOK, name=request.url.path, scopes=frozenset({"read"})))
        case _:
            assert_never(entry)


def known_visitor(request: Request) -> Visitor | None:
    """Whoever showed a token or a key, came through a trusted proxy, or has a session's cookie; ``None`` for nobody.

    Raises ``Unauthenticated`` for a token that is not known: it is never passed over for a cookie; and ``TooMany``
    where too many others were shown before it.
    """
    services: Services = request.app.state.services
    token = shown_token(request)
    if token is not None:
        try:
            return Visitor(actor=services.credentials.shown(token, visit_of(request, By.API)))
        except Unauthenticated as error:
            error.fix = SIGN_IN
            error.headers = UNKNOWN_TOKEN  # type: ignore[attr-defined]
            raise
    if (person := vouched_for(request)) is not None:
        # Their browser sends what signs them in with every request, so their forms carry a secret as a session's do.
        return Visitor(actor=person, csrf=services.secrets.tag(f"csrf {person.name}"))
    cookie = request.cookies.get(COOKIE)
    session = services.credentials.session(cookie) if cookie else None
    if session is None:
        return None
    actor, csrf = session
    return Visitor(actor=actor, session=cookie, csrf=csrf)


def known_at_once(request: Request, entry: Entry) -> Visitor | None:
    """Who asks, where a token is shown that was good a moment ago; ``None`` where the database has to be asked."""
    if entry is not Entry.CREDENTIAL:
        return None
    services: Services = request.app.state.services
    token = shown_token(request)
    actor = None if token is None else services.credentials.tokens.at_once(token, place_of(request))
    return None if actor is None else Visitor(actor=actor)


def shown_token(request: Request) -> str | None:
    """The token in ``Authorization`` or ``X-API-Key``."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme:
        if scheme.lower() != "bearer":
            raise Unauthenticated(f"Hydra knows no “{scheme}” sign-in.", fix=SIGN_IN)
        return token.strip()
    return request.headers.get("x-api-key")


def check_csrf(request: Request, visitor: Visitor, field: object) -> None:
    """Raise ``Denied`` when a browser was led here by another site.

    A session's change must carry its secret in the form field ``csrf`` or in ``X-CSRF-Token``. Where nobody is
    signed in (the sign-in form) the browser's own word about the origin decides.
    """
    if visitor.csrf is not None:
        given = field if isinstance(field, str) and field else request.headers.get("x-csrf-token", "")
        if not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
            raise Denied("This form is from another session.", fix="Reload the page, then try again.", rule="csrf")
    elif not visitor.is_known and comes_from_elsewhere(request):
        raise Denied("This request comes from another site.", fix="Open Hydra's own page instead.", rule="csrf")


def comes_from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site sent this request.

    ``Sec-Fetch-Site`` is believed first: pages that tell nobody their address are sent with the origin ``null``.
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in ("cross-site", "same-site")
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != request.headers.get("host", "").lower()


def start_session(request: Request, response: Response, actor: Actor, by: By, identity: Identity | None = None) -> None:
    """Open a session for whoever just showed who they are, and have the browser keep its cookie."""
    services: Services = request.app.state.services
    cookie, _csrf = services.credentials.open_session(actor, visit_of(request, by), identity)
    response.set_cookie(
        COOKIE, cookie, max_age=SESSION_S, httponly=True, samesite="lax", secure=request.url.scheme == "https"
    )


def end_session(request: Request, response: Response, visitor: Visitor) -> None:
    """Sign out: the session ends on the server, and the browser forgets its cookie."""
    services: Services = request.app.state.services
    if visitor.session:
        services.credentials.close_session(visitor.session)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=request.url.scheme == "https")
