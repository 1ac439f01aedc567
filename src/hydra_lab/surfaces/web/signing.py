"""Signing in and out: a token typed into a form, or a link that signs in once; and the choice of theme."""

import math
from typing import Any

from starlette.responses import RedirectResponse, Response

from hydra_lab.kernel.credentials import By
from hydra_lab.kernel.errors import HydraError, TooMany, Unauthenticated
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http import Call, end_session, place_of, start_session
from hydra_lab.surfaces.http.problems import status_of
from hydra_lab.surfaces.web import flash
from hydra_lab.surfaces.web.frame import THEME, THEMES, Frame
from hydra_lab.surfaces.web.html import html
from hydra_lab.surfaces.web.look.render import Renderer

YEAR_S = 365 * 24 * 3600


class Signing:
    """The sign-in page and what its forms do."""

    def __init__(self, services: Services, renderer: Renderer, frame: Frame, ui: str) -> None:
        self._credentials = services.credentials
        self._settings = services.settings
        self._renderer = renderer
        self._frame = frame
        self._ui = ui

    def ask(self, call: Call) -> Response:
        """The sign-in page; with ``?token=`` in its address, signing in by link.

        The address with the token is left at once by a redirect, and no referrer is sent from it.
        """
        query = call.request.query_params
        to = self.target(query.get("next", ""))
        token = query.get("token", "")
        if token:
            return self.enter(call, token, to, by_link=True)
        if call.visitor.is_known:
            return RedirectResponse(to, 303)
        return self.form(call, to)

    def sign_in(self, call: Call) -> Response:
        """The token from the form."""
        to = self.target(str(call.form.get("next", "")))
        return self.enter(call, str(call.form.get("token", "")).strip(), to, by_link=False)

    def enter(self, call: Call, token: str, to: str, *, by_link: bool) -> Response:
        """Open a session for the token's owner and go on; or the form again, saying what was wrong."""
        place = place_of(call.request)
        by = By.LINK if by_link and self._credentials.authenticate(token) is None else By.TOKEN
        try:
            actor = (self._credentials.redeem if by is By.LINK else self._credentials.sign_in)(token, place)
        except (Unauthenticated, TooMany) as error:
            return self.form(call, to, error=error)
        response = RedirectResponse(to, 303, headers={"Referrer-Policy": "no-referrer"})
        start_session(call.request, response, actor, by)
        return response

    def form(
        self, call: Call, to: str, *, error: HydraError | None = None, by_token: bool = True, notice: str = ""
    ) -> Response:
        """The sign-in page; ``by_token`` says which of its two ways the error is about."""
        oidc = self._settings.current.oidc
        values: dict[str, Any] = {
            **self._frame.bare(call.request), "next": to, "notice": notice, "problem": error.detail if error else "",
            "fix": error.fix or "" if error else "", "sso": oidc.title if oidc.is_on else "",
            "by_token": by_token,
        }  # fmt: skip
        headers = {"Referrer-Policy": "no-referrer"}
        if isinstance(error, TooMany):
            headers["Retry-After"] = str(math.ceil(error.retry_after_s))
        page = self._renderer.page("sign-in.html", values)
        return html(call.request, page, status_of(error) if error else 200, headers)

    def sign_out(self, call: Call, to: str | None = None) -> Response:
        """End the session, and go on to ``to``, where the person is signed out as well.

        A page leads there: the policy for forms lets none end at another site, not by a redirect either.
        """
        headers = {"Clear-Site-Data": '"cache"'}
        response: Response = RedirectResponse(f"{self._ui}/sign-in", 303, headers=headers)
        if to:
            values = {**self._frame.bare(call.request), "to": to, "sso": self._settings.current.oidc.title}
            response = html(call.request, self._renderer.page("signed-out.html", values), headers=headers)
        end_session(call.request, response, call.visitor)
        return response

    def theme(self, call: Call) -> Response:
        """Keep the chosen theme in a cookie and come back."""
        chosen = str(call.form.get("theme", ""))
        to = str(call.form.get("_next", ""))
        response = RedirectResponse(to if flash.local(to) else f"{self._ui}/", 303)
        if chosen in THEMES:
            secure = call.request.url.scheme == "https"
            response.set_cookie(THEME, chosen, max_age=YEAR_S, httponly=True, samesite="lax", secure=secure)
        else:
            response.delete_cookie(THEME)
        return response

    def target(self, wanted: str) -> str:
        """Where to go after signing in: a page of ours, never elsewhere."""
        ours = wanted.startswith(f"{self._ui}/") and flash.local(wanted)
        return wanted if ours and not wanted.startswith(f"{self._ui}/sign-") else f"{self._ui}/"
