"""Signing in by an identity provider: off to it, and back with who it is; and signing out there as well."""

import structlog
from starlette.responses import RedirectResponse, Response

from hydra_lab.kernel.credentials import By, SignedIn
from hydra_lab.kernel.credentials.oidc import LIFE_S, Provider, secret_of
from hydra_lab.kernel.errors import HydraError, NotFound, TooMany
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http import Call, start_session
from hydra_lab.surfaces.http.proxies import place_of, visit_of
from hydra_lab.surfaces.web.signing import Signing

log = structlog.get_logger()

SSO, SSO_BACK = "/sign-in/oidc", "/sign-in/oidc/back"
COOKIE, PROOF = "hydra_oidc", "hydra_oidc_out"
LONGEST_PROOF = 3500  # a browser keeps 4,096 bytes of a cookie


class SingleSignOn:
    """The two addresses of the flow. What is to be remembered on the way is with the browser, sealed."""

    def __init__(self, services: Services, signing: Signing) -> None:
        self._services = services
        self._signing = signing
        self._provider = Provider(services.http, services.secrets, services.clock)
        services.scrubber.add(secret_of(services.settings.current.oidc))

    def begin(self, call: Call) -> Response:
        """Send the browser to the provider."""
        settings = self._services.settings.current
        to = self._signing.target(call.request.query_params.get("next", ""))
        if not settings.oidc.is_on:
            raise NotFound("No identity provider is set here.", fix="Set oidc.issuer and oidc.client_id.")
        request = call.request
        try:
            self._services.credentials.may_try(place_of(request))
            address, kept = self._provider.begin(settings.oidc, back=f"{self._own(call)}{SSO_BACK}", to=to)
        except HydraError as error:
            log.warning("oidc.failed", problem=error.detail)
            return self._signing.form(call, to, error=error, by_token=False)
        response = RedirectResponse(address, 303, headers={"Referrer-Policy": "no-referrer"})
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, kept, max_age=LIFE_S, httponly=True, samesite="lax", secure=secure)
        return response

    def back(self, call: Call) -> Response:
        """The browser is back: sign its person in and go on; or the form, saying what was wrong."""
        services, request, to, began = self._services, call.request, self._signing.target(""), False
        settings = services.settings.current.oidc
        if not settings.is_on:
            raise NotFound("No identity provider is set here.", fix="Set oidc.issuer and oidc.client_id.")
        answer, visit = dict(request.query_params), visit_of(request, By.OIDC)
        try:
            services.credentials.may_try(visit.address)
            begun = self._provider.begun(request.cookies.get(COOKIE, ""), answer.get("state", ""))
            to, began = begun.to, True
            identity, proof = self._provider.finish(settings, begun, answer)
            actor = services.credentials.vouched(identity, settings, visit)
        except HydraError as error:
            log.warning("oidc.failed", problem=error.detail)
            # What no sign-in of this browser's led to is not counted: any page could send the browser here.
            if began and not isinstance(error, TooMany):
                services.credentials.failed(visit, error.detail)
            response = self._signing.form(call, to, error=error, by_token=False)
        else:
            response = RedirectResponse(to, 303, headers={"Referrer-Policy": "no-referrer"})
            start_session(request, response, actor, By.OIDC, identity)
            if len(proof) <= LONGEST_PROOF:
                age, secure = round(settings.session_h * 3600), request.url.scheme == "https"
                response.set_cookie(PROOF, proof, max_age=age, httponly=True, samesite="lax", secure=secure)
        response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=request.url.scheme == "https")
        return response

    def sign_out(self, call: Call) -> Response:
        """End the session; one that the provider vouched for ends at the provider, too, where it can."""
        services, settings = self._services, self._services.settings.current.oidc
        here = call.visitor.actor.session if isinstance(call.visitor.actor, SignedIn) else None
        every = services.credentials.sessions.seen_by(call.visitor.actor) if here else []
        to = None
        if settings.is_on and any(one.id == here and one.by is By.OIDC for one in every):
            proof = call.request.cookies.get(PROOF, "")
            to = self._provider.leaving(settings, back=f"{self._own(call)}/sign-in", proof=proof)
        response = self._signing.sign_out(call, to)
        response.delete_cookie(PROOF, httponly=True, samesite="lax", secure=call.request.url.scheme == "https")
        return response

    def _own(self, call: Call) -> str:
        """The address of the pages, as the provider is to lead back to it."""
        settings, request = self._services.settings.current, call.request
        own = f"{request.url.scheme}://{request.headers.get('host', '')}{settings.base_path}"
        return f"{settings.public_url or own}/ui"
