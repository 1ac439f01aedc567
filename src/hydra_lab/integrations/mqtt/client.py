"""One connection to an MQTT broker: publishing, hearing, and knowing whether the other side is still there."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hydra_lab.integrations.mqtt.model import Message
from hydra_lab.integrations.mqtt.settings import MqttSettings
from hydra_lab.kernel.errors import Busy, Denied, HydraError, Refused, Unavailable

if TYPE_CHECKING:
    from paho.mqtt.client import Client
    from paho.mqtt.reasoncodes import ReasonCode

WHO = "The MQTT broker"
KEEPALIVE_S = 15
TURN_S = 0.1
SEE_IT = "See whether the broker runs and can be reached from Hydra's machine."
# Reason codes of MQTT 5 (section 2.4): who is not let in, and who is to come back later.
NOT_LET_IN = {0x86, 0x87, 0x8A, 0x8C}
LATER = {0x89, 0x97, 0x9F}
NOT_NOW = {0x80, 0x88, 0x8B, 0x8D, 0x8E, 0x98}


class Connection:
    """Opened at once. Everything here raises the kernel's errors; use it in one thread, with ``closing``.

    ``last_will`` is a topic and a text that the broker publishes when this connection is lost.
    """

    def __init__(self, settings: MqttSettings, patience_s: float, *, last_will: tuple[str, str] | None = None) -> None:
        from paho.mqtt.client import Client, MQTTv5
        from paho.mqtt.enums import CallbackAPIVersion

        self._patience_s = patience_s
        self._heard: list[Message] = []
        self._answers: dict[int, list[Any]] = {}
        self._connected: Any = None
        self._client: Client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv5, reconnect_on_failure=False)
        self._client.connect_timeout = patience_s
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        self._client.on_publish = lambda _client, _data, mid, code, _properties: self._answered(mid, [code])
        self._client.on_subscribe = lambda _client, _data, mid, codes, _properties: self._answered(mid, codes)
        self._client.on_unsubscribe = lambda _client, _data, mid, codes, _properties: self._answered(mid, [])
        if settings.username:
            password = settings.password.get_secret_value() if settings.password else None
            self._client.username_pw_set(settings.username, password)
        if last_will:
            self._client.will_set(*last_will, qos=1, retain=True)
        self._open(settings)

    def close(self) -> None:
        """Say good-bye, as far as there is anybody."""
        self._client.disconnect()

    def subscribe(self, topic: str) -> None:
        """Hear what is published there, first what the broker has kept. Raises ``Denied`` where Hydra may not."""
        _, mid = self._client.subscribe(topic, qos=1)
        self._await(mid, f"hear {topic}")

    def publish(self, topic: str, text: str) -> None:
        """Publish a text that the broker keeps. Raises ``Denied`` where Hydra may not."""
        mid = self._client.publish(topic, text, qos=1, retain=True).mid
        self._await(mid, f"publish {topic}")

    def farewell(self, topic: str, text: str) -> None:
        """Publish a last text; where the connection is lost, the broker says it by itself."""
        with suppress(HydraError):
            self.publish(topic, text)

    def ping(self) -> None:
        """See that the broker still answers; what was published before it is heard by then.

        Taking back a subscription that was never made changes nothing, and is answered in turn.
        """
        _, mid = self._client.unsubscribe("hydra/is/there")
        self._await(mid, "ask")

    def messages(self, within_s: float) -> list[Message]:
        """What was published since the last time; waits for it, but not longer than that."""
        deadline = time.monotonic() + within_s
        while not self._heard and (left := deadline - time.monotonic()) > 0:
            self._turn(min(left, TURN_S))
        heard, self._heard = self._heard, []
        return heard

    def _open(self, settings: MqttSettings) -> None:
        try:
            if settings.tls:
                self._client.tls_set(ca_certs=str(settings.ca) if settings.ca else None)
            self._client.connect(settings.host, settings.port, KEEPALIVE_S)
        except TimeoutError as error:
            raise Unavailable(f"{WHO} did not answer in time.", fix=SEE_IT) from error
        except ssl.SSLError as error:
            raise Refused(
                f"{WHO} and Hydra do not agree on TLS: {error.reason}.", fix="Check tls, port and ca."
            ) from error
        except OSError as error:
            raise Unavailable(f"{WHO} cannot be reached: {type(error).__name__}.", fix=SEE_IT) from error
        code: ReasonCode = self._until(lambda: self._connected)
        if code.is_failure:
            raise refusal(code, "come in")

    def _await(self, mid: int | None, what: str) -> None:
        assert mid is not None
        for code in self._until(lambda: self._answers.pop(mid, None)) or ():
            if code.is_failure:
                raise refusal(code, what)

    def _until(self, found: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + self._patience_s
        while (answer := found()) is None:
            if time.monotonic() > deadline:
                raise Unavailable(f"{WHO} did not answer in time.", fix=SEE_IT)
            self._turn(TURN_S)
        return answer

    def _turn(self, seconds: float) -> None:
        from paho.mqtt.enums import MQTTErrorCode

        try:
            code = self._client.loop(seconds)
        except Exception as error:  # what cannot be read makes the library stumble in many ways
            raise nonsense() from error
        if code is MQTTErrorCode.MQTT_ERR_SUCCESS or (self._connected is not None and self._connected.is_failure):
            return  # a broker that lets nobody in has said why, and whoever waits for that tells it
        if code is MQTTErrorCode.MQTT_ERR_PROTOCOL:
            raise nonsense()
        raise Unavailable(f"{WHO} closed the connection.", fix=SEE_IT)

    def _on_connect(self, _client: Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Any) -> None:
        self._connected = code

    def _on_message(self, _client: Client, _data: Any, message: Any) -> None:
        text = message.payload.decode("utf-8", errors="replace")
        self._heard.append(Message(topic=message.topic, text=text, kept=message.retain))

    def _answered(self, mid: int, codes: list[Any]) -> None:
        self._answers[mid] = codes


def refusal(code: ReasonCode, what: str) -> HydraError:
    """What a reason code of failure stands for."""
    said = str(code).lower()
    if code.value in NOT_LET_IN:
        return Denied(f"{WHO} does not let Hydra {what}: {said}.", fix="Check user name, password and access list.")
    if code.value in LATER:
        return Busy(f"{WHO} asked to come back later: {said}.", fix="Nothing is needed: it is asked again later.")
    if code.value in NOT_NOW:
        return Unavailable(f"{WHO} answered: {said}.", fix=SEE_IT)
    return Refused(f"{WHO} did not let Hydra {what}: {said}.", fix="See whether it speaks MQTT 5.")


def nonsense() -> Refused:
    """The error of an answer that is no MQTT."""
    return Refused(f"{WHO} sent something that makes no sense.", fix="Check that there is an MQTT broker at that port.")
