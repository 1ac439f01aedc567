"""Home Assistant's REST API as documented: a bearer token, its configuration and its states."""

from typing import Any

from tests.integrations.faults import Asked, HttpHarness, Reply

TOKEN = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.bGFiLXRva2Vu.c2lnbmF0dXJl"
CONFIG = {
    "latitude": 0, "longitude": 0, "elevation": 0, "unit_system": {"length": "km"}, "location_name": "Lab",
    "time_zone": "UTC", "components": ["api", "person"], "version": "2024.3.3", "state": "RUNNING",
}  # fmt: skip
STATES = [
    {"entity_id": "person.owner", "state": "home", "attributes": {"friendly_name": "Owner"}, "context": {"id": "1"}},
    {"entity_id": "person.guest", "state": "unknown", "attributes": {"friendly_name": "Guest"}},
    {"entity_id": "person.child", "state": "School", "attributes": {}},
    {"entity_id": "sun.sun", "state": "below_horizon", "attributes": {"friendly_name": "Sun"}},
]


def answer(asked: Asked) -> Reply:
    """Answer as Home Assistant does."""
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return Reply(status=401, body=b"401: Unauthorized")
    known = {"/api/": {"message": "API running."}, "/api/config": CONFIG, "/api/states": STATES}
    return Reply(json=known[asked.path]) if asked.path in known else Reply(status=404, body=b"404: Not Found")


def values(url: str, secret: str) -> dict[str, Any]:
    """Settings that lead to the stand-in."""
    return {"url": url, "token": secret}


HARNESS = HttpHarness(
    answer=answer, values=values, secret=TOKEN, wrong="eyJhbGciOiJIUzI1NiJ9.d3Jvbmc.d3Jvbmc",
    calls={"presence_source": lambda presence: presence.people()},
)  # fmt: skip
