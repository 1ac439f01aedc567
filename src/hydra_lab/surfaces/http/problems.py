"""Errors as answers: problem+json (RFC 9457) with a code, what happened and what to do about it."""

import math
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from hydra_lab.kernel.errors import TABLE, HydraError, NotFound, describe, row_of
from hydra_lab.surfaces.http.answers import Json
from hydra_lab.surfaces.http.below import leading

MEDIA_TYPE = "application/problem+json"
TITLES = {"unforeseen": "Something went wrong inside Hydra", "error": "Error"}


class MethodNotAllowed(HydraError):
    """The path exists, but not for this method."""

    code = "method_not_allowed"

    def __init__(self, detail: str, *, allow: str) -> None:
        super().__init__(detail, fix=f"Use {allow}.")
        self.headers = {"Allow": allow}


class BadRequest(HydraError):
    """The request cannot be read at all."""

    code = "bad_request"


class UnknownHost(HydraError):
    """The request asks for a host name under which this Hydra does not answer."""

    code = "unknown_host"


# The kernel knows no HTTP, so what only HTTP can get wrong has its status here.
STATUSES: dict[type[HydraError], int] = {MethodNotAllowed: 405, BadRequest: 400, UnknownHost: 421}


def status_of(error: BaseException) -> int:
    """The HTTP status of an error."""
    return STATUSES.get(type(error), row_of(error).http)  # type: ignore[arg-type]


def status_of_code(code: str) -> int:
    """The HTTP status of an error known by its code."""
    return next((row.http for cls, row in TABLE.items() if cls.code == code), 500)


def title_of(code: str) -> str:
    """An error code in words: ``not_configured`` is “Not configured”."""
    return TITLES.get(code, code.replace("_", " ").capitalize())


def problem_of(error: BaseException, *, instance: str, request_id: str, base: str = "") -> dict[str, Any]:
    """The problem document of an error; of an unforeseen one it tells nothing but where to look."""
    if isinstance(error, HydraError):
        told = describe(error)
    else:
        told = {
            "code": "unforeseen",
            "detail": "Something went wrong inside Hydra; nothing more is known about it here.",
            "fix": f"Its log has the cause under request {request_id}; `hydra doctor` looks for known causes.",
        }
    return document(told, status=status_of(error), instance=instance, base=base)


def document(told: dict[str, Any], *, status: int, instance: str, base: str = "") -> dict[str, Any]:
    """The problem document of an error that is known as ``{code, detail, fix, …}``; ``base`` is what Hydra is below."""
    code = str(told["code"])
    own = {"type": f"{base}/docs#error-{code}", "title": title_of(code), "status": status, "instance": instance}
    return {**told, **own}


def headers_of(error: BaseException) -> dict[str, str]:
    """What an error says in headers: when to come back, how to sign in, which methods there are."""
    headers = dict(getattr(error, "headers", None) or {})
    wait = getattr(error, "retry_after_s", None)
    status = status_of(error)
    if wait is not None:
        headers["Retry-After"] = str(max(1, math.ceil(wait)))
    elif status == 503:
        headers["Retry-After"] = "5"
    if status == 401:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="hydra"')
    return headers


def problem_response(request: Request, error: BaseException) -> Response:
    """The answer to an error: a page for a browser that looks at pages, else problem+json."""
    request_id = request.state.request_id if hasattr(request.state, "request_id") else ""
    base = request.scope.get("root_path", "")
    told = problem_of(error, instance=base + request.url.path, request_id=request_id, base=base)
    problem = request.app.state.services.scrubber.scrub(told)
    shape = getattr(request.state, "error_shape", None)
    if shape is not None:
        return Json(shape(problem), status_code=problem["status"], headers=headers_of(error))
    page = getattr(request.app.state, "error_page", None)
    if page is not None and "text/html" in request.headers.get("accept", ""):
        response: Response | None = page(request, problem)
        if response is not None:
            response.headers.update(headers_of(error))
            return response
    problem = leading(problem, base)
    return Json(problem, status_code=problem["status"], headers=headers_of(error), media_type=MEDIA_TYPE)


def on_hydra_error(request: Request, error: Exception) -> Response:
    """Starlette's handler for errors that Hydra raises on purpose."""
    return problem_response(request, error)


def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's handler for its own errors: no such path, no such method, a body that cannot be read."""
    assert isinstance(error, HTTPException)
    return problem_response(request, translated(request, error))


def translated(request: Request, error: HTTPException) -> HydraError:
    """Starlette's error as one of Hydra's."""
    if error.status_code == 404:
        near = request.app.state.near_paths(request.url.path)
        fix = f"Did you mean {' or '.join(near)}?" if near else "`GET /operations` lists every path."
        return NotFound(f"There is nothing at {request.url.path}.", fix=fix, near=near)
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        return MethodNotAllowed(f"{request.method} is not possible at {request.url.path}; {allowed} is.", allow=allowed)
    return BadRequest(str(error.detail), fix="Correct the request; /docs shows what each path takes.")
