"""Signed webhooks, as https://www.standardwebhooks.com has them: what goes out is signed, what comes in is proved."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from hydra_lab.kernel.errors import Unauthenticated

PREFIX = "whsec_"
SKEW = timedelta(minutes=5)  # a call that was signed longer ago may be a copy of an old one


def new_secret() -> str:
    """A secret of 256 bits of chance."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes a secret stands for. Raises ``ValueError`` for what is none."""
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def signature(secret: str, id: str, stamp: str, body: bytes) -> str:
    """A signature of version 1: HMAC-SHA256 over id, time (seconds since 1970) and body, in base64."""
    return base64.b64encode(hmac.digest(key_of(secret), f"{id}.{stamp}.".encode() + body, hashlib.sha256)).decode()


def headers_of(secret: str, id: str, at: datetime, body: bytes) -> dict[str, str]:
    """What goes along with a body that is sent. ``id`` stays the same when it is sent again."""
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature(secret, id, stamp, body)}",
    }


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Whether one of a call's signatures is right. Header names are lower-case.

    Raises ``Unauthenticated`` for a call that was signed more than five minutes away from now.
    """
    id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not id or not stamp.isascii() or not stamp.isdigit():
        return False
    if abs(now.timestamp() - int(stamp)) > SKEW.total_seconds():
        raise Unauthenticated("This call was signed at another time.", fix="Set the clocks of both machines.")
    wanted = signature(secret, id, stamp, body)
    given = [one.removeprefix("v1,") for one in headers.get("webhook-signature", "").split() if one.startswith("v1,")]
    return any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given)
