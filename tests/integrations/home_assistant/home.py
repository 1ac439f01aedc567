"""A stand-in for Home Assistant on one port: its REST API, and its websocket as the real one was seen to speak it."""

import contextlib
import itertools
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from websockets.exceptions import InvalidHandshake
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tests.integrations.faults import Asked, Fault, Reply, StandIn

VERSION = "2024.3.3"


class Home(StandIn):
    """Persons, zones and switches that a test moves with ``put``; who is subscribed hears of it.

    As with the real one: nothing is said before the token, ids of commands must rise, a wrong token and a message out
    of turn end the connection, and a command that nobody knows is an error of its own. ``mute`` says nothing more.
    """

    def __init__(self, answer: Callable[[Asked], Reply], token: str, fault: Fault | None = None) -> None:
        super().__init__(answer, fault)
        self.token = token
        self.states: dict[str, dict[str, Any]] = {}
        self.mute = False
        self.joined = 0
        self._talks: set[Talk] = set()
        self._lock = threading.Lock()

    def put(self, entity_id: str, state: str | None, name: str | None = None) -> None:
        """An entity has another state from now on; with ``None`` it is removed."""
        with self._lock:
            old = self.states.pop(entity_id, None)
            new = None
            if state is not None:
                at = datetime.now(UTC).isoformat()
                new = {
                    "entity_id": entity_id, "state": state, "attributes": {"friendly_name": name} if name else {},
                    "last_changed": at, "last_updated": at, "context": {"id": "1", "parent_id": None, "user_id": None},
                }  # fmt: skip
                self.states[entity_id] = new
            data = {"entity_id": entity_id, "old_state": old, "new_state": new}
            for talk in list(self._talks):
                talk.tell("state_changed", data)

    def hang_up(self) -> None:
        """Close every websocket, as a restart does."""
        with self._lock:
            for talk in list(self._talks):
                talk.end()

    def respond(self, handler: BaseHTTPRequestHandler, answer: Callable[[Asked], Reply]) -> None:
        """A websocket where one is asked for; else as every stand-in."""
        wants = handler.headers.get("upgrade", "").lower() == "websocket"
        if not wants or self.fault not in (None, Fault.DENIED):
            return super().respond(handler, answer)
        handler.close_connection = True
        talk = Talk(self, handler)
        with contextlib.suppress(OSError, InvalidHandshake):
            talk.run()
        with self._lock:
            self._talks.discard(talk)
        return None

    def subscribed(self, talk: "Talk") -> None:
        """A connection wants to be told of changes."""
        with self._lock:
            self._talks.add(talk)
            self.joined += 1


class Talk:
    """One websocket connection."""

    def __init__(self, home: Home, handler: BaseHTTPRequestHandler) -> None:
        self._home = home
        self._socket = handler.connection
        self._protocol = ServerProtocol()
        self._head = handler.requestline.encode() + b"\r\n" + bytes(handler.headers)
        self._subscription: int | None = None
        self._numbers = itertools.count(1)
        self._last = 0
        self._sending = threading.Lock()

    def run(self) -> None:
        """Shake hands, then answer until it is over."""
        self._protocol.receive_data(self._head.replace(b"\n", b"\r\n").replace(b"\r\r\n", b"\r\n"))
        (request,) = self._protocol.events_received()
        assert isinstance(request, Request)
        self._protocol.send_response(self._protocol.accept(request))
        self._flush()
        self._say({"type": "auth_required", "ha_version": VERSION})
        answer = self._signed_in
        while data := self._socket.recv(65536):
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT and not self._home.mute:
                    message = json.loads(event.data)
                    if not answer(message):
                        return self.end()
                    answer = self._obeyed
            self._flush()
        return None

    def _signed_in(self, message: dict[str, Any]) -> bool:
        if message.keys() == {"type", "access_token"} and message["access_token"] == self._home.token:
            self._say({"type": "auth_ok", "ha_version": VERSION})
            return True
        self._say({"type": "auth_invalid", "message": "Invalid access token or password"})
        return False

    def _obeyed(self, message: dict[str, Any]) -> bool:
        id, command = message["id"], message["type"]
        if id <= self._last:
            self._fail(id, "id_reuse", "Identifier values have to increase.")
            return True
        self._last = id
        match command:
            case "subscribe_events" if message.get("event_type") == "state_changed":
                self._subscription = id
                self._home.subscribed(self)
                self._result(id, None)
            case "get_states":
                self._result(id, list(self._home.states.values()))
            case "ping":
                self._say({"id": id, "type": "pong"})
            case _:
                self._fail(id, "unknown_command", "Unknown command.")
        return True

    def tell(self, event: str, data: dict[str, Any]) -> None:
        """Tell of an event, if it was asked for."""
        told = {"event_type": event, "data": data, "origin": "LOCAL", "time_fired": datetime.now(UTC).isoformat()}
        if self._subscription is not None and not self._home.mute:
            self._say({"type": "event", "event": told, "id": self._subscription})

    def end(self) -> None:
        """Close as the real one does."""
        with contextlib.suppress(OSError):
            self._protocol.send_close(1000)
            self._flush()
            self._socket.shutdown(2)

    def _result(self, id: int, result: Any) -> None:
        self._say({"id": id, "type": "result", "success": True, "result": result})

    def _fail(self, id: int, code: str, message: str) -> None:
        error = {"code": code, "message": message}
        self._say({"id": id, "type": "result", "success": False, "error": error})

    def _say(self, message: dict[str, Any]) -> None:
        self._protocol.send_text(json.dumps(message).encode())
        self._flush()

    def _flush(self) -> None:
        with self._sending, contextlib.suppress(OSError):
            for data in self._protocol.data_to_send():
                self._socket.sendall(data)
