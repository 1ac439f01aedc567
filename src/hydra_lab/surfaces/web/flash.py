"""What a page says once after something was done: carried to the next page in a cookie, then forgotten."""

import base64
import json
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "hydra_said"
LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Said:
    """One passing notice; ``href`` is a page about it."""

    text: str
    s: str = "done"
    href: str = ""


def say(response: Response, said: Said, *, secure: bool) -> None:
    """Have the next page say something."""
    values = {**asdict(said), "text": said.text[:LONGEST]}
    packed = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
    response.set_cookie(COOKIE, packed, max_age=60, path="/", httponly=True, samesite="lax", secure=secure)


def said_in(request: Request) -> Said | None:
    """What the page before wanted said, if anything readable."""
    try:
        values = json.loads(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")))
        text, s, href = str(values["text"]), str(values["s"]), str(values["href"])
    except (ValueError, KeyError, TypeError):
        return None
    return Said(text=text, s=s if s in ("done", "warn", "bad", "info") else "info", href=href if local(href) else "")


def local(address: str) -> bool:
    """Whether an address stays on this site: a path, not a host in disguise."""
    return address.startswith("/") and not address.startswith(("//", "/\\")) and "\n" not in address


def forget(response: Response) -> None:
    """It was said."""
    response.delete_cookie(COOKIE, path="/")
