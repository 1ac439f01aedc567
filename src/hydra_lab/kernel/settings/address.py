"""Where people reach Hydra: its public address, and the path it is below on a host that it shares."""

import re
from urllib.parse import urlsplit

PART = re.compile(r"^[A-Za-z0-9._~-]+$")


def readable_address(text: str) -> str:
    """The text if it is an absolute http address, without a slash at its end; nothing stays nothing."""
    if not text:
        return ""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{text!r} is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("a public address is absolute, such as https://lab.example or https://lab.example/hydra")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("a public address has no user, no question mark and no #: only scheme, host, port and path")
    return f"{parts.scheme}://{parts.netloc.lower()}{readable_path(parts.path)}"


def readable_path(text: str) -> str:
    """The text as a path that others are put behind: ``/hydra``, or nothing for the root."""
    path = text.strip().rstrip("/")
    if not path:
        return ""
    if not path.startswith("/"):
        raise ValueError(f"a base path begins with a slash: /{path}")
    if not all(PART.match(part) and part.strip(".") for part in path[1:].split("/")):
        raise ValueError("a base path is made of letters, digits and . _ ~ - between slashes, such as /hydra")
    return path


def path_of(address: str) -> str:
    """The path of an address that ``readable_address`` has passed."""
    return urlsplit(address).path


def host_of(address: str) -> str:
    """The host of such an address, with its port if it names one."""
    return urlsplit(address).netloc
