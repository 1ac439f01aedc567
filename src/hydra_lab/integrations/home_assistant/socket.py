"""Home Assistant's websocket API: signing in, all states, and what changes."""

from __future__ import annotations

import json
import time
from ssl import SSLError
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from hydra_lab.integrations.home_assistant.model import Change, Entity, Heard
from hydra_lab.integrations.home_assistant.settings import HomeAssistantSettings
from hydra_lab.kernel.errors import Denied, Refused, Unavailable
from hydra_lab.kernel.http import HttpClient, trusted

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

T = TypeVar("T")
WHO = "Home Assistant"
LARGEST = 64 << 20  # all states come in one message; a large home has some thousands
CHECK_IT = f"Check that the address really is that of {WHO}."
SEE_IT = f"See whether {WHO} runs and can be reached from Hydra's machine."


class Socket:
    """One connection, signed in. Everything here raises the kernel's errors; ids of commands count up from 1."""

    def __init__(self, settings: HomeAssistantSettings, http: HttpClient) -> None:
        self._patience_s = http.timeout_s
        self._last_id = 0
        self._early: list[Change] = []  # what changed while an answer was waited for
        self._connection = connected(settings, http)
        try:
            self._sign_in(settings)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def subscribe(self) -> None:
        """Be told of every change of a state from now on."""
        self._ask("subscribe_events", event_type="state_changed")

    def states(self) -> list[Entity]:
        """Every entity as it is now."""
        return read(list[Entity], self._ask("get_states").result)

    def ping(self) -> None:
        """See that the other side still answers."""
        self._ask("ping")

    def changed(self, quiet_s: float) -> Change | None:
        """The next change; ``None`` when there was none for so long."""
        if self._early:
            return self._early.pop(0)
        deadline = time.monotonic() + quiet_s
        while (left := deadline - time.monotonic()) > 0:
            heard = self._heard(left)
            if heard is None:
                return None
            if heard.type == "event":
                return change_of(heard)
        return None

    def _sign_in(self, settings: HomeAssistantSettings) -> None:
        first = self._answer()
        if first.type != "auth_required":
            raise Refused(f"{WHO} began with “{first.type[:40]}” where it asks for a token.", fix=CHECK_IT)
        self._send({"type": "auth", "access_token": settings.token.get_secret_value()})
        if self._answer().type != "auth_ok":
            raise Denied(f"{WHO} refused the token.", fix=f"Set a valid credential for {WHO}.")

    def _ask(self, command: str, **more: Any) -> Heard:
        """Send a command and wait for what it answers; changes that come before it are kept for later."""
        self._last_id += 1
        self._send({"id": self._last_id, "type": command, **more})
        while True:
            heard = self._answer()
            if heard.type == "event":
                self._early.append(change_of(heard))
            elif heard.id == self._last_id:
                if heard.success is False:
                    said = heard.error.get("message", "no reason given")
                    raise Refused(f"{WHO} refused {command}: {said}", fix="See whether its version is one Hydra knows.")
                return heard

    def _answer(self) -> Heard:
        heard = self._heard(self._patience_s)
        if heard is None:
            raise Unavailable(f"{WHO} did not answer in time.", fix=SEE_IT)
        return heard

    def _heard(self, within_s: float) -> Heard | None:
        from websockets.exceptions import ConnectionClosed

        try:
            text = self._connection.recv(timeout=within_s)
        except TimeoutError:
            return None
        except ConnectionClosed as error:
            raise Unavailable(f"{WHO} closed the connection.", fix=SEE_IT) from error
        try:
            return Heard.model_validate_json(text)
        except ValidationError as error:
            raise Refused(f"{WHO} sent something that makes no sense.", fix=CHECK_IT) from error

    def _send(self, message: dict[str, Any]) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            self._connection.send(json.dumps(message))
        except ConnectionClosed as error:
            raise Unavailable(f"{WHO} closed the connection.", fix=SEE_IT) from error


def connected(settings: HomeAssistantSettings, http: HttpClient) -> ClientConnection:
    """A connection whose handshake has passed."""
    from websockets.exceptions import InvalidHandshake, InvalidURI
    from websockets.sync.client import connect

    try:
        return connect(
            settings.socket_url, open_timeout=http.timeout_s, close_timeout=1, max_size=LARGEST, proxy=None,
            ssl=trusted() if settings.socket_url.startswith("wss:") else None, ping_interval=None,
            user_agent_header="hydra-lab",
        )  # fmt: skip
    except (InvalidHandshake, InvalidURI, SSLError) as error:
        http.request(WHO, "GET", f"{settings.url}/api/websocket")  # a plain call is told what is wrong, and raises it
        raise Refused(f"{WHO} does not speak websocket there.", fix=CHECK_IT) from error
    except TimeoutError as error:
        raise Unavailable(f"{WHO} did not answer in time.", fix=SEE_IT) from error
    except OSError as error:
        raise Unavailable(f"{WHO} cannot be reached: {type(error).__name__}.", fix=SEE_IT) from error


def change_of(heard: Heard) -> Change:
    """What an event tells."""
    return read(Change, (heard.event or {}).get("data"))


def read(kind: type[T], value: Any) -> T:
    """A part of a message as what it should be. Raises ``Refused``."""
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        raise Refused(f"{WHO} sent something that makes no sense.", fix=CHECK_IT) from error
