"""How a hook knows that a call is from who it says: the schemes that senders use, as pure functions."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from hydra_lab.kernel.errors import Unauthenticated
from hydra_lab.kernel.operation import Output
from hydra_lab.kernel.webhooks import is_signed

DELIVERY_HEADERS = ("webhook-id", "x-github-delivery", "x-gitlab-event-uuid", "idempotency-key")
SENT = '{"hello": "lab"}'
UNPROVEN = "This call does not carry the hook's secret."
FIX = "Give the sender the hook's secret; `hydra hooks create` makes a new one."


class Scheme(StrEnum):
    """How a sender proves who it is."""

    TOKEN = "token"  # noqa: S105 - Authorization: Bearer SECRET, or X-Hook-Token
    GITHUB = "github"  # X-Hub-Signature-256: sha256=HMAC of the body (GitHub, Gitea, Forgejo)
    STANDARD = "standard"  # https://www.standardwebhooks.com: webhook-id, webhook-timestamp, webhook-signature


class Hook(Output):
    """A hook without its secret."""

    name: str
    scheme: Scheme
    created_at: AwareDatetime
    created_by: str
    last_at: AwareDatetime | None = None
    received: int = 0


def verify(scheme: Scheme, secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Raise ``Unauthenticated`` unless the call carries proof of the secret. Header names are lower-case."""
    match scheme:
        case Scheme.TOKEN:
            word, _, token = headers.get("authorization", "").partition(" ")
            given = token.strip() if word.lower() == "bearer" else headers.get("x-hook-token", "")
            good = hmac.compare_digest(given.encode(), secret.encode())
        case Scheme.GITHUB:
            wanted = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            good = hmac.compare_digest(headers.get("x-hub-signature-256", "").encode(), wanted.encode())
        case Scheme.STANDARD:
            good = is_signed(secret, headers, body, now)
    if not good:
        raise Unauthenticated(UNPROVEN, fix=FIX)


def delivery(headers: Mapping[str, str]) -> str | None:
    """What the sender calls this delivery, the same when it sends it again; ``None`` when it does not say."""
    return next((headers[name][:200] for name in DELIVERY_HEADERS if headers.get(name)), None)


def example(scheme: Scheme, address: str, secret: str) -> str:
    """A call of a hook for a shell, with what proves it."""
    json = "-H 'Content-Type: application/json'"
    match scheme:
        case Scheme.TOKEN:
            return f"curl {address} {json} \\\n  -H 'Authorization: Bearer {secret}' -d '{SENT}'"
        case Scheme.GITHUB:
            signed = f"printf %s '{SENT}' | openssl dgst -sha256 -hmac '{secret}' | sed 's/.* //'"
            return f"sum=$({signed})\ncurl {address} {json} \\\n  -H \"X-Hub-Signature-256: sha256=$sum\" -d '{SENT}'"
        case Scheme.STANDARD:
            key = f"printf %s '{secret}' | sed s/^whsec_// | base64 -d | od -An -v -tx1 | tr -d ' \\n'"
            signed = f"printf %s \"$id.$at.\"'{SENT}' | openssl dgst -sha256 -mac hmac -macopt hexkey:$key -binary"
            headers = '-H "webhook-id: $id" -H "webhook-timestamp: $at" -H "webhook-signature: v1,$sum"'
            return (
                f"id=test-$$-$(date +%s) at=$(date +%s)\nkey=$({key})\nsum=$({signed} | base64)\n"
                f"curl {address} {json} \\\n  {headers} -d '{SENT}'"
            )
