"""Pages as answers: compressed where the browser takes it."""

import gzip

from starlette.requests import Request
from starlette.responses import HTMLResponse

SMALLEST = 1024  # bytes below which compressing costs more than it saves


def html(request: Request, text: str, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """A page, or parts of one."""
    body, more = text.encode(), {"Vary": "Accept-Encoding", **(headers or {})}
    if len(body) >= SMALLEST and "gzip" in request.headers.get("accept-encoding", ""):
        return HTMLResponse(gzip.compress(body, 5, mtime=0), status, {**more, "Content-Encoding": "gzip"})
    return HTMLResponse(body, status, more)
