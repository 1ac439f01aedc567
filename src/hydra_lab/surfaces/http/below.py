"""Below a path: Hydra shares a host with others, and a proxy shows it at `/hydra`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hydra_lab.kernel.errors import Invalid

Headers = list[tuple[bytes, bytes]]
PAGE_NAMED = re.compile(r"(?<![\w/.])/ui(/[\w/-]*\w)")
# Only what says what to do is changed: any other text may be somebody's own.
TELLING = frozenset({"fix", "unblock"})


class Below:
    """ASGI middleware around everything: inside it all paths are Hydra's own, outside they are below ``base``.

    A proxy may strip the path or pass it on; both are understood. Where an answer leads (``Location``) and where its
    cookies are sent is put below ``base`` here, and what a page links to by ``base`` in the templates.
    """

    def __init__(self, app: ASGIApp, *, base: str) -> None:
        self._app = app
        self._base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or not self._base:
            await self._app(scope, receive, send)
            return

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": outward(message["headers"], self._base)}
            await send(message)

        path = scope["path"]
        if is_below(path, self._base):
            path = path[len(self._base) :] or "/"
        await self._app({**scope, "path": path, "root_path": self._base}, receive, finish)


def is_below(path: str, base: str) -> bool:
    """Whether a path is ``base`` or something in it."""
    return path == base or path.startswith(f"{base}/")


def outward(headers: Iterable[tuple[bytes, bytes]], base: str) -> Headers:
    """An answer's headers as the browser needs them: addresses and cookies below ``base``."""
    found: Headers = []
    for name, value in headers:
        text = value.decode("latin-1")
        if name.lower() == b"location" and text.startswith("/") and not is_below(text.partition("?")[0], base):
            value = f"{base}{text}".encode("latin-1")
        elif name.lower() == b"set-cookie":
            value = "; ".join(f"Path={base}" if part == "Path=/" else part for part in text.split("; ")).encode(
                "latin-1"
            )
        found.append((name, value))
    return found


def check_base(base: str, paths: Iterable[str]) -> None:
    """Raise ``Invalid`` when Hydra has paths of its own below ``base``: nobody could tell the two apart."""
    if base and any(is_below(path, base) for path in paths):
        raise Invalid(
            f"base_path cannot be {base}: Hydra itself has paths that begin so.",
            fix="Choose another for the proxy and HYDRA_BASE_PATH, such as /hydra.",
        )


def leading(told: Any, base: str) -> Any:
    """JSON-ready data in which what to do names pages below ``base``: a path, or a whole address."""
    if not base:
        return told
    if isinstance(told, Mapping):
        return {
            name: led(value, base) if name in TELLING and isinstance(value, str) else leading(value, base)
            for name, value in told.items()
        }
    return [leading(one, base) for one in told] if isinstance(told, list | tuple) else told


def led(text: str, base: str) -> str:
    """A text with ``/ui/queue`` as ``/hydra/ui/queue``."""
    return PAGE_NAMED.sub(rf"{base}/ui\1", text)
