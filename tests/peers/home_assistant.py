"""A real Home Assistant, with an owner, a token, and a way to move people and press switches."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from tests.peers.starting import peer

PATIENCE_S = 60.0


@dataclass(frozen=True, kw_only=True)
class HomeAssistant:
    """A running one."""

    url: str
    token: str
    folder: Path

    @property
    def client(self) -> httpx.Client:
        """Its API, signed in."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def put(self, entity: str, state: str) -> None:
        """An entity has another state, as its own integration would say it."""
        with self.client as client:
            client.post(f"/api/states/{entity}", json={"state": state}).raise_for_status()

    def state(self, entity: str) -> str | None:
        """An entity's state; ``None`` where there is no such entity."""
        with self.client as client:
            answer = client.get(f"/api/states/{entity}")
            return answer.json()["state"] if answer.is_success else None

    def call(self, service: str, **data: Any) -> None:
        """Call a service, such as ``switch.turn_on``."""
        with self.client as client:
            client.post(f"/api/services/{service.replace('.', '/')}", json=data).raise_for_status()

    def connect_mqtt(self, port: int, user: str, password: str) -> None:
        """Set up its MQTT integration."""
        flow = "/api/config/config_entries/flow"
        with self.client as client:
            begun = client.post(flow, json={"handler": "mqtt", "show_advanced_options": False}).raise_for_status()
            broker = {"broker": "127.0.0.1", "port": port, "username": user, "password": password}
            done = client.post(f"{flow}/{begun.json()['flow_id']}", json=broker).raise_for_status().json()
        assert done["type"] == "create_entry", done


@contextmanager
def running() -> Iterator[HomeAssistant]:
    """One with an owner, where ``HASS_VENV`` says where it is installed; it is too heavy for every run."""
    if not os.environ.get("HASS_VENV"):
        pytest.skip("HASS_VENV names no Home Assistant; tests/peers/home_assistant.sh installs one")
    with peer("home_assistant.sh") as values:
        yield HomeAssistant(url=values["URL"], token=onboarded(values["URL"]), folder=Path(values["DIR"]))


def onboarded(url: str) -> str:
    """A long-lived token of an owner made just now."""
    id = f"{url}/"
    with httpx.Client(base_url=url, timeout=PATIENCE_S, trust_env=False) as client:
        owner = {"client_id": id, "name": "Owner", "username": "owner", "password": "lab-only", "language": "en"}
        code = client.post("/api/onboarding/users", json=owner).raise_for_status().json()["auth_code"]
        grant = {"client_id": id, "code": code, "grant_type": "authorization_code"}
        access = client.post("/auth/token", data=grant).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {access}"
        client.post("/api/onboarding/analytics", json={}).raise_for_status()
    with connect(f"ws{url.removeprefix('http')}/api/websocket", proxy=None) as socket:
        socket.recv()
        socket.send(json.dumps({"type": "auth", "access_token": access}))
        socket.recv()
        wanted = {"id": 1, "type": "auth/long_lived_access_token", "client_name": "hydra", "lifespan": 30}
        socket.send(json.dumps(wanted))
        return str(json.loads(socket.recv())["result"])
