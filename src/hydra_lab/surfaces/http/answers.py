"""Answers as bytes: JSON, and files with what a browser needs to keep or resume them."""

import hashlib
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from hydra_lab.kernel.errors import NotFound
from hydra_lab.kernel.operation import Raw
from hydra_lab.surfaces.http.streams import Chunks


class Json(Response):
    """A JSON answer. Numbers that JSON has no word for (NaN, infinity) are ``null``."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The content as UTF-8 JSON."""
        return to_json(content, inf_nan_mode="null")


def sendable(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as they may be sent: without line ends or other control signs, and in Latin-1."""
    return {
        name: "".join(sign for sign in value if sign.isprintable()).encode("latin-1", "replace").decode("latin-1")
        for name, value in headers.items()
    }


def disposition(filename: str) -> str:
    """A ``Content-Disposition`` that saves under this name (RFC 6266), whatever letters are in it."""
    plain = filename.encode("ascii", "replace").decode().replace('"', "'").replace("?", "_")
    plain = "".join(sign if sign.isprintable() else "_" for sign in plain)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def raw_response(request: Request, raw: Raw) -> Response:
    """An endpoint's raw answer, with an ``ETag`` so that it is not sent twice; a file is streamed from disk."""
    headers = {name.title(): value for name, value in sendable(raw.headers).items()}
    if raw.chunks is not None:
        return Chunks(raw.chunks, raw.status, headers, raw.media_type, request.app.state.streams)
    if raw.filename:
        headers.setdefault("Content-Disposition", disposition(raw.filename))
    if raw.file is None:
        body = raw.body or b""
        if request.method not in ("GET", "HEAD"):
            return Response(body, raw.status, headers, raw.media_type)
        tag = headers.setdefault("Etag", f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        if raw.status == 200 and unchanged(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(body, raw.status, headers, raw.media_type)
    try:
        stat = Path(raw.file).stat()
    except OSError as error:
        raise NotFound("This file is no longer kept.", fix="Run the work again to make it anew.") from error
    tag = headers.setdefault("Etag", f'"{stat.st_mtime_ns:x}-{stat.st_size:x}"')
    headers.setdefault("Last-Modified", formatdate(stat.st_mtime, usegmt=True))
    if raw.status == 200 and unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(raw.file, raw.status, headers, raw.media_type, stat_result=stat)


def unchanged(request: Request, tag: str) -> bool:
    """Whether the caller has this version already (``If-None-Match``)."""
    known = request.headers.get("if-none-match", "")
    return known.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in known.split(","))
