"""Request bodies: one that is too large is refused before it is read."""

from starlette.types import Message, Receive, Scope

from hydra_lab.kernel.errors import TooLarge


def limited(scope: Scope, receive: Receive, limit: int) -> Receive:
    """``receive`` that raises ``TooLarge`` when the announced or the actual body exceeds ``limit`` bytes."""
    seen = 0

    async def take() -> Message:
        nonlocal seen
        if seen == 0 and announced(scope) > limit:
            raise too_large(limit)
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > limit:
                raise too_large(limit)
        return message

    return take


def announced(scope: Scope) -> int:
    """The body's size as ``Content-Length`` says, 0 where it says nothing."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def too_large(limit: int) -> TooLarge:
    """The error of a body above the limit."""
    size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit >> 10} KiB"
    return TooLarge(f"The request body is larger than {size}.", fix="Send less at once.", limit_bytes=limit)
