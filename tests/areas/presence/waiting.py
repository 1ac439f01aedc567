"""Waiting for what becomes of presence."""

from typing import Any

from tests.areas.containers.waiting import until
from tests.server import Server

QUICK = {
    "rules": [
        {"id": "asleep", "state": "sleep", "priority": 90,
         "when": [{"of": "input_select.house_mode", "is_one_of": ["sleep"]}]},
        {"id": "everyone-left", "state": "away", "when": [{"is_none_of": ["home"], "for_minutes": 0.02}]},
        {"id": "somebody-home", "state": "home", "priority": 10, "when": [{"every": False, "is_one_of": ["home"]}]},
    ]
}  # fmt: skip


def status(server: Server) -> dict[str, Any]:
    """How presence is."""
    found: dict[str, Any] = server.client.get("/presence/status").raise_for_status().json()
    return found


def becomes(server: Server, state: str | None) -> dict[str, Any]:
    """How presence is, once it is in a state."""
    return until(lambda: (now := status(server))["state"] == state and now)


def applied(server: Server, outcome: str = "applied") -> dict[str, Any]:
    """What the last change came to, once it came to that."""

    def found() -> Any:
        last = status(server)["last"]
        return last and last["applied"] and last["applied"]["outcome"] == outcome and last["applied"]

    told: dict[str, Any] = until(found)
    return told


def events(server: Server, *names: str) -> list[dict[str, Any]]:
    """What the journal says of presence, oldest first."""
    found = server.client.get("/activity", params={"topic": "presence", "limit": 200}).raise_for_status().json()
    return [one for one in reversed(found["events"]) if not names or one["name"] in names]
