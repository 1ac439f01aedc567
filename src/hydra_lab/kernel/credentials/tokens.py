"""Tokens: making them from chance, and keeping only their hashes."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from hydra_lab.kernel.errors import Invalid

PREFIX = "hyd_"
HINT = 8
SHORTEST_CHOSEN = 16


def new_token() -> str:
    """256 bits of chance, recognisable as Hydra's."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """What is kept of a token. It holds too much chance to be guessed, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def csrf_of(cookie: str) -> str:
    """The secret that a session's forms carry: made from the cookie, which another site cannot read."""
    return hmac.new(cookie.encode(), b"csrf", hashlib.sha256).hexdigest()


def chosen_admin_token(environ: Mapping[str, str]) -> str | None:
    """The admin token that ``HYDRA_ADMIN_TOKEN`` or the file named by ``HYDRA_ADMIN_TOKEN_FILE`` sets.

    Raises ``Invalid`` for a short one, because a chosen token may be guessed.
    """
    token, file = environ.get("HYDRA_ADMIN_TOKEN", ""), environ.get("HYDRA_ADMIN_TOKEN_FILE", "")
    source = "HYDRA_ADMIN_TOKEN"
    if not token and file:
        source = f"the file {file}"
        try:
            token = Path(file).read_text().strip()
        except OSError as error:
            raise Invalid(
                f"The admin token cannot be read from {file}: {error.strerror}.",
                fix="Correct HYDRA_ADMIN_TOKEN_FILE.",
            ) from error
    if not token and not file:
        return None
    if len(token) < SHORTEST_CHOSEN or not token.isascii():
        raise Invalid(
            f"The admin token in {source} is too short to be safe.",
            fix=f"Use at least {SHORTEST_CHOSEN} ASCII characters of chance: `openssl rand -base64 32`.",
        )
    return token


def write_private(path: Path, text: str) -> None:
    """Put text into a file that only its owner can read, whole or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    beside.replace(path)
