"""Alertmanager's API as documented, behind a proxy that asks for a password."""

import base64
from typing import Any

from tests.integrations.faults import Asked, HttpHarness, Reply

PASSWORD = "am-password-5f01c3"
SILENCE = {
    "id": "3c02cc3b-7c29-4f78-8379-5eaa01d01778", "status": {"state": "active"}, "comment": "b", "createdBy": "a",
    "updatedAt": "2026-03-01T00:00:00.152Z", "startsAt": "2026-03-01T00:00:00.152Z", "endsAt": "2036-01-01T00:00:00Z",
    "matchers": [{"isEqual": True, "isRegex": True, "name": "x", "value": "y"}],
}  # fmt: skip
ALERT = {
    "annotations": {}, "endsAt": "2026-03-01T05:43:04.064Z", "fingerprint": "6145004c73697686",
    "receivers": [{"name": "hook"}], "startsAt": "2026-03-01T05:38:04.064Z", "updatedAt": "2026-03-01T05:38:04.064Z",
    "status": {"inhibitedBy": [], "silencedBy": [SILENCE["id"]], "state": "suppressed"},
    "labels": {"alertname": "A", "x": "y"},
}  # fmt: skip


def answer(asked: Asked) -> Reply:
    """Answer as Alertmanager does."""
    if asked.headers.get("authorization") != "Basic " + base64.b64encode(f"hydra:{PASSWORD}".encode()).decode():
        return Reply(status=401, body=b"Unauthorized")
    known = {
        "/api/v2/status": {"cluster": {"status": "ready"}, "versionInfo": {"version": "0.25.0"}, "uptime": ""},
        "/api/v2/alerts": [ALERT],
        "/api/v2/silences": [SILENCE] if asked.method == "GET" else {"silenceID": SILENCE["id"]},
        f"/api/v2/silence/{SILENCE['id']}": SILENCE if asked.method == "GET" else None,
    }
    return Reply(json=known[asked.path]) if asked.path in known else Reply(status=404)


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"url": url, "username": "hydra", "password": secret}


HARNESS = HttpHarness(
    answer=answer, values=values, secret=PASSWORD, wrong="am-password-wrong",
    calls={"alert_source": lambda source: source.alerts(), "silencer": lambda silencer: silencer.silences()},
)  # fmt: skip
