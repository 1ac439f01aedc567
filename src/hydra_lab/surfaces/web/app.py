"""The web surface's routes: pages, their actions, signing in, static files; and errors as pages."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hydra_lab.kernel.errors import HydraError, NotFound
from hydra_lab.kernel.operation import Entry as Enter
from hydra_lab.kernel.services import Services
from hydra_lab.surfaces.http import Call, Path, Visitor, Way
from hydra_lab.surfaces.http.problems import title_of
from hydra_lab.surfaces.http.visitors import visitor_of
from hydra_lab.surfaces.web import site
from hydra_lab.surfaces.web.act import Actions
from hydra_lab.surfaces.web.approving import Approving
from hydra_lab.surfaces.web.frame import Frame, address_of
from hydra_lab.surfaces.web.html import html
from hydra_lab.surfaces.web.look.assets import Asset, assets
from hydra_lab.surfaces.web.look.render import Renderer
from hydra_lab.surfaces.web.run import Runner
from hydra_lab.surfaces.web.show import Shower
from hydra_lab.surfaces.web.signing import Signing
from hydra_lab.surfaces.web.sso import SSO, SSO_BACK, SingleSignOn

UI = "/ui"
# Forms may carry a whole backlog document.
FORM_LIMIT = 12 << 20
FOREVER = "public, max-age=31536000, immutable"


class Web:
    """All there is at ``/ui``."""

    def __init__(self, services: Services) -> None:
        self.ui = services.settings.current.base_path + UI
        self.assets = assets()
        self.pages = site.entries(services.registry)
        names = site.names(services.registry, self.pages)
        needed = partial(site.needed, services.registry)
        self.renderer = Renderer(self.assets, site.template_folders(services.registry), self.ui, names, needed)
        self.frame = Frame(services, self.pages, self.ui)
        self.shower = Shower(services, self.renderer, self.frame)
        self.actions = Actions(services, self.shower, self.pages, self.ui)
        self.runner = Runner(services, self.shower, self.actions, self.pages, self.ui)
        self.signing = Signing(services, self.renderer, self.frame, self.ui)
        self.sso = SingleSignOn(services, self.signing)
        self.approving = Approving(services, self.renderer, self.frame)

    def paths(self) -> list[Path]:
        """Every route, each saying how it is entered."""
        form = partial(Way, scope=None, forms=True, body_limit=FORM_LIMIT)
        public = partial(Way, entry=Enter.PUBLIC, scope=None)
        by_link = partial(Way, entry=Enter.LINK, scope=None)
        shown = [
            Path(UI + entry.page.path, {"GET": Way(answer=partial(self.shower.page, entry))}) for entry in self.pages
        ]
        return [
            *shown,
            Path("/", {"GET": public(answer=lambda call: RedirectResponse(f"{self.ui}/", 303))}),
            Path(UI, {"GET": public(answer=lambda call: RedirectResponse(f"{self.ui}/", 303))}),
            Path(UI + "/do/{operation}", {"POST": form(answer=self.actions.do)}),
            Path(UI + "/operations/{name}", {"POST": form(answer=self.runner.run)}),
            Path(UI + "/theme", {"POST": form(answer=self.signing.theme, body_limit=4096)}),
            Path(UI + "/sign-out", {"POST": form(answer=self.sso.sign_out, body_limit=4096)}),
            Path(UI + "/sign-in", {
                "GET": public(answer=self.signing.ask),
                "POST": public(answer=self.signing.sign_in, forms=True, body_limit=8192),
            }),
            Path(UI + "/approve/{code}", {
                "GET": by_link(answer=self.approving.show),
                "POST": by_link(answer=self.approving.answer, forms=True, body_limit=16384),
            }),
            Path(UI + SSO, {"GET": public(answer=self.sso.begin)}),
            Path(UI + SSO_BACK, {"GET": public(answer=self.sso.back)}),
            Path(UI + "/static/{name:path}", {"GET": public(answer=self.static)}),
        ]  # fmt: skip

    def static(self, call: Call) -> Response:
        """A static file; one asked for by its content's tag may be kept for ever."""
        asset = self.assets.get(call.path["name"])
        if asset is None:
            raise NotFound("There is no such file.", fix="Reload the page; it may be of an earlier version.")
        return sent(asset, call.request)

    def error_page(self, request: Request, problem: Mapping[str, Any]) -> Response | None:
        """An error as a page where a browser looked for one: sign in, nothing here, or what went wrong."""
        if not request.url.path.startswith(f"{UI}/") or request.headers.get("hx-request"):
            return None
        status = int(problem["status"])
        to = quote(address_of(request) if request.method == "GET" else f"{self.ui}/", safe="")
        if status == 401:
            return RedirectResponse(f"{self.ui}/sign-in?next={to}", 303)
        visitor = visitor_of(request, Enter.PUBLIC)
        if not visitor.is_known:
            if status == 404:
                return RedirectResponse(f"{self.ui}/sign-in?next={to}", 303)
            return self.bare_error(request, problem)
        return self.framed_error(request, visitor, problem)

    def framed_error(self, request: Request, visitor: Visitor, problem: Mapping[str, Any]) -> Response:
        """An error within the frame of all pages; without it when the frame cannot be made either."""
        try:
            frame = self.frame.around(request, visitor)
        except HydraError:
            return self.bare_error(request, problem)
        values = {**frame, **told(problem)}
        if problem["status"] == 404:
            guess = request.url.path.rpartition("/")[2]
            values |= {
                "detail": "",
                "fix": "",
                "guess": guess,
                "near": site.near(self.pages, request.url.path[len(UI) :]),
            }
            return html(request, self.renderer.page("not-found.html", values), 404)
        return html(request, self.renderer.page("error.html", values), problem["status"])

    def bare_error(self, request: Request, problem: Mapping[str, Any]) -> Response:
        """An error for somebody who is not signed in."""
        values = {**self.frame.bare(request), **told(problem)}
        return html(request, self.renderer.page("error-bare.html", values), problem["status"])


def told(problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem document as the error pages show it."""
    code = str(problem.get("code", ""))
    error = {"code": code, "detail": str(problem.get("detail", "")), "fix": str(problem.get("fix") or "")}
    return {"heading": title_of(code), "error": error, "status": problem["status"]}


def sent(asset: Asset, request: Request) -> Response:
    """A static file as this browser takes it: compressed where it can be, not again where it has it."""
    tag = f'"{asset.tag}"'
    headers = {
        "ETag": tag, "Vary": "Accept-Encoding",
        "Cache-Control": FOREVER if request.query_params.get("v") == asset.tag else "public, no-cache",
    }  # fmt: skip
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(asset.zipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)
